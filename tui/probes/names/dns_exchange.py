"""One query to one nameserver, and the bytes that come back: over UDP, and over TCP where the answer did not fit.

Law: the UDP socket is connected, so that a closed port or an ICMP error is noticed at once, and other senders' datagrams
never arrive; only what has the query's id is an answer. Raises OSError where this machine has no socket left.
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
_NO_RESOURCES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Our own lack of resources: it says nothing about the nameserver."""
_MOST_STRAY = 100
"""Datagrams without our id that are ignored before we give up."""


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

    All have the same id. Raises ValueError if `server` is not an address.
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
    detail = f"{strays} datagrams with another id came from it" if strays else f"no answer within {timeout_s:g} s"
    return Exchange(outcome="timeout", query=query, detail=detail)


async def over_tcp(server: str, port: int, query: bytes, *, timeout_s: float) -> Exchange:
    """Ask over TCP (RFC 7766). Raises ValueError if `server` is not an address."""
    try:
        family, peer = socket_address(server, port)
        with closing(socket.socket(family, socket.SOCK_STREAM)) as sock:
            sock.setblocking(False)  # noqa: FBT003 -- the method's only form
            error_queue.listen_for_errors(sock)
            try:
                async with asyncio.timeout(timeout_s):
                    wire = await _converse(sock, peer, query)
            except TimeoutError as error:
                # asyncio's own has no errno; the kernel's ETIMEDOUT means the same here.
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
    """Send the query and read one message, each with its length before it; empty where the peer closes first."""
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
    """The datagram that waits; empty where the kernel discarded it (a wrong checksum) after it had woken us."""
    try:
        return sock.recv(_LARGEST)
    except BlockingIOError:
        return b""


def _not_understood(wire: bytes) -> bool:
    """Whether the server could not read the query, as servers without EDNS say (RFC 6891, section 7)."""
    return len(wire) >= _HEADER and wire[3] & 0x0F in {_FORMERR, _NOTIMP}


def _failed(error: OSError, query: bytes, sock: socket.socket | None = None, server: str = "") -> Exchange:
    """What an error means, with the ICMP message behind it where the kernel shows it. Raises it if we lack resources.

    A port unreachable that another machine sent does not mean that the server's port is closed.
    """
    if error.errno in _NO_RESOURCES:
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
