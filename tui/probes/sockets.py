"""A socket of this machine as its tables have it, before anybody asked who owns it; and how addresses are spelled."""

import ipaddress
from ipaddress import IPv6Address

from msgspec import Struct

from tui.model.facts import Listener


class BoundSocket(Struct, frozen=True):
    """A listening TCP or unconnected, bound UDP socket, and the cgroup (v2 id) that it was made in, where known."""

    listener: Listener
    cgroup: int | None = None


class UnixSocket(Struct, frozen=True, kw_only=True):
    """A Unix socket with a name."""

    name: str
    """The path as it was bound, which may be relative; `@name` for an abstract one."""
    inode: int
    """The socket's own inode, as in /proc/PID/fd."""
    listening: bool
    file: tuple[int, int, int] | None = None
    """Device major, minor and inode of the bound file, where the kernel tells."""


def address_text(packed: bytes) -> str:
    """The address in 4 or 16 bytes of network order; an IPv4-mapped one is written as the IPv4 address it stands for."""
    address = ipaddress.ip_address(packed)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def in_order(listener: Listener) -> tuple[int, str, str]:
    """The key that sorts listeners for people: port, protocol, address."""
    return listener.port, listener.proto, listener.address
