"""What the kernel of the other end drops while nothing is tried, and while we try to connect from here.

Law: the scripts only read. The prefix is run twice, since only here it is known when packets are sent.
"""

import re
from collections.abc import AsyncGenerator

from tui.model.facts import Counters, DropWatch, NotObserved
from tui.model.requests import WatchDrops
from tui.model.safe_text import safe_line
from tui.probes.kernel.clock import now
from tui.probes.kernel.kernel_counters import read_counter
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import number
from tui.probes.sockets.counters import column_sum
from tui.probes.sockets.drop_watch import COMMAND, attempts, drops, strict_interfaces
from tui.vantage.remote_shell import RemoteShellError, ask, sections

MARK = "=== refused"
SCRIPT = f"""LC_ALL=C
export LC_ALL
echo '{MARK}'
for turn in before after; do
  echo "=== netstat$turn"
  cat /proc/net/netstat 2>/dev/null
  echo "=== tracking$turn"
  cat /proc/net/stat/nf_conntrack 2>/dev/null
  [ $turn = after ] || sleep 0.8 2>/dev/null || sleep 1
done
for limit in count max; do
  echo "=== $limit"
  cat /proc/sys/net/netfilter/nf_conntrack_$limit 2>/dev/null
done
echo '=== filters'
for file in /proc/sys/net/ipv4/conf/*/rp_filter; do
  echo "$file $(cat "$file")"
done 2>/dev/null
echo '=== back'
ip route get CLIENT 2>&1
if ss -Htn state syn-recv >/dev/null 2>&1; then
  echo '=== halfopen'
  ss -Htn state syn-recv 'sport = :PORT' 2>/dev/null | head -500
fi
exit 0
"""
"""For any POSIX shell; two readings over 0.8 s, or over a second where sleep accepts only whole ones."""
_FILTER = re.compile(r"^/proc/sys/net/ipv4/conf/([^/\s]+)/rp_filter ([012])$", re.MULTILINE)
_NOBODY = "0.0.0.0"  # noqa: S104 -- an address to ask about, and none to bind to


async def check(request: WatchDrops, system: SystemView) -> AsyncGenerator[DropWatch | NotObserved, None]:
    """Yield the DropWatch that `request.vantage`, a command prefix, leads to; or why it could not be read."""
    at, prefix = now(), request.vantage or ""
    command = f"{safe_line(prefix)} {COMMAND}"
    script = SCRIPT.replace("CLIENT", request.source or _NOBODY).replace("PORT", str(request.port))
    try:
        quiet = sections(await ask(prefix, script, mark=MARK, environ=system.environ))
        async with attempts(request) as sent:
            busy = sections(await ask(prefix, script, mark=MARK, environ=system.environ))
    except RemoteShellError as error:
        yield NotObserved(at=at, request=request, reason=error.reason, remedy=error.remedy, command=command)
        return
    yield DropWatch(
        at=at,
        command=command,
        address=request.address,
        port=request.port,
        vantage=request.vantage,
        tried=len(sent),
        quiet=drops(*_readings(quiet)),
        busy=drops(*_readings(busy)),
        tracked=number(busy.get("count", "")),
        tracking_limit=number(busy.get("max", "")),
        strict=strict_interfaces(dict(_FILTER.findall(busy.get("filters", "")))),
        way_back=_first_line(busy.get("back", "")) if request.source else "",
        half_open=_count_from(request.source, busy.get("halfopen")),
    )


def _readings(parts: dict[str, str]) -> tuple[Counters, Counters]:
    """The counters at the beginning and the end of one script."""
    before, after = (_counters(parts.get(f"netstat{turn}", ""), parts.get(f"tracking{turn}", "")) for turn in ("before", "after"))
    return before, after


def _counters(netstat: str, tracking: str) -> Counters:
    columns = [count for name in ("drop", "insert_failed") if (count := column_sum(tracking.strip(), name)) is not None]
    return Counters(
        reverse_path_drops=read_counter(netstat, "IPReversePathFilter"),
        tracking_drops=sum(columns) if columns else None,
    )


def _count_from(source: str | None, text: str | None) -> int | None:
    """The lines of ss whose peer is our address; it prints IPv4 peers of an IPv6 socket as `[::ffff:192.0.2.9]:40000`."""
    if source is None or text is None:
        return None
    peer = re.compile(rf"(?:\s|:|\[){re.escape(source)}\]?:\d+$")
    return sum(bool(peer.search(line.rstrip())) for line in text.splitlines())


def _first_line(text: str) -> str:
    return safe_line(text.strip().partition("\n")[0])
