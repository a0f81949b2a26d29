"""Ports of loopback that are open, closed or silent, for the tests of attempts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def closed_port(address: str) -> Iterator[int]:
    """A port that nobody listens on, and that nobody else can take meanwhile: bound, and not listening."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as holder:
        holder.bind((address, 0))
        yield holder.getsockname()[1]


@contextmanager
def listening(address: str, backlog: int = 8) -> Iterator[socket.socket]:
    """A socket that listens."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, backlog=backlog) as server:
        server.setblocking(False)  # noqa: FBT003 -- the method's only form
        yield server


@contextmanager
def silent_port(address: str) -> Iterator[int]:
    """A port whose accept queue is full: the kernel drops further SYNs, so an attempt is not answered at all."""
    with listening(address, backlog=0) as server:
        port = server.getsockname()[1]
        with socket.create_connection((address, port), timeout=5):
            yield port


def descriptors() -> set[str]:
    """The open file descriptors of this process."""
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}
