"""A socket of this machine as its tables have it, before its owner is known; and how addresses are spelled."""

import socket
from typing import Literal

from msgspec import Struct

from tui.model.facts import Listener

MAPPED = bytes(10) + b"\xff\xff"
"""The prefix of an IPv4 address within an IPv6 address (RFC 4291, section 2.5.5.2)."""
_IPV4_BYTES = 4


class BoundSocket(Struct, frozen=True):
    """A listening TCP or unconnected, bound UDP socket."""

    listener: Listener
    details: bytes = b""
    """What else sock_diag gave, read only for the few that need it."""


class UnixSocket(Struct, frozen=True, kw_only=True):
    """A Unix socket with a name."""

    name: str
    """The path as it was bound, which may be relative; `@name` for an abstract one."""
    inode: int
    """The socket's own inode, as in /proc/PID/fd."""
    listening: bool
    file: tuple[int, int, int] | None = None
    """Device major, minor and inode of the bound file, where the kernel gives it."""
    kind: Literal["stream", "datagram", "seqpacket"] | None = None
    queue: int | None = None
    """Connections that wait to be accepted; None where it does not listen, or the kernel did not say."""
    queue_limit: int | None = None


def address_text(packed: bytes) -> str:
    """The address in 4 or 16 bytes of network order; an IPv4-mapped address is written as the IPv4 address it stands for."""
    packed = packed.removeprefix(MAPPED)
    return socket.inet_ntop(socket.AF_INET if len(packed) == _IPV4_BYTES else socket.AF_INET6, packed)


def in_order(listener: Listener) -> tuple[int, str, str]:
    """The key that sorts listeners for people: port, protocol, address."""
    return listener.port, listener.proto, listener.address
