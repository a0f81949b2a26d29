"""A few ICMP echo requests, as ping sends them (RFC 792, RFC 4443).

Through an unprivileged ping socket where our group may have one (icmp(7), ping_group_range), else through a raw socket
where we are root, else by the program ping, which has its own permission.
"""

import os
import shlex
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from time import perf_counter

from msgspec.structs import replace

from tui.model.facts import Echo, IcmpError, NotObserved
from tui.model.requests import SendEcho
from tui.model.safe_text import safe_text
from tui.probes.kernel import error_queue
from tui.probes.kernel.clock import now
from tui.probes.kernel.failures import errno_name
from tui.probes.kernel.handshake import TTL
from tui.probes.kernel.socket_address import SocketAddress, socket_address
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.waiting import readable
from tui.probes.path import ping_program

SPACING_S = 0.3
"""Between two requests: long enough that one burst of losses does not take all of them, short enough to wait for."""
LAST_WAIT_S = 1.0
"""How long the last reply may take, as with `ping -W 1`."""
MOST = 10
"""Requests in one check: a few are enough, and three seconds of them outlast the ARP of a dead neighbour."""

_IP_RECVTTL = 12  # linux/in.h; not in Python's socket module before 3.14
_ICMP_HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_TTL_MARKS = {(socket.IPPROTO_IP, socket.IP_TTL), (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT)}
_ROOM = 1500
_MOST_READ = 64  # datagrams read at one wake-up: a raw socket sees the replies to other programs' requests too


async def check(request: SendEcho, system: SystemView) -> AsyncGenerator[Echo | NotObserved, None]:
    """Yield what came back, or why nothing could be sent. Takes up to `count` times SPACING_S and LAST_WAIT_S.

    Raises ValueError if the address is not one.
    """
    request = replace(request, count=min(max(request.count, 1), MOST))
    at, command = now(), safe_text(shlex.join(ping_program.arguments(request, SPACING_S)))
    try:
        family, peer = socket_address(request.address)
        sock = _open(family)
        if sock is None:
            yield replace(await ping_program.ask(request, SPACING_S, system.environ), at=at, command=command)
            return
        with closing(sock):
            exchange = await _exchange(sock, peer, request.count)
    except OSError as error:  # the zone, the socket, or connect: nothing could be sent
        exchange = _Exchange(error=errno_name(error.errno))
    yield Echo(
        at=at,
        command=command,
        address=request.address,
        sent=exchange.sent,
        received=len(exchange.rtt_ms),
        rtt_ms=tuple(exchange.rtt_ms),
        ttl=exchange.ttl,
        icmp=exchange.icmp,
        error=exchange.error,
    )


async def one_echo(address: str, *, wait_s: float, environ: Mapping[str, str], ttl: int | None = None) -> Echo | NotObserved:
    """What one echo request with this hop limit brought back within `wait_s` (the program ping waits a second)."""
    request = SendEcho(address=address, count=1)
    try:
        family, peer = socket_address(address)
        sock = _open(family)
        if sock is None:
            return await ping_program.ask(request, SPACING_S, environ, ttl=ttl)
        with closing(sock):
            if ttl is not None:
                sock.setsockopt(*TTL[family], ttl)
            exchange = await _exchange(sock, peer, 1, wait_s)
    except OSError as error:
        exchange = _Exchange(error=errno_name(error.errno))
    return Echo(
        address=address,
        sent=exchange.sent,
        received=len(exchange.rtt_ms),
        rtt_ms=tuple(exchange.rtt_ms),
        ttl=exchange.ttl,
        icmp=exchange.icmp,
        error=exchange.error,
    )


@dataclass(slots=True)
class _Exchange:
    """What has been sent and received so far."""

    sent: int = 0
    rtt_ms: list[float] = field(default_factory=list)
    ttl: int | None = None
    icmp: IcmpError | None = None
    error: str | None = None
    token: bytes = field(default_factory=lambda: os.urandom(8))
    """What our requests contain, to recognize their replies."""
    pending: dict[int, float] = field(default_factory=dict)
    """The requests without a reply yet, by number: when each was sent."""
    errors: int = 0
    """ICMP errors; each answers one request."""


