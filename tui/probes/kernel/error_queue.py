"""A socket's error queue: which ICMP errors came, and who sent them. Needs no privilege.

Linux keeps the ICMP errors of a socket that has IP_RECVERR set; recvmsg(MSG_ERRQUEUE) hands out a
`struct sock_extended_err` and, behind it, the sender's address (ip(7), include/uapi/linux/errqueue.h).
"""

import os
import re
import socket
import struct
import sys
from functools import cache
from typing import NamedTuple

from tui.model.facts import IcmpError
from tui.probes.kernel.failures import icmp_error

IP_RECVERR = 11
"""linux/in.h; not in Python's socket module before 3.14."""
IPV6_RECVERR = 25
"""linux/in6.h; likewise."""
TCP_SINCE = (5, 8)
"""The first Linux that queues ICMP errors for a TCP socket that is not yet connected (commit 45af29ca761c)."""

_EXTENDED_ERR = struct.Struct("=IBBBBII")  # errno, origin, type, code, padding, info, data
_ORIGIN_ICMP, _ORIGIN_ICMP6 = 2, 3
_MARKS = {(socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)}
_MOST = 16  # errors read at once: one attempt sends a handful of packets, each with one answer
_ROOM = 512  # bytes for the packet that was answered, and for the control message beside it (44 are used)


class QueuedError(NamedTuple):
    """One ICMP error and the errno that the kernel derives from it."""

    errno: int
    icmp: IcmpError


def listen_for_errors(sock: socket.socket) -> None:
    """Ask Linux to queue ICMP errors for `sock`; to be called before it connects. Raises OSError."""
    _set(sock, 1)


def stop_listening(sock: socket.socket) -> None:
    """Empty the queue and let ICMP errors be soft again, as they are for any other program. Raises OSError."""
    _set(sock, 0)


def read(sock: socket.socket) -> list[QueuedError]:
    """The ICMP errors that wait for `sock` (non-blocking), oldest first; each is handed out once. Raises nothing."""
    errors: list[QueuedError] = []
    if sys.platform != "linux":
        return errors
    for _ in range(_MOST):
        try:
            _, control, _, _ = sock.recvmsg(_ROOM, _ROOM, socket.MSG_ERRQUEUE)
        except OSError:  # EAGAIN: no more
            break
        errors += [error for level, kind, data in control if (error := parse(level, kind, data))]
    return errors


def parse(level: int, kind: int, data: bytes) -> QueuedError | None:
    """The ICMP error in one control message; None for another kind, or one of local origin. Raises nothing."""
    if (level, kind) not in _MARKS or len(data) < _EXTENDED_ERR.size:
        return None
    error, origin, icmp_type, code, *_ = _EXTENDED_ERR.unpack_from(data)
    sender = _sender(data[_EXTENDED_ERR.size :])
    if origin not in {_ORIGIN_ICMP, _ORIGIN_ICMP6} or sender is None:
        return None
    return QueuedError(error, icmp_error(icmp_type, code, sender))


@cache
def queues_tcp_errors() -> bool:
    """Whether an empty queue proves that no ICMP error came: on Linux 5.8 and later."""
    return sys.platform == "linux" and release_of(os.uname().release) >= TCP_SINCE


def release_of(text: str) -> tuple[int, int]:
    """Major and minor number of a kernel release such as `6.1.0-18-amd64`; (0, 0) where there are none."""
    match = re.match(r"(\d{1,9})\.(\d{1,9})", text)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _set(sock: socket.socket, value: int) -> None:
    if sys.platform != "linux":
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, value)
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, value)


def _sender(address: bytes) -> str | None:
    """The address in a sockaddr_in or sockaddr_in6, without port and zone, as getsockname gives our own."""
    if len(address) < 2:  # noqa: PLR2004 -- the size of sa_family
        return None
    family = int.from_bytes(address[:2], sys.byteorder)
    offset, size = (4, 4) if family == socket.AF_INET else (8, 16)
    packed = address[offset : offset + size]
    if family not in {socket.AF_INET, socket.AF_INET6} or len(packed) < size:
        return None
    return socket.inet_ntop(family, packed)
