"""The parts of a first exchange: connecting, sending, reading with a deadline, and how it ended."""

import array
import fcntl
import socket
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal, Protocol

from tui.model.facts import HttpAnswer, InnerAnswer, Outcome, TlsAnswer
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.waiting import readable
from tui.probes.talk.identify import Identified

CONNECT_S = 1.5
"""The target has just accepted a connection; this allows for one lost packet."""
MOST_BYTES = 4096
"""No more of an answer is read: its beginning identifies it, and a page of error text fits."""
_CHUNK = 2048

Ending = Literal["answered", "closed", "reset", "silent"]


class NotConnectedError(Exception):
    """The connection was not made again. A reset is not a failure to connect: the server accepted, and reset at once."""

    def __init__(self, outcome: Literal["reset", "failed"], detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


@dataclass(slots=True)
class Reply:
    """What came back, and how the exchange ended."""

    outcome: Ending
    data: bytes = b""
    identified: Identified = field(default_factory=Identified)
    understood: Literal["yes", "no", "unknown"] = "unknown"
    acknowledged: bool | None = None
    waited_ms: float = 0.0
    tls: TlsAnswer | None = None
    http: HttpAnswer | None = None
    inner: InnerAnswer | None = None


class ByteChannel(Protocol):
    """What words are exchanged on: a connection as it is, or TLS inside one."""

    def send(self, data: bytes) -> bool:
        """Send a short request; False where the peer has ended the connection. Raises nothing."""

    async def receive(self, deadline: float) -> bytes | Ending:
        """The next bytes, or how it ended: `closed`, `reset`, or `silent` at the deadline (of perf_counter)."""

    def acknowledged(self) -> bool | None:
        """Whether the peer's kernel has taken all that was sent; None where that is not known."""


@dataclass(slots=True)
class Plain:
    """A connected socket as a channel."""

    sock: socket.socket

    def send(self, data: bytes) -> bool:
        """Send a request that fits into the socket's buffer; False where the peer has reset the connection."""
        return send(self.sock, data)

    async def receive(self, deadline: float) -> bytes | Ending:
        """The next bytes, or how it ended."""
        return await receive(self.sock, deadline)

    def acknowledged(self) -> bool | None:
        """Whether no byte is left in the send queue."""
        return acknowledged(self.sock)


@asynccontextmanager
async def connected(address: str, port: int) -> AsyncIterator[socket.socket]:
    """A socket that is connected to the port, closed afterwards. Raises NotConnectedError, and ValueError for no address."""
    async with handshake(address, port, timeout_s=CONNECT_S) as ended:
        if ended.outcome is not Outcome.CONNECTED or ended.sock is None:
            reset = ended.outcome is Outcome.RESET
            raise NotConnectedError("reset" if reset else "failed", ended.errno or str(ended.outcome))
        stop_listening(ended.sock)
        yield ended.sock


def send(sock: socket.socket, data: bytes) -> bool:
    """Send a request that fits into the socket's buffer; False where the peer has reset the connection. Raises nothing."""
    try:
        return not data or sock.send(data) == len(data)
    except OSError:
        return False


async def receive(sock: socket.socket, deadline: float) -> bytes | Ending:
    """The next bytes, or how it ended: `closed`, `reset`, or `silent` at the deadline."""
    while await readable(sock, deadline - perf_counter()):
        try:
            data = sock.recv(_CHUNK)
        except BlockingIOError:  # woken for nothing: a packet that was discarded
            continue
        except OSError:
            return "reset"
        return data or "closed"
    return "silent"


def acknowledged(sock: socket.socket) -> bool | None:
    """Whether the peer's kernel has taken all that was sent: no byte is left in the send queue (SIOCOUTQ, tcp(7))."""
    if sys.platform != "linux":
        return None
    left = array.array("i", [0])
    try:
        fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, left)
    except OSError:
        return None
    return left[0] == 0
