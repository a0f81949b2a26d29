"""Whether large packets get through, both ways, as small ones do.

First the way back: a small request, and whether its answer comes whole, in segments of the usual size and in small ones that
pass anywhere. Then the way there: packets as large as TCP would send, which may not be fragmented; where these do not show that
all is well, a large request, again in segments of both sizes. What is written is harmless: a GET, an INFO, a ClientHello.

Law: the kernel is taught nothing. An ICMP error for a TCP connection makes it remember the path's MTU for ten minutes (`ip route
get` shows it), in which all its connections announce smaller segments: what was broken would be whole until then. So a large
request is written only where such an error was not seen to come; with IPv6, on a socket that does not heed it.
"""

import asyncio
import fcntl
import shlex
import socket
import ssl
import struct
import sys
import termios
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

from msgspec.structs import replace

from tui.model.address import ip_family, parse_address, peer_address
from tui.model.facts import NotObserved, Outcome, PathMtu
from tui.model.facts.mtu import Written
from tui.model.requests import MeasureMtu
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake, retransmits
from tui.probes.kernel.kernel_counters import packets_too_big
from tui.probes.kernel.netlink import KernelError
from tui.probes.kernel.system_view import SystemView
from tui.probes.path import rtnetlink
from tui.probes.path.full_size import FullSize, full_size
from tui.probes.path.whole_answer import WholeAnswer, http_request, whole_answer

CONNECT_S = 1.5
SMALL_S = 1.0
"""For the acknowledgement of a few bytes: some round trips."""
STALL_S = 2.4
"""For that of the rest: Linux repeats it after a fifth of a second and then at growing intervals, three times by then."""
POLL_S = 0.02
"""No event says when bytes are acknowledged, so the socket is polled."""
CLAMPED_MSS = 500
"""Any IPv4 host accepts 576 bytes (RFC 791), and any IPv6 link 1280."""
PADDING = 4000
"""More than two segments of Ethernet, less than the eleven kilobytes that may be sent at first (RFC 6928)."""
_AGAIN = (CLAMPED_MSS, None, None, CLAMPED_MSS, CLAMPED_MSS, None)
"""The second round, where the two connections differed: in an order that no load balancer between a dead machine and a
living one produces by taking turns."""
_IPV6_MTU_DISCOVER, _INTERFACE = 23, 4  # linux/in6.h: the device's MTU counts, and errors that say less are not heeded
_FIRST = 24
"""Bytes of the first write: the head of a TLS record, or of a request line."""
_TLS_PADDING = 21  # the extension `padding` (RFC 7685)


@dataclass(slots=True)
class _LargeWrite:
    """What became of a large request on one connection."""

    small: Written = "not-sent"
    large: Written = "not-sent"
    mss: int | None = None
    retransmits: int | None = None


async def check(request: MeasureMtu, system: SystemView) -> AsyncGenerator[PathMtu | NotObserved, None]:  # noqa: ARG001 -- a check's signature
    """Yield what got through, or why nothing was tried. Takes up to eighteen seconds, and less than one where all is well.

    Raises ValueError if the address is not one.
    """
    at, started = now(), perf_counter()
    words = _words(request)
    if words is None or sys.platform != "linux":
        reason = f"No large and harmless request is known for {request.family or 'an unknown protocol'}."
        yield NotObserved(request=request, reason=reason)
        return
    before = _path_mtu(request.address)
    usual = await whole_answer(request, None)
    if not usual.connected:
        yield NotObserved(request=request, reason="This time the port did not connect.")
        return
    fact = PathMtu(
        at=at,
        command=safe_text(shlex.join(["tracepath", "-n", request.address])),
        address=request.address,
        port=request.port,
        spoken=request.family or "",
        answered=usual.whole,
        answer_bytes=usual.received,
        cut_off=usual.cut_off,
        largest_segment=usual.largest_segment,
        mss=usual.mss,
        path_mtu_before=before,
    )
    if not usual.whole:
        fact = await _way_back(request, usual, fact)
    if fact.answered or not fact.clamped_answered:
        fact = await _way_there(request, words, usual, fact)
    yield replace(fact, path_mtu=_path_mtu(request.address), waited_ms=(perf_counter() - started) * 1000)


