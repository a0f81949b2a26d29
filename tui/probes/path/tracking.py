"""Whether the kernel tracks connections: a table without an entry after a packet of our own means that no rule translates.

Law: only an empty table shows something; an entry may be anybody's. Measured on Linux 6.18, in a namespace, for nft's nat
chains and both kinds of iptables: all of them make the kernel track every packet of their family, even one that no rule
matches. A reset deletes its connection's entry at once (nf_conntrack_proto_tcp.c), so after refusals the table is empty all
the same; the entry of a datagram stays for half a minute. What needs no tracking are two stateless rules that mirror each
other (`tcp dport set`, `tcp sport set`), and BPF programs: those are not excluded.
"""

import socket
from collections.abc import AsyncGenerator
from pathlib import Path

from tui.model.address import peer_address
from tui.model.facts import AnyFact, Tracking
from tui.model.requests import ReadTracking
from tui.probes.kernel.clock import now
from tui.probes.kernel.socket_address import socket_address
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import bytes_of, number, text_of
from tui.probes.kernel.threads import in_thread

COMMAND = "sysctl net.netfilter.nf_conntrack_count"
_COUNT = Path("sys/net/netfilter/nf_conntrack_count")
_STATISTICS = Path("net/stat/nf_conntrack")


async def check(request: ReadTracking, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Tracking; what may not be read is None in it."""
    yield await in_thread(read, request, system.proc)


def read(request: ReadTracking, proc: Path) -> Tracking:
    """The entries, after a datagram to ourselves where the address is our own. Raises nothing."""
    sent = request.own and _send_to_ourselves(request.address)
    entries = number(text_of(proc / _COUNT))
    return Tracking(
        at=now(),
        command=COMMAND,
        address=request.address,
        own=request.own,
        entries=entries if sent or not request.own else None,
        loaded=True if entries is not None else _is_loaded(proc),
    )


def _send_to_ourselves(address: str) -> bool:
    """Send an empty datagram from a socket bound to the address to that socket; whether it was sent."""
    try:
        family, bound = socket_address(peer_address(address))
        with socket.socket(family, socket.SOCK_DGRAM) as own:
            own.settimeout(0)
            own.bind(bound)
            return own.sendto(b"", own.getsockname()) == 0
    except (OSError, ValueError):
        return False


def _is_loaded(proc: Path) -> bool | None:
    """Whether connection tracking is in the kernel, though its count may not be read; None where that is not known."""
    modules = bytes_of(proc / "modules")
    if modules is None:
        return None
    return (proc / _STATISTICS).exists() or any(line.startswith(b"nf_conntrack ") for line in modules.split(b"\n"))
