"""The kernel's socket tables by sock_diag: what listens, with queues and inodes, and no other rows.

Law: the kernel filters by state, so the cost does not grow with the number of connections. Works without
privilege. Source: sock_diag(7), linux/inet_diag.h, linux/unix_diag.h.
"""

import socket
import struct
import sys
from typing import Literal

from msgspec import Struct

from tui.model.facts import Listener
from tui.model.safe_text import safe_text
from tui.probes.kernel import netlink
from tui.probes.sockets.socket_rows import MAPPED, BoundSocket, UnixSocket, address_text

_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
_LISTEN, _CLOSE = 10, 7  # TCP_LISTEN; TCP_CLOSE is the state of an unconnected UDP socket
_TABLES = (
    (socket.AF_INET, socket.IPPROTO_TCP, _LISTEN),
    (socket.AF_INET6, socket.IPPROTO_TCP, _LISTEN),
    (socket.AF_INET, socket.IPPROTO_UDP, _CLOSE),
    (socket.AF_INET6, socket.IPPROTO_UDP, _CLOSE),
)
_INET_REQUEST = struct.Struct("=BBBxI2s2s44x")  # inet_diag_req_v2; of the socket id only the ports, and 0 is any
_ANY_PORT = b"\0\0"
_INET_ENTRY = struct.Struct("=BBxx2s2x16s16xI8xIIIII")  # inet_diag_msg
_V6_ONLY, _CGROUP = 11, 21  # INET_DIAG_SKV6ONLY, INET_DIAG_CGROUP_ID
_CGROUP_ID = struct.Struct("=Q")

_UNIX_REQUEST = struct.Struct("=BBxxIIIII")  # unix_diag_req
_UNIX_ENTRY = struct.Struct("=BBBxIII")  # unix_diag_msg
_SHOW = 0x1 | 0x2 | 0x10  # UDIAG_SHOW_NAME, UDIAG_SHOW_VFS, UDIAG_SHOW_RQLEN
_NAME, _FILE, _QUEUE = 0, 1, 4  # UNIX_DIAG_NAME, UNIX_DIAG_VFS, UNIX_DIAG_RQLEN
_QUEUE_LENGTHS = struct.Struct("=II")  # unix_diag_rqlen: for a listener, those that wait and the limit
_UNIX_KINDS: dict[int, Literal["stream", "datagram", "seqpacket"]] = {1: "stream", 2: "datagram", 5: "seqpacket"}
_FILE_ID = struct.Struct("=II")
_MINOR_BITS = 20  # the kernel's own dev_t (linux/kdev_t.h), not the one of stat
_EVERY_STATE = 0xFFFFFFFF
_CONNECTION = struct.Struct("!xB2xH2x16s16s28x4s")  # in inet_diag_msg: state, own port, addresses, inode
TIME_WAIT = 6  # TCP_TIME_WAIT


def bound_sockets() -> list[BoundSocket]:
    """All listening TCP and unconnected, bound UDP sockets of this network namespace. Raises OSError."""
    bound: list[BoundSocket] = []
    with netlink.channel(netlink.SOCK_DIAG) as link:
        for family, protocol, state in _TABLES:
            request = _INET_REQUEST.pack(family, protocol, 0, 1 << state, _ANY_PORT, _ANY_PORT)
            bound += [inet_socket(entry, protocol) for entry in link.dump(_BY_FAMILY, request) if len(entry) >= _INET_ENTRY.size]
    return bound


def listening_on(port: int) -> list[Listener]:
    """The TCP sockets that listen on one port, whatever their address. Raises OSError."""
    own = port.to_bytes(2, "big")
    with netlink.channel(netlink.SOCK_DIAG) as link:
        entries = [
            entry
            for family in (socket.AF_INET, socket.AF_INET6)
            for entry in link.dump(_BY_FAMILY, _INET_REQUEST.pack(family, socket.IPPROTO_TCP, 0, 1 << _LISTEN, own, _ANY_PORT))
        ]
    listeners = (inet_socket(entry, socket.IPPROTO_TCP).listener for entry in entries if len(entry) >= _INET_ENTRY.size)
    return [listener for listener in listeners if listener.port == port]


class TcpConnection(Struct, frozen=True):
    """A TCP socket that does not listen."""

    state: int
    port: int
    address: bytes
    """Packed; an IPv4-mapped address as the IPv4 address that it stands for."""
    peer: bytes
    inode: int
    """0 in TIME-WAIT, when no process holds it any more."""


