"""Whether large packets get through: the same request in segments of the usual size, and in small ones that pass anywhere.

Two connections at the same time, and six more where these two differ. On each the first bytes of the request are
written, and when these are acknowledged the rest, some four thousand bytes: several segments, but less than any initial
window, so that even a server which reads nothing acknowledges them. What is written is harmless: a GET, a PING,
a ClientHello, each with padding.
"""

import asyncio
import fcntl
import shlex
import socket
import ssl
import struct
import sys
import termios
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

from tui.model.address import endpoint, without_zone
from tui.model.facts import NotObserved, Outcome, PathMtu
from tui.model.facts.mtu import Written
from tui.model.requests import MeasureMtu
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake, retransmits
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.waiting import readable

CONNECT_S = 1.5
SMALL_S = 1.0
"""For the acknowledgement of a few bytes: some round trips."""
STALL_S = 2.4
"""For that of the rest: Linux repeats it after a fifth of a second and then at growing intervals, three times by then."""
ANSWER_S = 2.0
POLL_S = 0.02
"""No event says when bytes are acknowledged, so the socket is polled."""
CLAMPED_MSS = 500
"""Any IPv4 host accepts 576 bytes (RFC 791), and any IPv6 link 1280."""
PADDING = 4000
"""More than two segments of Ethernet, less than the eleven kilobytes that may be sent at first (RFC 6928)."""
_AGAIN = (CLAMPED_MSS, None, None, CLAMPED_MSS, CLAMPED_MSS, None)
"""The second round, where the two connections differed: in an order that no load balancer between a dead machine and a
living one produces by taking turns."""
_IP_MTU, _IPV6_MTU = 14, 24  # linux/in.h, linux/in6.h; not in Python's socket module
_FIRST = 24
"""Bytes of the first write: the head of a TLS record, or of a request line."""
_TLS_PADDING = 21  # the extension `padding` (RFC 7685)


@dataclass(slots=True)
class _LargeExchange:
    """What happened on one connection."""

    small: Written = "not-sent"
    large: Written = "not-sent"
    answered: bool | None = None
    mss: int | None = None
    path_mtu: int | None = None
    retransmits: int | None = None


async def check(request: MeasureMtu, system: SystemView) -> AsyncGenerator[PathMtu | NotObserved, None]:  # noqa: ARG001 -- a check's signature
    """Yield what became of the writes, or why there were none. Takes up to fourteen seconds, and five where all is well.

    Raises ValueError if the address is not one.
    """
    at, started = now(), perf_counter()
    words = _words(request)
    if words is None or sys.platform != "linux":
        reason = f"No large and harmless request is known for {request.family or 'an unknown protocol'}."
        yield NotObserved(request=request, reason=reason)
        return
    usual, clamped = await _connections(request, words, (None, CLAMPED_MSS))
    if usual.small == "not-sent":
        yield NotObserved(request=request, reason="This time the port did not connect.")
        return
    pairs = 1
    if _result(usual) != _result(clamped):
        again = await _connections(request, words, _AGAIN)
        results = {
            mss: {_result(exchange) for exchange, size in zip(again, _AGAIN, strict=True) if size == mss} for mss in _AGAIN
        }
        if results == {None: {_result(usual)}, CLAMPED_MSS: {_result(clamped)}}:
            pairs += len(_AGAIN) // 2
    yield PathMtu(
        at=at,
        command=safe_text(shlex.join(["tracepath", "-n", request.address])),
        address=request.address,
        port=request.port,
        spoken=request.family or "",
        small=usual.small,
        large=usual.large,
        large_bytes=len(words) - _FIRST,
        answered=usual.answered,
        clamped_large=clamped.large,
        clamped_answered=clamped.answered,
        clamped_mss=clamped.mss,
        mss=usual.mss,
        path_mtu=usual.path_mtu,
        retransmits=usual.retransmits,
        pairs=pairs,
        waited_ms=(perf_counter() - started) * 1000,
    )


async def _connections(request: MeasureMtu, words: bytes, sizes: tuple[int | None, ...]) -> list[_LargeExchange]:
    """One connection for each size of segments, begun in this order, all at the same time."""
    return await asyncio.gather(*(_once(request, words, size) for size in sizes))


