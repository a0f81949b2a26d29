"""One process at the other end over a moment: one script through the command prefix, its text read as the same files here.

Law: the script only reads. What this user may not read at the other end is None.
"""

import re
from collections.abc import AsyncGenerator

from msgspec.structs import replace

from tui.model.facts import AnyFact, NotObserved, ProcessState
from tui.model.numbers import decimal_number
from tui.model.requests import ExamineProcess
from tui.model.safe_text import safe_line, safe_name, safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets.cgroups import group_path, unit_of
from tui.probes.sockets.process_files import STATE_WORDS, Stat, busy_percent, read_stat, soft_limit, stopper, tracer_pid
from tui.vantage.remote_shell import RemoteShellError, ask, sections

MARK = "=== refused"
SCRIPT = f"""LC_ALL=C
export LC_ALL
echo '{MARK}'
process=/proc/PID
for turn in first last; do
  echo "=== $turn"
  cat /proc/uptime "$process/stat" 2>/dev/null
  [ $turn = last ] || sleep 0.3 2>/dev/null || sleep 1
done
for file in status limits cgroup wchan; do
  echo "=== $file"
  cat "$process/$file" 2>/dev/null
  echo
done
echo '=== frozen'
group=$(sed -n 's/^0:://p' "$process/cgroup" 2>/dev/null)
cat "/sys/fs/cgroup$group/cgroup.events" "/sys/fs/cgroup/unified$group/cgroup.events" 2>/dev/null
group=$(sed -n 's/^[0-9]*:[^:]*freezer[^:]*://p' "$process/cgroup" 2>/dev/null)
[ -z "$group" ] || cat "/sys/fs/cgroup/freezer$group/freezer.state" 2>/dev/null
echo '=== descriptors'
limit=$(sed -n 's/^Max open files *\\([0-9]*\\).*/\\1/p' "$process/limits" 2>/dev/null)
ls "$process/fd" 2>/dev/null | awk -v "limit=${{limit:-1000000000}}" '$1 < limit + 0' | wc -l
stat -c %s "$process/fd" 2>/dev/null
exit 0
"""
"""For any POSIX shell; busybox has every program in it, and its sleep may accept only whole seconds."""
TICKS_A_SECOND = 100
"""USER_HZ, which is 100 on every architecture that servers run on (asm/param.h)."""
_FROZEN = frozenset({"frozen 1", "FROZEN"})
_UPTIME = re.compile(r"(\d{1,12}\.\d{1,9}) \d")


async def check(request: ExamineProcess, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the ProcessState that `request.vantage`, a command prefix, leads to; or why it could not be read."""
    at, prefix = now(), request.vantage or ""
    command = f"{safe_line(prefix)} cat /proc/{request.pid}/status /proc/{request.pid}/limits"
    try:
        text = await ask(prefix, SCRIPT.replace("PID", str(request.pid)), mark=MARK, environ=system.environ)
    except RemoteShellError as error:
        yield NotObserved(request=request, reason=error.reason, remedy=error.remedy, command=command)
        return
    fact = remote_process(text, request.pid)
    if fact is None:
        reason = f"There is no process {request.pid} at the other end, or it may not be seen."
        yield NotObserved(request=request, reason=reason, command=command)
        return
    yield replace(fact, at=at, command=command, vantage=request.vantage)


def remote_process(text: str, pid: int) -> ProcessState | None:
    """The process in what the script printed; None where it found none."""
    parts = sections(text)
    readings = [reading for turn in ("first", "last") if (reading := _reading(parts.get(turn, "")))]
    if not readings:
        return None
    (first_at, first), (last_at, last) = readings[0], readings[-1]
    tracer = tracer_pid(parts.get("status", ""))
    group = group_path(parts.get("cgroup", ""))
    frozen = bool(_FROZEN & set(parts.get("frozen", "").splitlines()))
    waits = parts.get("wchan", "").strip()
    counted = _numbers(parts.get("descriptors", ""))
    return ProcessState(
        pid=pid,
        name=safe_name(last.name),
        state=last.state,
        state_words=STATE_WORDS.get(last.state, ""),
        states=tuple(stat.state for _, stat in readings),
        stopper=stopper(last.state, tracer, group if frozen else None),
        tracer=f"pid {tracer}" if tracer else None,
        frozen_group=safe_text(group) if frozen else None,
        busy_percent=busy_percent(first, last, last_at - first_at, TICKS_A_SECOND),
        threads=last.threads,
        descriptors=next((number for number in counted if number), None),
        descriptors_listed=bool(counted and counted[0]),
        descriptor_limit=soft_limit(parts.get("limits", "")),
        waits_in=safe_name(waits) if waits not in {"", "0"} else None,
        unit=unit_of(group),
    )


def _reading(text: str) -> tuple[float, Stat] | None:
    uptime, _, stat = text.lstrip("\n").partition("\n")
    at, read = _UPTIME.match(uptime), read_stat(stat)
    return (float(at[1]), read) if at and read else None


def _numbers(text: str) -> list[int]:
    """The number counted, and (Linux 6.2) the size of the directory, for users who may not list it."""
    return [number for word in text.split() if (number := decimal_number(word)) is not None]
