"""The kernel's own socket tables, of sockets that the tests have made."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.machine import bound, inode_of, port_of
from tui.model.facts import Listener
from tui.model.safe_text import safe_text
from tui.probes.sockets import sock_diag
from tui.probes.sockets.socket_rows import BoundSocket, UnixSocket


@pytest.fixture(name="keep")
def kept_sockets() -> Iterator[ExitStack]:
    """Closes what a test has opened."""
    with ExitStack() as stack:
        yield stack


def row(one: socket.socket) -> Listener:
    """The kernel's row for a socket."""
    inode = inode_of(one)
    return next(found.listener for found in sock_diag.bound_sockets() if found.listener.inode == inode)


@pytest.mark.parametrize(
    ("address", "v6_only", "shown"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("0.0.0.0", None, "0.0.0.0"),
        ("::1", True, "::1"),
        ("::", True, "::"),
        ("::", False, "::"),
        ("::ffff:127.0.0.1", False, "127.0.0.1"),
    ],
)
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_bound_socket_has_its_row(
    keep: ExitStack, address: str, v6_only: bool | None, shown: str, kind: socket.SocketKind
) -> None:
    """Address, port, user and IPV6_V6ONLY of TCP and UDP sockets of both families are the kernel's."""
    one = keep.enter_context(closing(bound(address, kind, v6_only=v6_only)))

    found = row(one)

    assert found.proto == ("tcp" if kind == socket.SOCK_STREAM else "udp")
    assert (found.address, found.port, found.v6_only, found.uid) == (shown, port_of(one), bool(v6_only), os.getuid())


def test_the_queue_and_its_limit_are_the_kernels(keep: ExitStack) -> None:
    """Two connections that wait to be accepted are counted, and the limit is listen()'s."""
    server = keep.enter_context(closing(bound("127.0.0.1", backlog=7)))
    for _ in range(2):
        keep.enter_context(socket.create_connection(server.getsockname(), timeout=5))

    assert (row(server).queue, row(server).queue_limit) == (2, 7)


def test_connections_are_no_listeners(keep: ExitStack) -> None:
    """Neither an established TCP connection nor a connected UDP socket is in the table."""
    server = keep.enter_context(closing(bound("127.0.0.1")))
    client = keep.enter_context(socket.create_connection(server.getsockname(), timeout=5))
    talk = keep.enter_context(closing(bound("127.0.0.1", socket.SOCK_DGRAM)))
    talk.connect(("127.0.0.1", 9))

    inodes = {one.listener.inode for one in sock_diag.bound_sockets()}

    assert inode_of(server) in inodes
    assert not {inode_of(client), inode_of(talk)} & inodes


def test_a_socket_bound_to_a_device_names_it(keep: ExitStack) -> None:
    """SO_BINDTODEVICE shows as the row's device."""
    one = keep.enter_context(closing(socket.socket()))
    one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    one.bind(("127.0.0.1", 0))
    one.listen()

    assert row(one).device == "lo"


@given(st.binary(min_size=72, max_size=160), st.sampled_from([socket.IPPROTO_TCP, socket.IPPROTO_UDP]))
def test_any_entry_can_be_read(entry: bytes, protocol: int) -> None:
    """No entry that is long enough raises, nor does looking for its control group."""
    found = sock_diag.inet_socket(entry, protocol)

    assert isinstance(found, BoundSocket)
    sock_diag.cgroup_of(found)


@given(st.binary(min_size=16, max_size=160))
def test_any_unix_entry_can_be_read(entry: bytes) -> None:
    """No Unix entry that is long enough raises, and its name can be shown."""
    found = sock_diag.unix_socket(entry)

    assert isinstance(found, UnixSocket)
    assert found.name == safe_text(found.name)


def test_a_unix_socket_knows_its_file(keep: ExitStack, tmp_path: Path) -> None:
    """A listening Unix socket is given with the identity of its file, however its path was written."""
    path = tmp_path / "app.sock"
    one = keep.enter_context(closing(socket.socket(socket.AF_UNIX)))
    one.bind(os.path.relpath(path))
    one.listen()

    found = next(entry for entry in sock_diag.unix_sockets() if entry.inode == inode_of(one))

    status = path.stat()
    assert found.listening
    assert found.file
    assert found.file[2] == status.st_ino & 0xFFFFFFFF


def test_an_abstract_name_is_written_with_an_at(keep: ExitStack) -> None:
    """A name in the abstract namespace starts with `@`, and its control characters are spelled out."""
    one = keep.enter_context(closing(socket.socket(socket.AF_UNIX)))
    name = f"refused-{os.getpid()}\n"
    one.bind(f"\0{name}")

    found = next(entry for entry in sock_diag.unix_sockets() if entry.inode == inode_of(one))

    assert found.name == f"@refused-{os.getpid()}\\n"
    assert not found.listening