def _result(exchange: _LargeExchange) -> tuple[Written, bool | None]:
    return exchange.large, exchange.answered


async def _once(request: MeasureMtu, words: bytes, mss: int | None) -> _LargeExchange:
    """One connection, to its end. Raises ValueError if the address is not one."""
    exchange = _LargeExchange()
    async with handshake(request.address, request.port, timeout_s=CONNECT_S, mss=mss) as ended:
        if ended.outcome is not Outcome.CONNECTED or ended.sock is None:
            return exchange
        sock = ended.sock
        stop_listening(sock)
        with suppress(OSError):
            exchange.mss = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
            exchange.small = await _written(sock, words[:_FIRST], SMALL_S)
            if exchange.small == "acknowledged":
                exchange.large = await _written(sock, words[_FIRST:], STALL_S)
            if exchange.large == "acknowledged":
                exchange.answered = await _answers(sock)
            exchange.path_mtu = _mtu(sock)
            exchange.retransmits = retransmits(sock)
    return exchange


async def _written(sock: socket.socket, data: bytes, wait_s: float) -> Written:
    """Write, and say whether all of it was acknowledged in time."""
    until = perf_counter() + wait_s
    try:
        sock.send(data)
    except BlockingIOError:
        return "not-sent"
    except OSError:
        return "ended"
    while _unacknowledged(sock):
        if _has_ended(sock):
            return "ended"
        if perf_counter() > until:
            return "stalled"
        await asyncio.sleep(POLL_S)
    return "acknowledged"


async def _answers(sock: socket.socket) -> bool:
    """Whether anything comes back, even just the end of the connection."""
    return await readable(sock, ANSWER_S)


def _unacknowledged(sock: socket.socket) -> int:
    """How many bytes of what was written the peer's kernel has not acknowledged (SIOCOUTQ, the same as TIOCOUTQ; tcp(7))."""
    (count,) = struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, struct.pack("i", 0)))
    return int(count)


def _has_ended(sock: socket.socket) -> bool:
    try:
        return sock.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _mtu(sock: socket.socket) -> int | None:
    v6 = sock.family == socket.AF_INET6
    with suppress(OSError):
        return sock.getsockopt(socket.IPPROTO_IPV6 if v6 else socket.IPPROTO_IP, _IPV6_MTU if v6 else _IP_MTU)
    return None


def _words(request: MeasureMtu) -> bytes | None:
    """A request of the protocol, with padding; None where none is known to be harmless."""
    match request.family:
        case "HTTP":
            lines = "".join(f"X-Padding-{number}: {'-' * 480}\r\n" for number in range(PADDING // 500))
            host = endpoint(request.server_name or without_zone(request.address), request.port)
            return f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n".encode()
        case "Redis":
            return f"*2\r\n$4\r\nPING\r\n${PADDING}\r\n{'-' * PADDING}\r\n".encode()
        case "TLS":
            return padded(_client_hello(request.server_name))
        case _:
            return None


def _client_hello(server_name: str | None) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    with suppress(ssl.SSLWantReadError):
        session.do_handshake()
    return outgoing.read()


def padded(hello: bytes) -> bytes:
    """A ClientHello in one TLS record (RFC 8446, 4.1.2 and 5.1) with PADDING bytes as its last extension."""
    head, body = hello[:9], hello[9:]  # of the record 5 bytes, of the handshake message 4
    position = 2 + 32
    position += 1 + body[position]  # the session's id
    position += 2 + int.from_bytes(body[position : position + 2])  # the cipher suites
    position += 1 + body[position]  # the compression methods
    extensions, rest = b"", body[position + 2 :]
    while rest:
        size = 4 + int.from_bytes(rest[2:4])
        extensions += rest[:size] if int.from_bytes(rest[:2]) != _TLS_PADDING else b""
        rest = rest[size:]
    extensions += struct.pack("!HH", _TLS_PADDING, PADDING) + bytes(PADDING)
    body = body[:position] + len(extensions).to_bytes(2) + extensions
    return head[:3] + (len(body) + 4).to_bytes(2) + head[5:6] + len(body).to_bytes(3) + body
