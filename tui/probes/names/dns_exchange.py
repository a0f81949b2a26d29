"""One query to one nameserver, and the bytes that come back: over UDP, and over TCP where the answer did not fit.

Law: the UDP socket is connected, so that a closed port or an ICMP error is seen at once, and another's datagrams are not
seen at all; only what bears the query's id is an answer. Raises OSError where this machine has no socket to give.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Sequence
from contextlib import closing
from time import perf_counter
from typing import Literal

from msgspec import Struct

from tui.model.address import same_address
from tui.probes.kernel import error_queue
from tui.probes.kernel.failures import errno_name
from tui.probes.kernel.socket_address import SocketAddress, socket_address
from tui.probes.kernel.waiting import readable

_LARGEST = 65535
_HEADER = 12  # bytes; RFC 1035, section 4.1.1
_TC = 0x02  # in the third byte of the header
_FORMERR, _NOTIMP = 1, 4
_NOTHING_LEFT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Our own want of resources: it says nothing of the nameserver."""
_MOST_STRAY = 100
"""Datagrams without our id that are passed over before the wait is given up."""


class Exchange(Struct, frozen=True, kw_only=True):
    """How it ended. `wire` is the answer, if one came; `query` is what was sent last."""

    outcome: Literal["answered", "timeout", "refused", "unreachable", "closed"]
    """`closed`: the server ended the TCP connection before it had answered."""
    query: bytes
    wire: bytes = b""
    detail: str = ""

    @property
    def is_truncated(self) -> bool:
        """Whether the answer has the TC bit."""
        return len(self.wire) >= _HEADER and bool(self.wire[2] & _TC)


async def over_udp(server: str, port: int, queries: Sequence[bytes], *, timeout_s: float) -> Exchange:
    """Send the first of `queries`, the next when its share of `timeout_s` has passed or when the server can't read one.

    All bear the same id. Raises ValueError if `server` is no address.
    """
    started = perf_counter()
    query = queries[0]
    strays = 0
    try:
        family, peer = socket_address(server, port)
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as sock:
            sock.setblocking(False)  # noqa: FBT003 -- the method's only form
            error_queue.listen_for_errors(sock)
            try:
                sock.connect(peer)
                for number, query in enumerate(queries, 1):
                    sock.send(query)
                    until = started + timeout_s * number / len(queries)
                    while strays < _MOST_STRAY and await readable(sock, until - perf_counter()):
                        wire = _received(sock)
                        if wire[:2] != query[:2]:
                            strays += bool(wire)
                        elif number == len(queries) or not _not_understood(wire):
                            return Exchange(outcome="answered", query=query, wire=wire)
                        else:
                            break
            except OSError as error:
                return _failed(error, query, sock, server)
    except OSError as error:  # the zone of the address, or the socket itself
        return _failed(error, query)
    detail = f"{strays} datagrams came from it that bear another id" if strays else f"no answer within {timeout_s:g} s"
    return Exchange(outcome="timeout", query=query, detail=detail)


async def over_tcp(server: str, port: int, query: bytes, *, timeout_s: float) -> Exchange:
    """Ask over TCP (RFC 7766). Raises ValueError if `server` is no address."""
    try:
        family, peer = socket_address(server, port)
        with closing(socket.socket(family, socket.SOCK_STREAM)) as sock:
            sock.setblocking(False)  # noqa: FBT003 -- the method's only form
            error_queue.listen_for_errors(sock)
            try:
                async with asyncio.timeout(timeout_s):
                    wire = await _converse(sock, peer, query)
            except TimeoutError as error:
                # asyncio's own has no number; the kernel's ETIMEDOUT is the same to us.
                detail = errno_name(error.errno) if error.errno else f"no answer within {timeout_s:g} s"
                return Exchange(outcome="timeout", query=query, detail=detail)
            except OSError as error:
                return _failed(error, query, sock, server)
    except OSError as error:
        return _failed(error, query)
    if not wire:
        return Exchange(outcome="closed", query=query, detail="it closed the connection")
    return Exchange(outcome="answered", query=query, wire=wire)


async def _converse(sock: socket.socket, peer: SocketAddress, query: bytes) -> bytes:
    """Send the query and read one message, each with its length before it; nothing where the peer ends before."""
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, peer)
    await loop.sock_sendall(sock, len(query).to_bytes(2, "big") + query)
    data = b""
    while len(data) < 2 or len(data) < 2 + int.from_bytes(data[:2], "big"):  # noqa: PLR2004 -- the length's own size
        more = await loop.sock_recv(sock, _LARGEST)
        if not more:
            return b""
        data += more
    return data[2 : 2 + int.from_bytes(data[:2], "big")]


def _received(sock: socket.socket) -> bytes:
    """The datagram that waits; nothing where the kernel threw it away (a wrong checksum) after it had woken us."""
    try:
        return sock.recv(_LARGEST)
    except BlockingIOError:
        return b""


def _not_understood(wire: bytes) -> bool:
    """Whether the server could not read the query, as servers without EDNS say (RFC 6891, section 7)."""
    return len(wire) >= _HEADER and wire[3] & 0x0F in {_FORMERR, _NOTIMP}


def _failed(error: OSError, query: bytes, sock: socket.socket | None = None, server: str = "") -> Exchange:
    """What an error means, with the ICMP message behind it where the kernel shows it. Raises it if it is our own want.

    A port unreachable that another machine sent is that machine's word, and no refusal of the server's port.
    """
    if error.errno in _NOTHING_LEFT:
        raise error
    if error.errno in {errno.ECONNRESET, errno.EPIPE}:
        return Exchange(outcome="closed", query=query, detail="it reset the connection")
    queued = error_queue.read(sock) if sock else []
    detail = f"{errno_name(error.errno)}, {os.strerror(error.errno or 0).lower()}"
    if queued:
        detail = f"ICMP {queued[0].icmp.meaning}, from {queued[0].icmp.sender}"
    its_own = not queued or same_address(queued[0].icmp.sender, server)
    outcome: Literal["refused", "unreachable"] = "refused" if error.errno == errno.ECONNREFUSED and its_own else "unreachable"
    return Exchange(outcome=outcome, query=query, detail=detail)
