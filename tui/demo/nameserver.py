"""A small nameserver on loopback, for demonstrations and tests: it answers, fails and stays silent as ordered.

Law: it listens on loopback alone, asks nobody, and is gone with its context: no socket or task outlives it.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, closing, suppress
from typing import Self, Unpack

from tui.demo.zone import Behaviours, Query, Response, Zone, plain
from tui.model.address import ip_family, is_loopback

MOST_ASKED = 1000
"""Queries remembered; a demonstration asks some dozens."""
MOST_AT_ONCE = 200
"""Answers under way; a query beyond them is dropped, as by any server that is overrun."""
_PORT_TRIES = 20
"""How often another port is tried, where the one that TCP got is taken for UDP."""
_IDLE_S = 10.0
"""How long a TCP connection may stay without a query; RFC 7766, 6.2.3 leaves it to the server."""
_LARGEST = 65535


class FakeNameserver:
    """Serves `addresses`, a mapping of names to addresses, while its context is open.

    `behaviours` say which names misbehave and how. Without `tcp` nothing listens there; `silent_tcp` accepts and never
    answers. With port 0 the system chooses one; `address` and `port` say which. Raises ValueError for an address
    that is not loopback, OSError where the port can't be had.
    """

    def __init__(
        self,
        addresses: Mapping[str, Sequence[str]] | None = None,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        tcp: bool = True,
        silent_tcp: bool = False,
        **behaviours: Unpack[Behaviours],
    ) -> None:
        if not is_loopback(address):
            raise ValueError(f"{address} is not a loopback address")
        self.address = address
        self.port = port
        self.asked: deque[Query] = deque(maxlen=MOST_ASKED)
        """The queries, oldest first."""
        self._news = asyncio.Event()
        self._zone = Zone(addresses or {}, **behaviours)
        self._tcp = tcp
        self._silent_tcp = silent_tcp
        self._under_way = AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[socket.socket] = set()

    def count(self, name: str | None = None) -> int:
        """How many queries came, or how many for `name`, of the last MOST_ASKED."""
        return sum(name is None or query.name == plain(name) for query in self.asked)

    async def wait_for(self, queries: int) -> None:
        """Wait until this many queries came, MOST_ASKED at most."""
        while len(self.asked) < min(queries, MOST_ASKED):
            self._news.clear()
            await self._news.wait()

    async def __aenter__(self) -> Self:
        """Open the sockets and serve."""
        async with AsyncExitStack() as opened:
            udp, tcp = self._sockets()
            for sock in filter(None, (udp, tcp)):
                opened.enter_context(closing(sock))
            opened.callback(self._hang_up)
            self._group = await opened.enter_async_context(asyncio.TaskGroup())
            opened.callback(self._cancel)
            self._start(self._serve_datagrams(udp))
            if tcp:
                self._start(self._serve_connections(tcp))
            self._under_way = opened.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cancel what is under way and close the sockets."""
        await self._under_way.aclose()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _hang_up(self) -> None:
        """Close what is still connected: a task that was cancelled before it began could not."""
        for connection in self._connections:
            connection.close()

    def _sockets(self) -> tuple[socket.socket, socket.socket | None]:
        """A UDP socket and, if wanted, a listening TCP socket on the same port; `port` is set to it."""
        for left in reversed(range(1 if self.port else _PORT_TRIES)):
            udp = self._bound(socket.SOCK_DGRAM, self.port)
            port = int(udp.getsockname()[1])
            try:
                tcp = self._bound(socket.SOCK_STREAM, port) if self._tcp else None
            except OSError:
                udp.close()
                if not left:
                    raise
            else:
                self.port = port
                return udp, tcp
        raise AssertionError("one of the tries returns or raises")

    def _bound(self, kind: socket.SocketKind, port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET6 if ip_family(self.address) == "IPv6" else socket.AF_INET, kind)
        try:
            if kind == socket.SOCK_STREAM:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setblocking(False)  # noqa: FBT003 -- the method's only form
            sock.bind((self.address, port))
            if kind == socket.SOCK_STREAM:
                sock.listen()
        except OSError:
            sock.close()
            raise
        return sock

    async def _serve_datagrams(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            query, peer = await loop.sock_recvfrom(sock, _LARGEST)
            response = self._answer(query, via_tcp=False)
            if response and response.wire is not None and len(self._tasks) < MOST_AT_ONCE:
                self._start(self._send(sock, response, peer))

    async def _send(self, sock: socket.socket, response: Response, peer: tuple[str, int]) -> None:
        await asyncio.sleep(response.delay_s)
        with suppress(OSError):  # the asker is gone
            await asyncio.get_running_loop().sock_sendto(sock, response.wire or b"", peer)

    async def _serve_connections(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            if len(self._tasks) < MOST_AT_ONCE:
                self._connections.add(connection)
                self._start(self._converse(connection))
            else:
                connection.close()

    async def _converse(self, connection: socket.socket) -> None:
        """Answer query after query, each with its length before it (RFC 1035, section 4.2.2)."""
        loop = asyncio.get_running_loop()
        with closing(connection), suppress(OSError, TimeoutError):
            while header := await self._read(connection, 2):
                response = self._answer(await self._read(connection, int.from_bytes(header, "big")), via_tcp=True)
                if response and response.wire is not None and not self._silent_tcp:
                    await asyncio.sleep(response.delay_s)
                    await loop.sock_sendall(connection, len(response.wire).to_bytes(2, "big") + response.wire)
        self._connections.discard(connection)

    async def _read(self, connection: socket.socket, size: int) -> bytes:
        """Exactly `size` bytes; nothing where the peer ended before. Raises TimeoutError when it stays idle."""
        data = b""
        async with asyncio.timeout(_IDLE_S):
            while len(data) < size:
                more = await asyncio.get_running_loop().sock_recv(connection, size - len(data))
                if not more:
                    return b""
                data += more
        return data

    def _answer(self, query: bytes, *, via_tcp: bool) -> Response | None:
        response = self._zone.answer(query, "tcp" if via_tcp else "udp")
        if response:
            self.asked.append(response.asked)
            self._news.set()
        return response