def _open(family: socket.AddressFamily) -> socket.socket | None:
    """A socket for echo requests, or None where this user may have none."""
    protocol = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, kind, protocol)
        except OSError:  # EACCES, EPERM, or a kernel without ping sockets
            continue
    return None


async def _exchange(sock: socket.socket, peer: SocketAddress, count: int, last_wait_s: float = LAST_WAIT_S) -> _Exchange:
    sock.setblocking(False)  # noqa: FBT003 -- the method's only form
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
    error_queue.listen_for_errors(sock)
    sock.connect(peer)
    exchange = _Exchange()
    for number in range(1, count + 1):
        _send(sock, number, exchange)
        if exchange.error:
            break
        until = perf_counter() + (SPACING_S if number < count else last_wait_s)
        while (left := until - perf_counter()) > 0 and not (number == count and len(exchange.pending) <= exchange.errors):
            if await readable(sock, left):
                _drain(sock, exchange)
    return exchange


def _send(sock: socket.socket, number: int, exchange: _Exchange) -> None:
    packet = _request(sock.family, number, exchange.token)
    for _ in range(2):  # an error that came for an earlier request is reported by the next send
        try:
            sock.send(packet)
        except OSError as error:
            before = exchange.icmp
            _drain(sock, exchange)
            if exchange.icmp is before:
                exchange.error = errno_name(error.errno)
                return
        else:
            exchange.sent += 1
            exchange.pending[number] = perf_counter()
            return


def _drain(sock: socket.socket, exchange: _Exchange) -> None:
    """Read all that has arrived: ICMP errors first, then replies."""
    for queued in error_queue.read(sock):
        exchange.icmp = queued.icmp
        exchange.errors += 1
    for _ in range(_MOST_READ):
        try:
            packet, control, _, _ = sock.recvmsg(_ROOM, socket.CMSG_SPACE(4))
        except BlockingIOError:
            return
        except OSError:  # the errno of an ICMP error, of which the queue had every detail
            continue
        number = _replied(sock, packet, exchange.token)
        started = exchange.pending.pop(number, None) if number is not None else None
        if started is None:
            continue
        exchange.rtt_ms.append((perf_counter() - started) * 1000)
        ttls = [int.from_bytes(data[:4], sys.byteorder) for level, kind, data in control if (level, kind) in _TTL_MARKS]
        exchange.ttl = next(iter(ttls), exchange.ttl)


def _request(family: int, number: int, token: bytes) -> bytes:
    """An echo request. A ping socket sets its own identifier and checksum, a raw IPv6 socket its own checksum."""
    kind, identifier = _REQUEST[socket.AddressFamily(family)], os.getpid() & 0xFFFF
    draft = _ICMP_HEADER.pack(kind, 0, 0, identifier, number) + token
    return _ICMP_HEADER.pack(kind, 0, checksum(draft), identifier, number) + token


def _replied(sock: socket.socket, packet: bytes, token: bytes) -> int | None:
    """The number of our request that `packet` replies to; None for anything else."""
    if sock.type == socket.SOCK_RAW and sock.family == socket.AF_INET and packet:
        packet = packet[(packet[0] & 0xF) * 4 :]  # a raw IPv4 socket delivers the IP header too
    if len(packet) < _ICMP_HEADER.size or packet[_ICMP_HEADER.size :] != token:
        return None
    kind, _, _, _, number = _ICMP_HEADER.unpack_from(packet)
    return int(number) if kind == _REPLY[socket.AddressFamily(sock.family)] else None


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): the complement of the sum in ones' complement of all 16-bit words."""
    padded = data + b"\0" * (len(data) % 2)
    total = int(sum(struct.unpack(f"!{len(padded) // 2}H", padded)))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF
