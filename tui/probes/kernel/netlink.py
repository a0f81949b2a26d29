"""One question to the kernel over netlink, and its answer: messages and attributes, not what they mean.

Law: a socket lives as long as its `with`, no question waits longer than `TIMEOUT_S`, and an errno in an
answer (`KernelError`) is not confused with netlink itself not being available (any other OSError).
Source: netlink(7), linux/netlink.h.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EPROTO
from itertools import count
from os import strerror

ROUTE = 0
SOCK_DIAG = 4

TIMEOUT_S = 2.0
"""The kernel answers at once; a second or two allow for a machine that hardly runs."""
ONE_READ = 65536
"""Bytes: a dump comes in pieces of at most 32 KiB (netlink_dump in net/netlink/af_netlink.c)."""
DUMP_TRIES = 3
"""A table that changes all the time gives interrupted dumps; the last one is better than none."""

_REQUEST, _ACK, _DUMP = 0x1, 0x4, 0x300
_INTERRUPTED = 0x10
_ERROR, _DONE = 2, 3
_SOL_NETLINK, _STRICT_CHECK = 270, 12
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_ERRNO = struct.Struct("=i")
_TYPE_BITS = 0x3FFF  # without NLA_F_NESTED and NLA_F_NET_BYTEORDER


class KernelError(OSError):
    """The kernel understood the question and answered it with this errno."""


class Channel:
    """An open netlink socket."""

    def __init__(self, link: socket.socket) -> None:
        self._socket = link
        self._numbers = count(1)

    def ask(self, kind: int, body: bytes) -> bytes:
        """The body of the one answer to a message of type `kind`.

        Raises KernelError with the kernel's errno, TimeoutError, or another OSError of the socket.
        """
        bodies, _ = self._exchange(kind, _REQUEST | _ACK, body)
        if not bodies:
            raise OSError(EPROTO, "the kernel gave no answer")
        return bodies[0]

    def dump(self, kind: int, body: bytes) -> list[bytes]:
        """The bodies of all entries of a table; raises as `ask` does."""
        bodies: list[bytes] = []
        for _ in range(DUMP_TRIES):
            bodies, interrupted = self._exchange(kind, _REQUEST | _DUMP, body)
            if not interrupted:
                break
        return bodies

    def _exchange(self, kind: int, flags: int, body: bytes) -> tuple[list[bytes], bool]:
        number = next(self._numbers)
        self._socket.send(_HEADER.pack(_HEADER.size + len(body), kind, flags, number, 0) + body)
        bodies: list[bytes] = []
        interrupted = False
        while True:
            data, (sender, _groups) = self._socket.recvfrom(ONE_READ)
            if sender != 0:  # only the kernel's port is 0; another process may send to ours
                continue
            for answer, answer_flags, to, content in messages(data):
                if to != number:
                    continue
                interrupted |= bool(answer_flags & _INTERRUPTED)
                if answer in {_ERROR, _DONE}:
                    _raise_errno(content)
                    return bodies, interrupted
                bodies.append(content)


@contextmanager
def channel(protocol: int, *, strict: bool = False) -> Iterator[Channel]:
    """Open netlink for `ROUTE` or `SOCK_DIAG`. Raises OSError where this is not permitted or not Linux.

    With `strict` the kernel filters dumps by their request (Linux 4.20; an older one sends all).
    """
    family = getattr(socket, "AF_NETLINK", None)
    if family is None:
        raise OSError("this system has no netlink")
    with socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol) as link:
        link.settimeout(TIMEOUT_S)
        link.bind((0, 0))
        if strict:
            with suppress(OSError):  # an older kernel, which filters nothing
                link.setsockopt(_SOL_NETLINK, _STRICT_CHECK, 1)
        yield Channel(link)


def messages(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Type, flags, sequence number and body of each message in one datagram; what is cut short is left out."""
    offset = 0
    while offset + _HEADER.size <= len(data):
        length, kind, flags, number, _ = _HEADER.unpack_from(data, offset)
        if length < _HEADER.size or offset + length > len(data):
            return
        yield kind, flags, number, data[offset + _HEADER.size : offset + length]
        offset += _aligned(length)


def attributes(data: bytes) -> dict[int, bytes]:
    """The attributes in `data` by type, the last of each type; what is cut short is left out."""
    values: dict[int, bytes] = {}
    offset = 0
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size or offset + length > len(data):
            break
        values[kind & _TYPE_BITS] = data[offset + _ATTRIBUTE.size : offset + length]
        offset += _aligned(length)
    return values


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute as a message contains it, padded to four bytes."""
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(_aligned(length) - length)


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _raise_errno(content: bytes) -> None:
    """NLMSG_ERROR and NLMSG_DONE both start with zero or a negative errno."""
    errno = -_ERRNO.unpack_from(content)[0] if len(content) >= _ERRNO.size else 0
    if errno:
        raise KernelError(errno, strerror(errno))
