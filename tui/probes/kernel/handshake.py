"""One TCP handshake, with everything that the kernel says about how it ended. Never sends a byte of data.

The socket is raw and non-blocking: asyncio's own connect would lose the error queue and the packet counts.
"""

import errno
import os
import select
import socket
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, NamedTuple

from tui.model.facts import IcmpError, Outcome
from tui.probes.kernel import error_queue
from tui.probes.kernel.error_queue import QueuedError
from tui.probes.kernel.failures import errno_name, tcp_outcome
from tui.probes.kernel.socket_address import SocketAddress, socket_address
from tui.probes.kernel.waiting import writable

_SELF_CONNECTS = 3
"""Tries when a socket connects to itself: where its source port happens to be the target's, a connect to one's own address
succeeds although nobody listens (RFC 9293, simultaneous open). The first socket stays open, so the next port differs."""
TTL = {socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TTL), socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)}
"""The options for the hop limit of the packets that a socket sends."""
_MIN_TTL = {socket.AF_INET: (socket.IPPROTO_IP, 21), socket.AF_INET6: (socket.IPPROTO_IPV6, 73)}
"""IP_MINTTL (linux/in.h) and IPV6_MINHOPCOUNT (linux/in6.h), which Python's socket module does not have."""
AT_ONCE_MS = 1
"""This machine and its neighbours answer within a millisecond; waiting here keeps the loop's other work, such as drawing a
screen, out of their latency."""
_TOTAL_RETRANS = struct.Struct("=100xI")  # tcpi_total_retrans in struct tcp_info (linux/tcp.h)


@dataclass(frozen=True, slots=True)
class Handshake:
    """How it ended. `sock` is open as long as the context; None where no socket could be made."""

    outcome: Outcome
    latency_ms: float
    sock: socket.socket | None = None
    errno: str | None = None
    icmp: IcmpError | None = None
    error_queue: Literal["empty", "icmp", "unknown"] = "unknown"
    local: tuple[str, int] | None = None
    """Our address and port, once the kernel had chosen them."""
    retransmits: int | None = None
    """SYNs that were sent again."""


class _Packets(NamedTuple):
    """Options for the packets of a connection."""

    ttl: int | None
    min_ttl: int | None
    mss: int | None

    def options(self, family: socket.AddressFamily) -> Iterator[tuple[tuple[int, int], int]]:
        """Level, option and value of each that is set, and supported here."""
        if self.ttl is not None:
            yield TTL[family], self.ttl
        if self.min_ttl is not None and sys.platform == "linux":
            yield _MIN_TTL[family], self.min_ttl
        if self.mss is not None:
            yield (socket.IPPROTO_TCP, socket.TCP_MAXSEG), self.mss


@asynccontextmanager
async def handshake(
    address: str,
    port: int,
    *,
    timeout_s: float,
    source: str | None = None,
    device: str | None = None,
    ttl: int | None = None,
    min_ttl: int | None = None,
    mss: int | None = None,
) -> AsyncIterator[Handshake]:
    """Connect to an address (with a zone such as `%eth0`, if given) and yield how it ended; the socket is closed afterwards.

    `source` is bound first; `device` is the interface that its packets leave by (SO_BINDTODEVICE; before Linux 5.7 a privilege);
    `ttl` is the outgoing packets' hop limit; answers that arrive with less than `min_ttl` are
    discarded unseen, like silence; `mss` is the largest segment in both directions. What this machine refuses to do, from
    making the socket on, is an outcome, `blocked`. Raises ValueError if `address` or `source` is not an address.
    """
    with ExitStack() as sockets:
        for left in reversed(range(_SELF_CONNECTS)):
            started = perf_counter()
            try:
                sock, peer = _prepare(address, port, (source, device), _Packets(ttl, min_ttl, mss))
            except OSError as error:
                yield Handshake(outcome=Outcome.BLOCKED, latency_ms=_since(started), errno=errno_name(error.errno))
                return
            sockets.enter_context(closing(sock))
            ended = await _connect(sock, peer, timeout_s)
            if not (left and _is_self_connected(sock)):
                yield ended
                return