async def _way_back(request: MeasureMtu, usual: WholeAnswer, fact: PathMtu) -> PathMtu:
    """The fact, with what came in small segments; where that is more, three more pairs."""
    clamped = await whole_answer(request, CLAMPED_MSS)
    came_further = clamped.progress > usual.progress
    pairs = 1
    if came_further:
        # Not at the same time: a server that has one thread would answer none while another waits for its answer.
        again = [(await whole_answer(request, size)).progress for size in _AGAIN]
        pairs += _pairs_alike(again, usual=usual.progress, clamped=clamped.progress)
    return replace(
        fact,
        clamped_answered=came_further,
        clamped_answer_bytes=clamped.received,
        clamped_mss=clamped.mss,
        pairs=pairs,
    )


async def _way_there(request: MeasureMtu, words: bytes, usual: WholeAnswer, fact: PathMtu) -> PathMtu:
    """The fact, with what became of full-size packets and, where that is asked for or in doubt, of a large request."""
    packets = FullSize()
    if ip_family(request.address) == "IPv4" and usual.packet:
        packets = await full_size(request.address, usual.packet)
        fact = replace(fact, full_size=packets.outcome, reported_by=packets.reported_by, reported_mtu=packets.reported_mtu)
    if packets.outcome == "reported" or not (request.writes or packets.outcome == "vanish"):
        return fact
    written, clamped = await asyncio.gather(*(_write(request, words, size) for size in (None, CLAMPED_MSS)))
    pairs = 1
    if written.large != clamped.large:
        again = await asyncio.gather(*(_write(request, words, size) for size in _AGAIN))
        pairs += _pairs_alike([write.large for write in again], usual=written.large, clamped=clamped.large)
    return replace(
        fact,
        small=written.small,
        large=written.large,
        large_bytes=len(words) - _FIRST,
        clamped_large=clamped.large,
        clamped_mss=clamped.mss,
        mss=written.mss or fact.mss,
        retransmits=written.retransmits,
        pairs=pairs,
    )


def _pairs_alike(results: Sequence[object], *, usual: object, clamped: object) -> int:
    """The number of pairs in the second round, if every one of them ended as the first did; else 0."""
    expected = [clamped if size else usual for size in _AGAIN]
    return len(_AGAIN) // 2 if results == expected else 0


async def _write(request: MeasureMtu, words: bytes, mss: int | None) -> _LargeWrite:
    """One connection with a large request, to its end. Raises ValueError if the address is not one."""
    done = _LargeWrite()
    async with handshake(request.address, request.port, timeout_s=CONNECT_S, mss=mss) as ended:
        if ended.outcome is not Outcome.CONNECTED or ended.sock is None:
            return done
        sock = ended.sock
        stop_listening(sock)
        with suppress(OSError):
            reported = _unheeded_reports(sock)
            done.mss = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
            done.small = await _written(sock, words[:_FIRST], SMALL_S, reported)
            if done.small == "acknowledged":
                done.large = await _written(sock, words[_FIRST:], STALL_S, reported)
            done.retransmits = retransmits(sock)
    return done


def _unheeded_reports(sock: socket.socket) -> Callable[[], bool]:
    """Whether, since this call, a router has reported that an IPv6 packet is too large; `sock` does not heed it.

    With IPv4 TCP there is no such choice: a socket that does not heed the report lets its packets be fragmented.
    """
    if sock.family != socket.AF_INET6:
        return lambda: False
    sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _INTERFACE)
    before = packets_too_big()
    return lambda: before is not None and (packets_too_big() or 0) > before


async def _written(sock: socket.socket, data: bytes, wait_s: float, reported: Callable[[], bool]) -> Written:
    """Write, and say whether all of it was acknowledged in time, or reported to be too large."""
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
        if reported():
            return "reported"
        if perf_counter() > until:
            return "stalled"
        await asyncio.sleep(POLL_S)
    return "acknowledged"


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


def _path_mtu(address: str) -> int | None:
    """What the kernel has learnt of the path's MTU and remembers; None where it is nothing, or can't be asked."""
    try:
        return rtnetlink.look_up(parse_address(peer_address(address))).mtu
    except (OSError, KernelError):
        return None


def _words(request: MeasureMtu) -> bytes | None:
    """A large request of the protocol; None where none is known to be harmless."""
    match request.family:
        case "HTTP":
            return http_request(request, *(f"X-Padding-{number}: {'-' * 480}" for number in range(PADDING // 500)))
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