def connections_to(port: int) -> list[TcpConnection]:
    """The TCP sockets whose peer has this port, in every state; the kernel leaves out the others. Raises OSError."""
    connections: list[TcpConnection] = []
    states = _EVERY_STATE & ~(1 << _LISTEN)
    with netlink.channel(netlink.SOCK_DIAG) as link:
        for family in (socket.AF_INET, socket.AF_INET6):
            request = _INET_REQUEST.pack(family, socket.IPPROTO_TCP, 0, states, _ANY_PORT, port.to_bytes(2, "big"))
            length = 4 if family == socket.AF_INET else 16
            for entry in link.dump(_BY_FAMILY, request):
                if len(entry) < _INET_ENTRY.size:
                    continue
                state, own, address, peer, inode = _CONNECTION.unpack_from(entry)
                ends = address[:length].removeprefix(MAPPED), peer[:length].removeprefix(MAPPED)
                connections.append(TcpConnection(state, own, *ends, int.from_bytes(inode, sys.byteorder)))
    return connections


def inet_socket(entry: bytes, protocol: int) -> BoundSocket:
    """The socket in one inet_diag_msg, which is at least as long as the structure."""
    family, _state, port, packed, interface, _expires, waiting, limit, uid, inode = _INET_ENTRY.unpack_from(entry)
    details = entry[_INET_ENTRY.size :]
    is_tcp = protocol == socket.IPPROTO_TCP
    is_v6 = family == socket.AF_INET6
    listener = Listener(
        proto="tcp" if is_tcp else "udp",
        address=address_text(packed if is_v6 else packed[:4]),
        port=int.from_bytes(port, "big"),
        v6_only=is_v6 and any(netlink.attributes(details).get(_V6_ONLY, b"")),
        device=_device(interface) if interface else None,
        inode=inode or None,
        uid=uid,
        queue=waiting if is_tcp else None,
        queue_limit=limit if is_tcp else None,
    )
    return BoundSocket(listener, details)


def cgroup_of(bound: BoundSocket) -> int | None:
    """The id of the control group (version 2) that the socket was made in, where the kernel gives it (Linux 5.9)."""
    value = netlink.attributes(bound.details).get(_CGROUP, b"")
    return _CGROUP_ID.unpack(value)[0] if len(value) == _CGROUP_ID.size else None


def unix_sockets() -> list[UnixSocket]:
    """All named Unix sockets of this network namespace, with the file each is bound to. Raises OSError."""
    with netlink.channel(netlink.SOCK_DIAG) as link:
        entries = link.dump(_BY_FAMILY, _UNIX_REQUEST.pack(socket.AF_UNIX, 0, _EVERY_STATE, 0, _SHOW, 0, 0))
    sockets = (unix_socket(entry) for entry in entries if len(entry) >= _UNIX_ENTRY.size)
    return [named for named in sockets if named.name]


def unix_socket(entry: bytes) -> UnixSocket:
    """The socket in one unix_diag_msg, which is at least as long as the structure."""
    _family, kind, state, inode, _cookie_low, _cookie_high = _UNIX_ENTRY.unpack_from(entry)
    more = netlink.attributes(entry[_UNIX_ENTRY.size :])
    name = more.get(_NAME, b"")
    file = more.get(_FILE, b"")
    lengths = more.get(_QUEUE, b"")
    waiting, limit = _QUEUE_LENGTHS.unpack(lengths) if state == _LISTEN and len(lengths) == _QUEUE_LENGTHS.size else (None, None)
    shown = b"@" + name[1:] if name.startswith(b"\0") else name.partition(b"\0")[0]
    return UnixSocket(
        name=safe_text(shown),
        inode=inode,
        listening=state == _LISTEN,
        file=_file(*_FILE_ID.unpack(file)) if len(file) == _FILE_ID.size else None,
        kind=_UNIX_KINDS.get(kind),
        queue=waiting,
        queue_limit=limit,
    )


def _file(inode: int, device: int) -> tuple[int, int, int]:
    return device >> _MINOR_BITS, device & ((1 << _MINOR_BITS) - 1), inode


def _device(index: int) -> str | None:
    try:
        return safe_text(socket.if_indextoname(index))
    except OSError:  # the interface went away between the two questions
        return None