def _prepare(
    address: str, port: int, local: tuple[str | None, str | None], packets: _Packets
) -> tuple[socket.socket, SocketAddress]:
    """The socket, bound to a source and a device where these are given, and the address to connect to. Raises OSError."""
    source, device = local
    family, peer = socket_address(address, port)
    with ExitStack() as undo:
        sock = undo.enter_context(closing(socket.socket(family, socket.SOCK_STREAM)))
        sock.setblocking(False)  # noqa: FBT003 -- the method's only form
        error_queue.listen_for_errors(sock)
        for option, value in packets.options(family):
            sock.setsockopt(*option, value)
        if device is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, os.fsencode(device))
        if source is not None:
            _bind(sock, source)
        undo.pop_all()
    return sock, peer


def _bind(sock: socket.socket, source: str) -> None:
    family, local = socket_address(source, 0)
    if family != sock.family:
        raise OSError(errno.EAFNOSUPPORT, f"{source} is of the other address family")
    if sys.platform == "linux":
        # The port is chosen by connect, for this destination; otherwise bind reports a shortage of ports as EADDRINUSE.
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
    sock.bind(local)


async def _connect(sock: socket.socket, peer: SocketAddress, timeout_s: float) -> Handshake:
    started = perf_counter()
    error = sock.connect_ex(peer)
    at_once = error != errno.EINPROGRESS
    local = _name(sock)
    connected, queued = not error, list[QueuedError]()
    if not at_once:
        connected, error, queued = await _ending(sock, started + timeout_s)
    latency_ms = _since(started)
    queued += error_queue.read(sock)
    icmp = next((entry.icmp for entry in queued if entry.errno == error), None)
    without_error = Outcome.CONNECTED if connected else Outcome.TIMEOUT
    # A connect call that fails by itself sent nothing, so no reset came (SELinux refuses like that).
    proven = error_queue.queues_tcp_errors() and not queued and not (at_once and error == errno.ECONNREFUSED)
    return Handshake(
        outcome=tcp_outcome(error, icmp, at_once=at_once) if error else without_error,
        latency_ms=latency_ms,
        sock=sock,
        errno=errno_name(error) if error else None,
        icmp=icmp,
        error_queue="icmp" if icmp else "empty" if proven else "unknown",
        local=local,
        retransmits=retransmits(sock),
    )


async def _ending(sock: socket.socket, deadline: float) -> tuple[bool, int, list[QueuedError]]:
    """Wait for the handshake's end: whether it connected, else its errno (0 at the deadline) and the ICMP errors."""
    woken = _answers_at_once(sock)
    while True:
        woken = woken or await writable(sock, deadline - perf_counter())
        if error := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return False, error, []
        if _is_connected(sock):
            return True, 0, []
        # The kernel fills the queue before it sets the error, so a wake-up can find the one without the other.
        if queued := error_queue.read(sock):
            return False, queued[0].errno, queued
        if not woken:
            return False, 0, []
        woken = False


def _answers_at_once(sock: socket.socket) -> bool:
    """Whether the handshake ends within AT_ONCE_MS, for which the event loop is blocked: see there."""
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    return bool(poll.poll(AT_ONCE_MS))


def _is_connected(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def _is_self_connected(sock: socket.socket) -> bool:
    try:
        return bool(sock.getpeername() == sock.getsockname())
    except OSError:
        return False


def _name(sock: socket.socket) -> tuple[str, int] | None:
    """Our end of the socket; None while the kernel has chosen no port."""
    address, port, *_ = sock.getsockname()
    return (address, port) if port else None


def retransmits(sock: socket.socket) -> int | None:
    """`tcpi_total_retrans`: unlike `tcpi_retransmits` it survives the connect and omits SYNs that waited for ARP."""
    if sys.platform != "linux":
        return None
    (count,) = _TOTAL_RETRANS.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TOTAL_RETRANS.size))
    return int(count)


def _since(started: float) -> float:
    """Milliseconds since `started`."""
    return (perf_counter() - started) * 1000
