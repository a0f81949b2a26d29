"""A TCP port on loopback that is ours from the first moment, and open or shut as we say.

Law: while it is shut a connection is refused with a reset; no other program can take the port meanwhile.
"""

import asyncio
import random
import socket
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from types import TracebackType

from tui.model.address import ip_family

PORTS = range(20000, 30000)
"""Where free ports are looked for: below the range from which Linux takes source ports (32768 to 60999)."""
TRIES = 200
Neighbours = Callable[[int], tuple[int, ...]]
"""From a port to those that must be free as well."""
MOST_HELD = 64
"""Connections that are kept open; a watch that goes on for hours lets the oldest go."""
_WELL = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
"""What an open door says to whoever speaks, so that it is not taken for a service that hangs."""


class FakeService(AbstractContextManager["FakeService"]):
    """Holds `port` on `address` while its context is open. It is shut at first. Raises OSError where the port is taken.

    With `hangs_up` it closes each connection as soon as it is made.
    """

    def __init__(self, address: str, port: int, *, hangs_up: bool = False) -> None:
        self.address = address
        self.port = port
        self._hangs_up = hangs_up
        self._holder = _bound(address, port)
        self._listener: socket.socket | None = None
        self._held: deque[socket.socket] = deque()

    @property
    def is_open(self) -> bool:
        """Whether connections are accepted."""
        return self._listener is not None

    def open(self) -> None:
        """Listen, and accept in the running event loop."""
        if self._listener is None:
            self._listener = _bound(self.address, self.port)
            self._listener.listen()
            asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)

    def shut(self) -> None:
        """Listen no more, and let go of every connection."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        while self._held:
            self._let_go()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Shut it and give the port back."""
        self.shut()
        self._holder.close()

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:  # the client is gone already
            return
        if self._hangs_up:
            connection.close()
            return
        connection.setblocking(False)  # noqa: FBT003 -- the method's only form
        self._held.append(connection)
        asyncio.get_running_loop().add_reader(connection, self._answer, connection)
        if len(self._held) > MOST_HELD:
            self._let_go()

    def _answer(self, connection: socket.socket) -> None:
        """Answer the first words; the end of the other side needs none."""
        asyncio.get_running_loop().remove_reader(connection)
        with suppress(OSError):
            if connection.recv(1024):
                connection.send(_WELL)

    def _let_go(self) -> None:
        connection = self._held.popleft()
        asyncio.get_running_loop().remove_reader(connection)
        connection.close()


def _bound(address: str, port: int) -> socket.socket:
    """A bound TCP socket beside which another one of ours can have the same port (SO_REUSEPORT, socket(7))."""
    family = socket.AF_INET6 if ip_family(address) == "IPv6" else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setblocking(False)  # noqa: FBT003 -- the method's only form
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound


@contextmanager
def fake_services(
    *addresses: str, also_free: Neighbours = lambda _port: (), hangs_up: bool = False
) -> Iterator[tuple[FakeService, ...]]:
    """Shut doors on one port of several addresses; the ports that `also_free` derives from it are used by nobody.

    Raises OSError where no such port is found.
    """
    with ExitStack() as held:
        yield _shut_services(held, addresses, also_free, hangs_up=hangs_up)


def _shut_services(
    held: ExitStack, addresses: tuple[str, ...], also_free: Neighbours, *, hangs_up: bool
) -> tuple[FakeService, ...]:
    ports = random.sample(PORTS, TRIES)
    for left, port in zip(reversed(range(TRIES)), ports, strict=True):
        try:
            for other in (port, *also_free(port)):
                _probe(other)
            with ExitStack() as tried:
                services = tuple(tried.enter_context(FakeService(address, port, hangs_up=hangs_up)) for address in addresses)
                held.push(tried.pop_all())
        except OSError:
            if not left:
                raise
        else:
            return services
    raise AssertionError("one of the tries returns or raises")


def _probe(port: int) -> None:
    """Raise OSError where `port` is in use on any address."""
    with socket.socket() as plain:
        plain.bind(("0.0.0.0", port))  # noqa: S104 -- bound for a moment, without listening
