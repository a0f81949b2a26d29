"""One attempt to connect to a Unix socket, on real sockets in a temporary directory."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tui.model.facts import UnixAttempt
from tui.model.requests import ConnectUnix
from tui.probes.attempts import connect_unix
from tui.probes.kernel.system_view import SystemView

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that anybody may enter, with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="refused-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


@contextmanager
def listening(path: Path, kind: socket.SocketKind = socket.SOCK_STREAM, backlog: int = 8) -> Iterator[socket.socket]:
    """A Unix socket at `path`."""
    with socket.socket(socket.AF_UNIX, kind) as server:
        server.bind(str(path))
        if kind == socket.SOCK_STREAM:
            server.listen(backlog)
        server.setblocking(False)  # noqa: FBT003 -- the method's only form
        yield server


async def attempt(path: Path | str, timeout_s: float = 3.5) -> UnixAttempt:
    """One attempt on `path`."""
    return await connect_unix.attempt(ConnectUnix(path=str(path), timeout_s=timeout_s), 1)


async def met(server: socket.socket, then: Callable[[socket.socket], object]) -> UnixAttempt:
    """The attempt on `server`, which accepts it and does `then`."""
    trying = asyncio.create_task(attempt(server.getsockname()))
    with (await asyncio.get_running_loop().sock_accept(server))[0] as accepted:
        then(accepted)
        return await trying


async def test_a_listener(folder: Path) -> None:
    """A listening socket connects; the fact has the path."""
    with listening(folder / "app.sock"):
        seen = await attempt(folder / "app.sock")

    assert (seen.outcome, seen.errno, seen.path) == ("connected", None, str(folder / "app.sock"))
    assert seen.held_ms
    assert seen.command == f"nc -vzU -w 4 {folder / 'app.sock'}"


async def test_no_such_path(folder: Path) -> None:
    """A missing path blocks: ENOENT."""
    seen = await attempt(folder / "none.sock")

    assert (seen.outcome, seen.errno) == ("blocked", "ENOENT")


async def test_a_stale_socket(folder: Path) -> None:
    """A socket file whose owner is gone refuses."""
    with listening(folder / "app.sock"):
        pass

    seen = await attempt(folder / "app.sock")

    assert (seen.outcome, seen.errno) == ("refused", "ECONNREFUSED")


async def test_another_kind_of_file(folder: Path) -> None:
    """The kernel words a file that is no socket as a refusal too: what it is tells the path alone."""
    (folder / "file").write_text("")

    assert ((await attempt(folder / "file")).outcome, (await attempt(folder)).outcome) == ("refused", "refused")


async def test_a_path_through_a_file(folder: Path) -> None:
    """A component that is no directory blocks: ENOTDIR."""
    (folder / "file").write_text("")

    seen = await attempt(folder / "file" / "app.sock")

    assert (seen.outcome, seen.errno) == ("blocked", "ENOTDIR")


async def test_a_datagram_socket(folder: Path) -> None:
    """A socket of another type blocks: EPROTOTYPE."""
    with listening(folder / "log.sock", socket.SOCK_DGRAM):
        seen = await attempt(folder / "log.sock")

    assert (seen.outcome, seen.errno) == ("blocked", "EPROTOTYPE")


async def test_a_socket_that_is_not_for_us(folder: Path) -> None:
    """Without the right to write to the socket the attempt is blocked: EACCES."""
    with listening(folder / "app.sock"):
        (folder / "app.sock").chmod(0o600)
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
            try:
                seen = await attempt(folder / "app.sock")
            finally:
                os.seteuid(0)
        else:
            (folder / "app.sock").chmod(0)
            seen = await attempt(folder / "app.sock")

    assert (seen.outcome, seen.errno) == ("blocked", "EACCES")


async def test_a_full_queue_is_a_timeout(folder: Path) -> None:
    """A listener that accepts nobody keeps an attempt waiting until its deadline: EAGAIN."""
    with listening(folder / "app.sock", backlog=0), socket.socket(socket.AF_UNIX) as first:
        first.connect(str(folder / "app.sock"))
        seen = await attempt(folder / "app.sock", timeout_s=0.2)

    assert (seen.outcome, seen.errno, seen.held_ms) == ("timeout", "EAGAIN", None)
    assert seen.latency_ms > 190


async def test_a_queue_that_empties_in_time(folder: Path) -> None:
    """As soon as the listener accepts again the attempt connects."""
    with listening(folder / "app.sock", backlog=0) as server, socket.socket(socket.AF_UNIX) as first:
        first.connect(str(folder / "app.sock"))
        trying = asyncio.create_task(attempt(folder / "app.sock", timeout_s=30))
        await asyncio.sleep(0)
        server.accept()[0].close()
        seen = await trying

    assert (seen.outcome, seen.errno) == ("connected", None)


async def test_what_the_listener_does(folder: Path) -> None:
    """A greeting is shown, an end is closed, an end with our bytes unread would be a reset: we send none."""
    with listening(folder / "app.sock") as server:
        greeted = await met(server, lambda peer: peer.sendall(b"hello\x07\n"))
        closed = await met(server, lambda peer: peer.close())

    assert (greeted.outcome, greeted.first_bytes) == ("connected", "hello\\x07\\n")
    assert (closed.outcome, closed.first_bytes) == ("closed", None)


@pytest.mark.parametrize(("path", "reason"), [("/" + "x" * 200, "ENAMETOOLONG"), ("/\ud800", "ENOENT")])
async def test_paths_that_no_socket_can_have(path: str, reason: str) -> None:
    """A path too long for an address, or no file name at all, blocks."""
    seen = await attempt(path)

    assert (seen.outcome, seen.errno, seen.path) == ("blocked", reason, path)
    seen.command.encode()


async def test_the_command_is_safe_to_show_and_to_paste(folder: Path) -> None:
    """A path with blanks and control characters is quoted, and cannot disturb a terminal."""
    seen = await attempt(folder / "a b\x1b[2J.sock")

    assert seen.command == f"nc -vzU -w 4 '{folder}/a b\\x1b[2J.sock'"


async def test_look_takes_one_attempt(folder: Path) -> None:
    """The look yields attempt number one, whatever the schedule says."""
    request = ConnectUnix(path=str(folder / "none.sock"), attempts=3, delay_s=60)

    assert [(fact.number, fact.total) async for fact in connect_unix.check(request, SystemView())] == [(1, 3)]
