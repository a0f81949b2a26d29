"""The parts of a first exchange: sending, reading with a deadline, and how it ended."""

import array
import fcntl
import socket
import sys
import termios
from dataclasses import dataclass, field
from time import perf_counter
from typing import Literal

from tui.probes.kernel.waiting import readable
from tui.probes.talk.identify import Identified

MOST_BYTES = 4096
"""No more of an answer is read: its beginning identifies it, and a page of error text fits."""
_CHUNK = 2048

Ending = Literal["answered", "closed", "reset", "silent"]


@dataclass(slots=True)
class Reply:
    """What came back, and how the exchange ended."""

    outcome: Ending
    data: bytes = b""
    identified: Identified = field(default_factory=Identified)
    understood: Literal["yes", "no", "unknown"] = "unknown"
    acknowledged: bool | None = None
    waited_ms: float = 0.0


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
