"""One TCP handshake, with all that the kernel says about how it ended. Never sends a byte of data.

The socket is raw and non-blocking: asyncio's own connect would lose the error queue and the packet counts.
"""

import errno
import ipaddress
import socket
import struct
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from tui.model.facts import IcmpError, Outcome
from tui.probes import error_queue
from tui.probes.failures import errno_name, tcp_outcome
from tui.probes.waiting import writable

SocketOption = tuple[int, int, int]
"""Level, name and value for setsockopt."""
Ending = Literal["empty", "icmp", "unknown"]

_TOTAL_RETRANS = struct.Struct("=100xI")  # tcpi_total_retrans in struct tcp_info (linux/tcp.h)


@dataclass(frozen=True, slots=True)
class Handshake:
    """How it ended. `sock` is open as long as the context; it is None where none could be made."""

    outcome: Outcome
    latency_ms: float
    sock: socket.socket | None = None
    errno: str | None = None
    icmp: IcmpError | None = None
    error_queue: Ending = "unknown"
    local: tuple[str, int] | None = None
    """Our address and port, once the kernel had chosen them."""
    retransmits: int | None = None
    """SYNs that were sent again."""


@asynccontextmanager
async def handshake(
    address: str, port: int, *, timeout_s: float, source: str | None = None, options: Iterable[SocketOption] = ()
) -> AsyncIterator[Handshake]:
    """Connect to an address (a zone such as `%eth0` is obeyed) and give how it ended; the socket is closed afterwards.

    `source` is bound first, `options` are set first (IP_TTL and the like). What this machine refuses to do, from
    making the socket on, is an outcome, `blocked`. Raises ValueError if `address` or `source` is no address.
    """
    started = perf_counter()
    try:
        family, peer = _endpoint(address, port)
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        yield _blocked(error, started)
        return
    with closing(sock):
        sock.setblocking(False)  # noqa: FBT003 -- the method's only form
        try:
            queues = error_queue.listen_for_errors(sock)
            for level, name, value in options:
                sock.setsockopt(level, name, value)
            _bind(sock, source)
        except OSError as error:
            yield _blocked(error, started)
            return
        yield await _connect(sock, peer, timeout_s, queues=queues)


def _endpoint(address: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    """Family and socket address. Raises OSError (ENODEV) for a zone that is no interface of this machine."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return socket.AF_INET, (str(ip), port)
    if ip.ipv4_mapped:  # IPv4 packets go out, so the errors of IPv4 come back
        return socket.AF_INET, (str(ip.ipv4_mapped), port)
    zone = ip.scope_id
    if zone is None:
        return socket.AF_INET6, (str(ip), port, 0, 0)
    try:
        scope = int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
    except OSError as error:
        raise OSError(errno.ENODEV, f"no interface {zone}") from error
    return socket.AF_INET6, (str(ip).partition("%")[0], port, 0, scope)


def _bind(sock: socket.socket, source: str | None) -> None:
    if source is None:
        return
    family, local = _endpoint(source, 0)
    if family != sock.family:
        raise OSError(errno.EAFNOSUPPORT, f"{source} is of the other address family")
    if sys.platform == "linux":
        # The port is chosen by connect, for this destination; otherwise bind reports a shortage of ports as EADDRINUSE.
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
    sock.bind(local)


async def _connect(
    sock: socket.socket, peer: tuple[str, int] | tuple[str, int, int, int], timeout_s: float, *, queues: bool
) -> Handshake:
    started = perf_counter()
    error = sock.connect_ex(peer)
    at_once = error != errno.EINPROGRESS
    local = _name(sock)
    queued: list[error_queue.QueuedError] = []
    woken = True
    while not at_once and woken:
        woken = await writable(sock, started + timeout_s - perf_counter())
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error or _is_connected(sock):
            break
        # The queue is filled before the error is set, so a wake-up can find the one without the other.
        queued = error_queue.read(sock)
        if queued:
            error = queued[0].errno
            break
    latency_ms = (perf_counter() - started) * 1000
    queued = queued or error_queue.read(sock)
    icmp = next((one.icmp for one in queued if one.errno == error), None) if error else None
    # A connect that is itself refused never sent anything: no reset came (SELinux refuses so).
    proven = queues and not (at_once and error == errno.ECONNREFUSED)
    return Handshake(
        outcome=_outcome(error, icmp, at_once=at_once, woken=woken),
        latency_ms=latency_ms,
        sock=sock,
        errno=errno_name(error) if error else None,
        icmp=icmp,
        error_queue="icmp" if icmp else "empty" if proven else "unknown",
        local=local,
        retransmits=_retransmits(sock),
    )


def _outcome(error: int, icmp: IcmpError | None, *, at_once: bool, woken: bool) -> Outcome:
    if error:
        return tcp_outcome(error, icmp, at_once=at_once)
    return Outcome.CONNECTED if woken else Outcome.TIMEOUT


def _blocked(error: OSError, started: float) -> Handshake:
    return Handshake(
        outcome=Outcome.BLOCKED, latency_ms=(perf_counter() - started) * 1000, errno=errno_name(error.errno), error_queue="unknown"
    )


def _is_connected(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def _name(sock: socket.socket) -> tuple[str, int] | None:
    """Our end of the socket; None while the kernel has chosen no port."""
    address, port, *_ = sock.getsockname()
    return (address, port) if port else None


def _retransmits(sock: socket.socket) -> int | None:
    """`tcpi_total_retrans`: unlike `tcpi_retransmits` it survives the connect and leaves out SYNs that ARP held back."""
    if sys.platform != "linux":
        return None
    (count,) = _TOTAL_RETRANS.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TOTAL_RETRANS.size))
    return int(count)
