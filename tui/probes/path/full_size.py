"""IPv4 packets of a given size that may not be fragmented: whether they arrive, vanish, or are reported to be too large.

Two sockets share one identifier or port. The first sends and heeds no MTU (IP_PMTUDISC_PROBE, ip(7)). The second, made after it,
is the one that the kernel gives the answers to, and does not heed reports either (IP_PMTUDISC_INTERFACE: ip_sk_accept_pmtu in
net/ip.h), so that the kernel does not remember the path's MTU, as it would after `ping -M do` or `tracepath`.
"""

import socket
import struct
from contextlib import ExitStack, closing
from time import perf_counter
from typing import Literal, NamedTuple

from tui.probes.kernel import error_queue
from tui.probes.kernel.socket_address import SocketAddress, socket_address
from tui.probes.kernel.waiting import readable

ROUNDS = 3
"""A small packet and a large one each time: that three large ones are lost and no small one is no accident."""
WAIT_S = 0.5
SMALL = 100
TRACE_PORT = 33434
"""Where traceroute expects that nobody listens; used where echo requests are not allowed."""
_MTU_DISCOVER, _PROBE, _INTERFACE = 10, 3, 4  # linux/in.h: IP_MTU_DISCOVER and its values
_ECHO_REQUEST = struct.pack("!BBHHH", 8, 0, 0, 0, 0)
_HEADERS = 28
"""Of IPv4 and, each as long as the other, of ICMP and UDP."""
_ROOM = 512
_FRAGMENTATION_NEEDED, _PORT_UNREACHABLE = (3, 4), (3, 3)
_MTU_IN_ERROR = struct.Struct("=8xI")  # ee_info of struct sock_extended_err (linux/errqueue.h)


class FullSize(NamedTuple):
    """What became of the large packets."""

    outcome: Literal["pass", "vanish", "reported", "unknown"] = "unknown"
    reported_by: str | None = None
    """The router that has a narrower link."""
    reported_mtu: int | None = None


async def full_size(address: str, size: int) -> FullSize:
    """Send up to ROUNDS pairs of packets, one small and one of `size` bytes. Raises ValueError if the address is not one."""
    try:
        with ExitStack() as opened:
            sending, receiving = _pair(opened, address)
            return await _rounds(sending, receiving, size)
    except OSError:
        return FullSize()


def _pair(opened: ExitStack, address: str) -> tuple[socket.socket, socket.socket]:
    """The socket that sends and the one that gets the answers, for echoes or else for UDP. Raises OSError."""
    family, peer = socket_address(address, TRACE_PORT)
    protocol = socket.IPPROTO_ICMP
    try:
        sending = opened.enter_context(closing(socket.socket(family, socket.SOCK_DGRAM, protocol)))
    except PermissionError:
        protocol = socket.IPPROTO_UDP
        sending = opened.enter_context(closing(socket.socket(family, socket.SOCK_DGRAM, protocol)))
    receiving = opened.enter_context(closing(socket.socket(family, socket.SOCK_DGRAM, protocol)))
    for sock, discovery in ((sending, _PROBE), (receiving, _INTERFACE)):
        sock.setblocking(False)  # noqa: FBT003 -- the method's only form
        sock.setsockopt(socket.IPPROTO_IP, _MTU_DISCOVER, discovery)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    error_queue.listen_for_errors(receiving)
    sending.bind((_source(family, peer), 0))
    receiving.bind(sending.getsockname())
    receiving.connect(peer)
    return sending, receiving


def _source(family: socket.AddressFamily, peer: SocketAddress) -> str:
    """Our own address towards the peer. Raises OSError."""
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as sock:
        sock.connect(peer)
        return str(sock.getsockname()[0])


async def _rounds(sending: socket.socket, receiving: socket.socket, size: int) -> FullSize:
    """Raises OSError where nothing can be sent."""
    for _ in range(ROUNDS):
        if (await _answer(sending, receiving, SMALL)).outcome != "pass":
            return FullSize()
        large = await _answer(sending, receiving, size)
        if large.outcome != "vanish":
            return large
    return FullSize("vanish")


async def _answer(sending: socket.socket, receiving: socket.socket, size: int) -> FullSize:
    """What became of a single packet of `size` bytes; `vanish` for silence. Raises OSError."""
    echo = _ECHO_REQUEST if sending.proto == socket.IPPROTO_ICMP else b""
    sending.sendto(echo + bytes(size - _HEADERS), receiving.getpeername())
    until = perf_counter() + WAIT_S
    while await readable(receiving, until - perf_counter()):
        answer = _report(receiving) or _reply(receiving)
        if answer:
            return answer
    return FullSize("vanish")


def _report(sock: socket.socket) -> FullSize | None:
    """The next ICMP error: that it was too large, or that nobody listens there and it has therefore arrived."""
    try:
        _, control, _, _ = sock.recvmsg(_ROOM, _ROOM, socket.MSG_ERRQUEUE)
    except OSError:  # EAGAIN: none
        return None
    for level, kind, data in control:
        error = error_queue.parse(level, kind, data)
        if error and (error.icmp.type, error.icmp.code) == _FRAGMENTATION_NEEDED:
            return FullSize("reported", error.icmp.sender, *_MTU_IN_ERROR.unpack_from(data))
        if error and (error.icmp.type, error.icmp.code) == _PORT_UNREACHABLE:
            return FullSize("pass")
    return None


def _reply(sock: socket.socket) -> FullSize | None:
    """Whether a reply has come; an error that waits is taken off the socket."""
    try:
        sock.recv(_ROOM)
    except OSError:
        return None
    return FullSize("pass")
