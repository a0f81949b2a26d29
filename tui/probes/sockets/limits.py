"""Source ports and descriptors against their limits.

Law: a limit or count that cannot be read is None; nothing is estimated. A source port is taken per source,
destination and destination port, so the count that matters is the one towards the target (tcp(7), connect(2)).
"""

import resource
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.model.address import parse_address, plain_address
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, Limits
from tui.model.numbers import decimal_number
from tui.model.requests import ReadLimits
from tui.model.safe_text import safe_name
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import number, text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.sockets import sock_diag
from tui.probes.sockets.owners import owners_under
from tui.probes.sockets.process_state import count_descriptors
from tui.probes.sockets.sock_diag import TIME_WAIT, TcpConnection

MOST_SAMPLED = 256
"""Sockets whose owners are searched: enough to find who holds most of tens of thousands."""
_SETTINGS, _TRACKING = Path("sys/net/ipv4"), Path("sys/net/netfilter")


class _Used(Struct, frozen=True):
    """The source ports in use."""

    towards_target: int
    waiting: int
    inodes: tuple[int, ...]


async def check(request: ReadLimits, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Limits, as far as they can be read."""
    yield await in_thread(read, request, system.proc)


def read(request: ReadLimits, proc: Path) -> Limits:
    """The limits and what is used of them. Blocks for some tenths of a second among tens of thousands of connections."""
    first, last = port_range(text_of(proc / _SETTINGS / "ip_local_port_range"))
    reserved = reserved_within(text_of(proc / _SETTINGS / "ip_local_reserved_ports"), first or 0, last or 0)
    files_open, files_limit = file_numbers(text_of(proc / "sys/fs/file-nr"))
    counted = f"ss -Htan dst {quoted(request.address)} dport = :{request.port} | wc -l; " if request.address else ""
    fact = Limits(
        command=f"sysctl net.ipv4.ip_local_port_range; {counted}ulimit -n",
        address=request.address,
        port=request.port,
        first_port=first,
        last_port=last,
        reserved_ports=reserved,
        tracked_connections=number(text_of(proc / _TRACKING / "nf_conntrack_count")),
        tracking_limit=number(text_of(proc / _TRACKING / "nf_conntrack_max")),
        files_open=files_open,
        files_limit=files_limit,
        own_descriptors=count_descriptors(Path("/proc/self/fd"), _own_limit())[0],
        own_descriptor_limit=_own_limit(),
    )
    if first is None or last is None or request.address is None or request.port is None:
        return fact
    try:
        used = used_ports(sock_diag.connections_to(request.port), packed(request.address), range(first, last + 1))
    except (OSError, ValueError):  # no netlink, no descriptor left for it; or not an address
        return fact
    user, ports = _biggest_user(used.inodes, proc)
    return replace(
        fact,
        used_towards_target=used.towards_target,
        waiting_to_expire=used.waiting,
        biggest_user=user,
        biggest_user_ports=ports,
        sampled=len(used.inodes),
    )


def used_ports(connections: list[TcpConnection], peer: bytes, usable: range) -> _Used:
    """The ports of `usable` that are taken towards the peer, from the source that takes most of them."""
    towards = [connection for connection in connections if connection.peer == peer and connection.port in usable]
    by_source = Counter(connection.address for connection in towards)
    source = next(iter(by_source.most_common(1)), (b"", 0))[0]
    own = [connection for connection in towards if connection.address == source]
    inodes = [connection.inode for connection in own if connection.inode]
    every = max(len(inodes) // MOST_SAMPLED, 1)
    return _Used(
        towards_target=len({connection.port for connection in own}),
        waiting=len({connection.port for connection in own if connection.state == TIME_WAIT}),
        inodes=tuple(inodes[::every][:MOST_SAMPLED]),
    )


def packed(address: str) -> bytes:
    """An address as the table of connections has it. Raises ValueError for anything else."""
    return parse_address(plain_address(address)).packed


def port_range(text: str) -> tuple[int | None, int | None]:
    """The first and last port in the text of ip_local_port_range."""
    match [decimal_number(word) for word in text.split()]:
        case [int(first), int(last)]:
            return first, last
        case _:
            return None, None


def reserved_within(text: str, first: int, last: int) -> int:
    """How many ports from `first` to `last` the text of ip_local_reserved_ports names, such as `8080,9148-9150`."""
    reserved: set[int] = set()
    for part in text.strip().split(","):
        word, _, end = part.partition("-")
        low, high = decimal_number(word), decimal_number(end or word)
        if low is not None and high is not None:
            reserved.update(range(max(low, first), min(high, last) + 1))
    return len(reserved)


def file_numbers(text: str) -> tuple[int | None, int | None]:
    """Open files of the machine and their limit, in the text of file-nr."""
    match [decimal_number(word) for word in text.split()]:
        case [int(made), int(free), int(most)]:
            return made - free, most
        case _:
            return None, None


def _biggest_user(inodes: tuple[int, ...], proc: Path) -> tuple[str | None, int | None]:
    if not inodes:
        return None, None
    owners = owners_under(proc)
    processes = owners.known(inodes)
    processes |= owners.search(owners.unsearched(set(inodes) - processes.keys()))
    counted = Counter((process.name, process.pid) for process in processes.values())
    for (name, pid), times in counted.most_common(1):
        return f"{safe_name(name)}, pid {pid}", times
    return None, None


def _own_limit() -> int | None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft
