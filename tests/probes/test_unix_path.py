"""Paths of Unix sockets: what is there, what stops a user on the way, and who listens on the file itself."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.probes.machine import NOBODY, facts_behind, inode_of, needs_root
from tui.model.facts import AnyFact, UnixPath
from tui.model.requests import ExamineUnixPath
from tui.probes.kernel import netlink
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets import unix_path, unix_table
from tui.probes.sockets.path_permissions import barrier
from tui.probes.sockets.socket_rows import UnixSocket


class Place:
    """A directory that everybody may pass, with sockets that last as long as the test."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root = root
        self._stack = stack

    def listen(self, path: str | Path) -> socket.socket:
        """A listening socket at `path`, below the directory where it is relative."""
        one = self._stack.enter_context(closing(socket.socket(socket.AF_UNIX)))
        one.bind(str(self.root / path))
        one.listen(3)
        return one

    def stale(self, name: str) -> Path:
        """A socket file that nobody listens on."""
        self.listen(name).close()
        return self.root / name


@pytest.fixture(name="place")
def open_place() -> Iterator[Place]:
    """A short path, since a socket's has 107 bytes; and open to all, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="refused-") as name, ExitStack() as stack:
        Path(name).chmod(0o755)
        yield Place(Path(name), stack)


async def examine(path: str | Path) -> UnixPath:
    """The one fact about a path."""
    facts = [fact async for fact in unix_path.check(ExamineUnixPath(path=str(path)), SystemView())]
    return only(facts)


def only(facts: list[AnyFact]) -> UnixPath:
    """The one fact of a list."""
    (fact,) = facts
    assert isinstance(fact, UnixPath)
    return fact


async def test_a_listening_socket_has_owner_mode_and_holder(place: Place) -> None:
    """Type, mode and owner are the file's; the holder is the process that listens on it."""
    place.listen("app.sock")
    path = place.root / "app.sock"
    path.chmod(0o660)

    fact = await examine(path)

    assert (fact.type, fact.mode, fact.listening, fact.holder_pid) == ("socket", "srw-rw----", True, os.getpid())
    assert fact.owner
    assert fact.group
    assert fact.holder
    assert fact.command == f"ls -l {path}; ss -xlp src {path}"


async def test_a_file_without_a_listener_is_stale_even_where_the_name_still_listens(place: Place) -> None:
    """A file that was deleted and made anew has no listener, though one with its name is in the table."""
    place.listen("app.sock")
    (place.root / "app.sock").unlink()
    path = place.stale("app.sock")

    fact = await examine(path)

    assert (fact.type, fact.listening, fact.holder) == ("socket", False, None)


async def test_links_and_relative_names_do_not_deceive(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that was bound by a relative name, looked at through a link, is found by its file."""
    (place.root / "link").symlink_to(place.root)
    monkeypatch.chdir(place.root)
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind("relative.sock")
        one.listen()
        fact = await examine(place.root / "link" / "relative.sock")

    assert (fact.type, fact.listening, fact.holder_pid) == ("socket", True, os.getpid())


async def test_an_abstract_name_is_looked_up_in_the_table() -> None:
    """A name with a leading @ is a socket where one is bound to it, and missing where not."""
    name = f"refused-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX)) as one:
        one.bind(f"\0{name}")
        one.listen()
        there = await examine(f"@{name}")
    gone = await examine(f"@{name}")

    assert (there.type, there.listening, there.holder_pid) == ("socket", True, os.getpid())
    assert (gone.type, gone.listening) == ("missing", False)


async def test_a_datagram_socket_is_held_and_not_listened_on(place: Place) -> None:
    """A bound datagram socket is no listener, but it has a holder."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as one:
        one.bind(str(place.root / "log"))
        fact = await examine(place.root / "log")

    assert (fact.listening, fact.holder_pid) == (False, os.getpid())


async def test_a_missing_path_names_the_nearest_directory_and_look_alikes(place: Place) -> None:
    """What is missing has its nearest parent, sockets of the same name elsewhere, and such as are spelled almost so."""
    (place.root / "a").mkdir()
    for name in ("a/app.sock", "app2.sock", "web.sock"):
        place.listen(name)

    fact = await examine(place.root / "none" / "deeper" / "app.sock")

    assert (fact.type, fact.nearest_parent, fact.listening) == ("missing", str(place.root), False)
    own = [name for name in fact.look_alikes if name.startswith(str(place.root))]
    assert own == [f"{place.root}/a/app.sock", f"{place.root}/app2.sock"]


@pytest.mark.parametrize(
    ("make", "kind"),
    [(Path.touch, "file"), (Path.mkdir, "directory"), (os.mkfifo, "fifo"), (lambda path: path.symlink_to(path), "unknown")],
)
async def test_other_kinds_of_files_are_named(place: Place, make: object, kind: str) -> None:
    """A file, a directory, a pipe and a link to itself are what they are, and nobody listens."""
    assert callable(make)
    make(place.root / "thing")

    fact = await examine(place.root / "thing")

    assert fact.type == kind
    assert not fact.listening


@pytest.mark.parametrize("path", ["/" + "x" * 300, "/a\0b", "/dev/null", "/etc/passwd/x"])
async def test_any_path_gives_a_fact(path: str) -> None:
    """A name that is too long, one with a zero byte, a device and a file taken for a directory do not raise."""
    assert (await examine(path)).type in {"unknown", "missing", "device"}


async def test_without_a_table_it_is_not_told_whether_anybody_listens(place: Place) -> None:
    """Where the socket table cannot be read, `listening` is open and the file is described all the same."""
    path = place.stale("app.sock")

    fact = only([one async for one in unix_path.check(ExamineUnixPath(path=str(path)), SystemView(proc=place.root))])

    assert (fact.type, fact.listening) == ("socket", None)


async def test_without_sock_diag_the_text_table_serves(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where netlink is not permitted, a listener is found by its name, also through a link."""

    def forbidden(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    place.listen("app.sock")
    (place.root / "link").symlink_to(place.root)
    monkeypatch.setattr(netlink, "channel", forbidden)

    fact = await examine(place.root / "link" / "app.sock")

    assert (fact.listening, fact.holder_pid) == (True, os.getpid())


def test_a_socket_of_another_device_is_compared_by_name(place: Place) -> None:
    """Where the file's device is not the one of the table (overlay, btrfs), the name decides; on it, the inode alone."""
    path = place.stale("app.sock")
    status = path.stat()
    here = os.major(status.st_dev), os.minor(status.st_dev)
    elsewhere = UnixSocket(name=str(path), inode=1, listening=True, file=(0, 99999, 1))
    replaced = UnixSocket(name=str(path), inode=2, listening=True, file=(*here, status.st_ino + 1))
    other = UnixSocket(name="/other", inode=3, listening=True, file=(*here, status.st_ino & 0xFFFFFFFF))

    assert unix_table.bound_to(path, status, [elsewhere, replaced, other]) == [elsewhere, other]


@needs_root
@pytest.mark.parametrize("through_link", [False, True])
def test_the_component_that_stops_a_user_is_named(place: Place, *, through_link: bool) -> None:
    """As nobody, a directory that may not be passed is named with owner and mode, also behind a link."""
    locked = place.root / "locked"
    locked.mkdir(mode=0o700)
    place.listen("locked/app.sock")
    (place.root / "link").symlink_to("locked")

    fact = only(facts_behind(NOBODY, ExamineUnixPath(path=str(place.root / ("link" if through_link else "locked") / "app.sock"))))

    assert (fact.type, fact.blocked_at) == ("unknown", f"{locked} (owner root:root, mode drwx------)")


@needs_root
def test_a_socket_that_may_not_be_written_stops_a_user(place: Place) -> None:
    """As nobody, a socket without the right to write is itself what stops; with it, nothing does; for root, nothing ever."""
    one = place.listen("app.sock")
    path = place.root / "app.sock"
    path.chmod(0o640)

    forbidden = only(facts_behind(NOBODY, ExamineUnixPath(path=str(path))))
    assert forbidden.blocked_at == f"{path} (owner root:root, mode srw-r-----)"
    assert (forbidden.listening, forbidden.holder) == (True, None)

    path.chmod(0o666)
    assert only(facts_behind(NOBODY, ExamineUnixPath(path=str(path)))).barrier is None
    path.chmod(0)
    assert barrier(path) is None
    assert inode_of(one)


def test_links_in_a_circle_end(place: Place) -> None:
    """The walk along a path gives up where the kernel does."""
    (place.root / "one").symlink_to("two")
    (place.root / "two").symlink_to("one")

    assert barrier(place.root / "one" / "app.sock") is None


def test_the_walk_goes_up_again(place: Place) -> None:
    """`..` behind a link leads to the parent of the link's target, as it does for the kernel."""
    (place.root / "a" / "b").mkdir(parents=True)
    (place.root / "link").symlink_to("a/b")
    place.listen("a/app.sock")

    assert barrier(place.root / "link" / ".." / "app.sock") is None


async def test_the_queue_and_the_type_are_the_kernels(place: Place) -> None:
    """A stream socket's waiting connections and limit are told; a datagram socket is named as one, and has no queue."""
    stream = place.listen("stream.sock")
    with ExitStack() as stack:
        for _ in range(2):
            client = stack.enter_context(closing(socket.socket(socket.AF_UNIX)))
            client.connect(stream.getsockname())
        datagram = stack.enter_context(closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)))
        datagram.bind(str(place.root / "datagram.sock"))

        found, other = await examine(place.root / "stream.sock"), await examine(place.root / "datagram.sock")

    assert (found.socket_kind, found.queue, found.queue_limit) == ("stream", 2, 3)
    assert (other.socket_kind, other.queue, other.listening) == ("datagram", None, False)
