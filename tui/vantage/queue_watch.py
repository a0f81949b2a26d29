"""The accept queues of a port at the other end over a moment: one script through the prefix, while we try to connect here.

Law: the script only reads. Without ss the tables of /proc/net show how many wait, and nothing shows the limit.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from time import monotonic

from tui.model.facts import AnyFact, Listener, NotObserved, QueueWatch
from tui.model.requests import WatchQueue
from tui.model.safe_text import safe_line
from tui.probes.kernel.clock import now
from tui.probes.kernel.kernel_counters import risen
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets.proc_net import inet_listeners
from tui.probes.sockets.queue_watch import COMMAND, connect_once, counters_of, queues_of, stop
from tui.vantage.remote_shell import RemoteShellError, ask, sections
from tui.vantage.ss_text import listeners_of_ss

MARK = "=== refused"
SCRIPT = f"""LC_ALL=C
export LC_ALL
echo '{MARK}'
echo '=== before'
cat /proc/net/netstat 2>/dev/null
echo '=== somaxconn'
cat /proc/sys/net/core/somaxconn 2>/dev/null
for turn in 1 2 3 4 5; do
  if ss -Hltnupe 'sport = :PORT' >/dev/null 2>&1; then
    echo "=== ss$turn"
    ss -Hltnupe 'sport = :PORT' 2>/dev/null
  else
    for table in tcp tcp6; do
      echo "=== $table$turn"
      grep ':HEX 0*:0000 0A ' "/proc/net/$table" 2>/dev/null
    done
  fi
  [ $turn = 5 ] || sleep 0.3 2>/dev/null || sleep 1
done
echo '=== after'
cat /proc/net/netstat 2>/dev/null
exit 0
"""
"""For any POSIX shell; five readings over 1.2 s, or over 4 s where sleep accepts only whole seconds."""
TURNS = range(1, 6)
_NUMBER = re.compile(r"\d{1,10}")


async def check(request: WatchQueue, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the QueueWatch that `request.vantage`, a command prefix, leads to; or why it could not be read."""
    at, began, prefix = now(), monotonic(), request.vantage or ""
    command = f"{safe_line(prefix)} {COMMAND.format(port=request.port)}"
    script = SCRIPT.replace("PORT", str(request.port)).replace("HEX", f"{request.port:04X}")
    attempts = asyncio.create_task(connect_once(request.address, request.port))
    try:
        text = await ask(prefix, script, mark=MARK, environ=system.environ)
    except RemoteShellError as error:
        yield NotObserved(request=request, reason=error.reason, remedy=error.remedy, command=command)
        return
    finally:
        tried = await stop(attempts)
    readings, (overflows, drops), somaxconn = queue_lengths(text, request.port)
    if not readings:
        reason = "The other end has no ss and no readable /proc/net/tcp."
        yield NotObserved(request=request, reason=reason, remedy="Install iproute2 there.", command=command)
        return
    yield QueueWatch(
        at=at,
        command=command,
        address=request.address,
        port=request.port,
        vantage=request.vantage,
        queues=queues_of(readings),
        somaxconn=somaxconn,
        overflows=overflows,
        drops=drops,
        tried=tried.outcome,
        tried_ms=tried.ms,
        watched_ms=round((monotonic() - began) * 1000, 1),
    )


def queue_lengths(text: str, port: int) -> tuple[list[list[Listener]], tuple[int | None, int | None], int | None]:
    """The listeners in each reading, the rise of the two counters, and somaxconn, in what the script printed."""
    parts = sections(text)
    before, after = counters_of(parts.get("before", "")), counters_of(parts.get("after", ""))
    match = _NUMBER.fullmatch(parts.get("somaxconn", "").strip())
    readings = [rows for turn in TURNS if (rows := _rows(parts, turn, port)) is not None]
    rise = risen(before.overflows, after.overflows), risen(before.drops, after.drops)
    return readings, rise, int(match[0]) if match else None


def _rows(parts: dict[str, str], turn: int, port: int) -> list[Listener] | None:
    if (text := parts.get(f"ss{turn}")) is not None:
        rows = listeners_of_ss(text)
    elif f"tcp{turn}" in parts:
        rows = [row for table in ("tcp", "tcp6") for row in inet_listeners(table, parts.get(f"{table}{turn}", ""))]
    else:
        return None
    return [row for row in rows if row.port == port and row.proto == "tcp"]
