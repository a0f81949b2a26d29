"""The kernel's counters of what it drops and refuses, all of them files that anybody may read.

Law: nothing is awaited before they are read, so a check that begins before an attempt has read them by then.
"""

from collections.abc import AsyncGenerator
from pathlib import Path

from tui.model.facts import Counters, NotObserved
from tui.model.requests import ReadCounters
from tui.probes.kernel.clock import now
from tui.probes.kernel.kernel_counters import read_counter
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import number, text_of

COMMAND = "nstat -az TcpOutRsts TcpExtIPReversePathFilter TcpExtListenDrops TcpExtTCPTimeWaitOverflow; conntrack -S"
_TRACKING = Path("sys/net/netfilter")
_HEX = 16


async def check(request: ReadCounters, system: SystemView) -> AsyncGenerator[Counters | NotObserved, None]:
    """Yield the Counters; or that this system has none."""
    at = now()
    if not (system.proc / "net/snmp").exists():
        yield NotObserved(at=at, request=request, reason="This system does not show what its kernel counts.", command=COMMAND)
        return
    yield read(system.proc, at)


def read(proc: Path, at: str) -> Counters:
    """The counters below `proc`, in some tenths of a millisecond."""
    snmp, netstat = text_of(proc / "net/snmp"), text_of(proc / "net/netstat")
    tracking = text_of(proc / "net/stat/nf_conntrack")
    neighbours = [column_sum(text_of(proc / "net/stat" / name), "table_fulls") for name in ("arp_cache", "ndisc_cache")]
    return Counters(
        at=at,
        command=COMMAND,
        resets_sent=read_counter(snmp, "OutRsts", group="Tcp"),
        reverse_path_drops=read_counter(netstat, "IPReversePathFilter"),
        queue_drops=read_counter(netstat, "ListenDrops"),
        time_wait_overflows=read_counter(netstat, "TCPTimeWaitOverflow"),
        tracked=number(text_of(proc / _TRACKING / "nf_conntrack_count")),
        tracking_limit=number(text_of(proc / _TRACKING / "nf_conntrack_max")),
        tracking_drops=_sum(column_sum(tracking, "drop"), column_sum(tracking, "insert_failed")),
        neighbour_overflows=_sum(*neighbours),
    )


def column_sum(text: str, name: str) -> int | None:
    """The sum of a column of hexadecimal numbers, a line for each processor (net/netfilter/nf_conntrack_standalone.c)."""
    names, *rows = [line.split() for line in text.splitlines()] or [[]]
    if name not in names:
        return None
    column = names.index(name)
    try:
        return sum(int(row[column], _HEX) for row in rows)
    except (ValueError, IndexError):
        return None


def _sum(*counts: int | None) -> int | None:
    """What is known of the counts, together; None where none of them is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
