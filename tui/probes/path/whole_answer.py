"""One small request, and whether its answer comes whole: it is to be larger than one packet, as far as the service gives one."""

import re
import socket
import ssl
import struct
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

from tui.model.address import endpoint, literal_address, without_zone
from tui.model.facts import Outcome
from tui.model.requests import MeasureMtu
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.waiting import readable

CONNECT_S = 1.5
ANSWER_S = 2.0
ENOUGH = 16_000
"""Bytes of an answer after which the rest would come too: ten full segments."""
_TCP_INFO = struct.Struct("=5xB2x8xII")  # tcpi_options, tcpi_snd_mss, tcpi_rcv_mss in struct tcp_info (linux/tcp.h)
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CHUNKED = re.compile(rb"^transfer-encoding:.*chunked", re.IGNORECASE | re.MULTILINE)
_TIMESTAMPS, _TIMESTAMPS_BYTES = 1, 12
_HEADERS = {socket.AF_INET: 40, socket.AF_INET6: 60}


@dataclass(slots=True)
class WholeAnswer:
    """What came back on one connection."""

    connected: bool = False
    whole: bool = False
    """Whether it came to its end, or to ENOUGH bytes of it, within ANSWER_S."""
    shaken: bool = False
    """Whether a TLS handshake was completed, whatever came inside it."""
    cut_off: bool = False
    """Whether the connection ended before the length that the answer gave itself."""
    received: int = 0
    """Bytes that came in order."""
    mss: int | None = None
    """The most that we send in one segment (TCP_MAXSEG)."""
    largest_segment: int | None = None
    """The size of the largest segment that came (tcpi_rcv_mss); a guess of the kernel's where none was large."""
    packet: int | None = None
    """The size of the IP packets in which we would send a large request."""

    @property
    def progress(self) -> int:
        """How far it came: to nothing whole, to a handshake, to the end."""
        return self.shaken + 2 * self.whole


class _Plain:
    """A request as it is written."""

    is_shaken = False

    def __init__(self, request: MeasureMtu) -> None:
        self.words = b"*1\r\n$4\r\nINFO\r\n" if request.family == "Redis" else http_request(request)
        self.answer = b""

    def receive(self, data: bytes) -> bytes:
        """Take what came; gives what is to be written next."""
        self.answer += data
        return b""

    @property
    def is_whole(self) -> bool:
        """Whether nothing more is to come, or enough has."""
        return len(self.answer) >= ENOUGH or _is_whole_reply(self.answer) or is_whole_http(self.answer)


class _Tls:
    """A handshake, and inside it an HTTP request where the target is a web address."""

    def __init__(self, request: MeasureMtu) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        name = request.server_name if request.server_name and not literal_address(request.server_name) else None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._request = http_request(request) if request.path is not None else None
        self.is_shaken = self.is_whole = False
        self.answer = b""
        self.words = self.receive(b"")

    def receive(self, data: bytes) -> bytes:
        """Take what came; gives what is to be written next. What is not TLS, or an alert, is an end too."""
        if data:
            self._incoming.write(data)
        try:
            self._go_on()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.is_whole = True
        return self._outgoing.read()

    def _go_on(self) -> None:
        if not self.is_shaken:
            self._session.do_handshake()
            self.is_shaken = True
            if self._request is None:
                self.is_whole = True
                return
            self._session.write(self._request)
        while not self.is_whole:
            clear = self._session.read(ENOUGH)
            self.answer += clear
            self.is_whole = not clear or len(self.answer) >= ENOUGH or is_whole_http(self.answer)


async def whole_answer(request: MeasureMtu, mss: int | None) -> WholeAnswer:
    """Ask once, with segments of at most `mss` bytes in both directions. Raises ValueError if the address is not one."""
    answer = WholeAnswer()
    async with handshake(request.address, request.port, timeout_s=CONNECT_S, mss=mss) as ended:
        if ended.outcome is not Outcome.CONNECTED or ended.sock is None:
            return answer
        answer.connected = True
        with suppress(OSError):
            stop_listening(ended.sock)
            answer.mss = ended.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
            answer.packet, _ = _segment_sizes(ended.sock)
            await _converse(ended.sock, _Tls(request) if request.family == "TLS" else _Plain(request), answer)
            _, answer.largest_segment = _segment_sizes(ended.sock)
    return answer


async def _converse(sock: socket.socket, talk: _Plain | _Tls, answer: WholeAnswer) -> None:
    """Write and read until the answer is whole, or nothing more comes in time. Raises OSError."""
    until = perf_counter() + ANSWER_S
    sock.send(talk.words)
    while not answer.whole and await readable(sock, until - perf_counter()):
        try:
            data = sock.recv(ENOUGH)
        except BlockingIOError:
            continue
        except OSError:  # it reset the connection, which is an end
            data = b""
        answer.received += len(data)
        reply = talk.receive(data) if data else b""
        answer.whole, answer.shaken = not data or talk.is_whole, talk.is_shaken
        answer.cut_off = not data and is_cut_off(talk.answer)
        if reply:
            sock.send(reply)


def http_request(request: MeasureMtu, *headers: str) -> bytes:
    """A GET of the target's own path; an answer without compression is larger."""
    host = endpoint(request.server_name or without_zone(request.address), request.port)
    lines = (f"GET {request.path or '/'} HTTP/1.1", f"Host: {host}", "Accept: */*", "Accept-Encoding: identity", *headers)
    return "".join(f"{line}\r\n" for line in (*lines, "Connection: close", "")).encode()


def is_whole_http(data: bytes) -> bool:
    """Whether an HTTP answer has come to its end by its own word, as a server keeps the connection that does not close it."""
    head, ended, body = data.partition(b"\r\n\r\n")
    if not ended or not head.startswith(b"HTTP/"):
        return False
    length = _LENGTH.search(head)
    if length:
        return len(body) >= int(length[1])
    without_body = head.split(b" ", 2)[1:2] in ([b"204"], [b"304"])
    return without_body or (bool(_CHUNKED.search(head)) and body.endswith(b"0\r\n\r\n"))


def is_cut_off(data: bytes) -> bool:
    """Whether an HTTP answer that has ended lacks bytes of the length that it gives itself (RFC 9112, 8)."""
    length = _LENGTH.search(data.partition(b"\r\n\r\n")[0])
    return data.startswith(b"HTTP/") and length is not None and not is_whole_http(data)


def _is_whole_reply(data: bytes) -> bool:
    """Whether the bytes are a whole reply of Redis: an error, or a text with its length before it (RESP)."""
    head, ended, rest = data.partition(b"\r\n")
    if head[:1] == b"$" and head[1:].isdigit():
        return len(rest) >= int(head[1:][:10])
    return bool(ended) and head[:1] in {b"-", b"+"}


def _segment_sizes(sock: socket.socket) -> tuple[int, int]:
    """The size of the IP packets of full segments that are sent, and of the largest segment that came. Raises OSError."""
    options, sending, receiving = _TCP_INFO.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO.size))
    return sending + _HEADERS[sock.family] + (_TIMESTAMPS_BYTES if options & _TIMESTAMPS else 0), receiving
