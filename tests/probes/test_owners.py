"""Owners of sockets: found among real processes and in process trees made of files, remembered only while true."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.probes.machine import bound, inode_of
from tui.probes.sockets import owners
from tui.probes.sockets.owners import Owners
from tui.probes.sockets.process import Birth, read_birth, read_parent

REAL = Path("/proc")
FIELDS_AFTER_NAME = "S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {start} 0 0"
HOLD = (
    "import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); "
    "print(s.fileno(), flush=True); sys.stdin.read()"
)


class Tree:
    """A /proc of files: processes with names, start times and descriptors."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "stat").write_text("cpu 1 2 3\nbtime 1000000\n")

    def process(self, pid: int, sockets: dict[int, int], *, comm: str = "server", start: int = 500) -> None:
        """Write a process whose descriptors (by number) are sockets with these inodes."""
        folder = self.root / str(pid) / "fd"
        folder.mkdir(parents=True, exist_ok=True)
        (folder.parent / "stat").write_text(f"{pid} ({comm}) {FIELDS_AFTER_NAME.format(start=start)}\n")
        (folder.parent / "cmdline").write_bytes(f"/usr/bin/{comm}\0--port\00080\0".encode())
        (folder.parent / "cgroup").write_text(f"0::/system.slice/{comm}.service\n")
        for descriptor, inode in sockets.items():
            link = folder / str(descriptor)
            link.unlink(missing_ok=True)
            link.symlink_to(f"socket:[{inode}]")


@pytest.fixture(name="tree")
def process_tree(tmp_path: Path) -> Tree:
    """An empty /proc."""
    return Tree(tmp_path)


@contextmanager
def held_elsewhere() -> Iterator[tuple[int, int]]:
    """A process of ours that listens: its id and its socket's inode."""
    with subprocess.Popen([sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout
            descriptor = int(child.stdout.readline())
            yield child.pid, (REAL / str(child.pid) / "fd" / str(descriptor)).stat().st_ino
        finally:
            child.kill()


def test_a_socket_of_this_process_is_found() -> None:
    """The owner of a socket of ours is this process, with its start in the past and its command line."""
    with closing(bound("127.0.0.1")) as one:
        found = Owners(REAL).search({inode_of(one)})[inode_of(one)]

    assert found.pid == os.getpid()
    assert found.command
    assert found.started == pytest.approx(psutil.Process().create_time(), abs=2)


def test_a_socket_of_another_process_is_found_and_forgotten_with_it() -> None:
    """A child's socket is the child's, without another search, until the child has ended."""
    memory = Owners(REAL)
    with held_elsewhere() as (pid, inode):
        assert memory.search({inode})[inode].pid == pid
        assert memory.known({inode})[inode].pid == pid
        assert not memory.unsearched({inode})

    assert not memory.known({inode})


def test_a_socket_is_found_beyond_the_first_descriptors() -> None:
    """A listener that was opened after hundreds of other files is found all the same."""
    with ExitStack() as stack:
        for _ in range(owners._LOW_DESCRIPTORS + 10):
            stack.enter_context(Path("/dev/null").open("rb"))
        one = stack.enter_context(closing(bound("127.0.0.1")))
        assert one.fileno() > owners._LOW_DESCRIPTORS

        assert Owners(REAL).search({inode_of(one)})[inode_of(one)].pid == os.getpid()


def test_a_descriptor_that_became_another_socket_is_not_the_owner_any_more() -> None:
    """A remembered owner counts only while its descriptor still is that socket."""
    memory = Owners(REAL)
    with closing(bound("127.0.0.1")) as one, closing(bound("127.0.0.1")) as other:
        inode = inode_of(one)
        memory.search({inode})
        os.dup2(other.fileno(), one.fileno())

        assert not memory.known({inode})
        assert memory.unsearched({inode}) == {inode}


def test_process_and_unit_come_from_the_tree(tree: Tree) -> None:
    """Name, command, unit and start are those of the files under /proc/PID."""
    tree.process(7, {3: 42}, comm="nginx", start=500)

    found = Owners(tree.root).search({42})[42]

    assert (found.pid, found.name, found.command, found.unit) == (7, "nginx", "/usr/bin/nginx --port 80", "nginx.service")
    assert found.started == 1000000 + 500 / os.sysconf("SC_CLK_TCK")


def test_of_several_holders_the_lowest_is_named_and_process_one_last(tree: Tree) -> None:
    """A server's first process stands for its workers, and the service for the manager that holds its socket."""
    for pid, sockets in ((1, {3: 42, 4: 43}), (30, {3: 42}), (20, {3: 42})):
        tree.process(pid, sockets)

    found = Owners(tree.root).search({42, 43})

    assert {inode: one.pid for inode, one in found.items()} == {42: 20, 43: 1}


@pytest.mark.parametrize("change", [{"start": 501}, {"comm": "other"}])
def test_another_run_under_the_same_id_is_another_owner(tree: Tree, change: dict[str, str | int]) -> None:
    """When start time or program of the process has changed, what was remembered of it is dropped."""
    tree.process(7, {3: 42})
    memory = Owners(tree.root)
    memory.search({42})
    assert memory.known({42})

    tree.process(7, {3: 42}, **change)  # type: ignore[arg-type]  # one of the two keywords, with its own type

    assert not memory.known({42})


def test_a_hidden_owner_is_not_searched_for_again_at_once(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket without a visible owner is left alone for a while, and then searched for anew."""
    tree.process(7, {3: 41})
    memory = Owners(tree.root)
    assert memory.unsearched({42}) == {42}

    assert not memory.search({42})
    assert not memory.unsearched({42})

    monkeypatch.setattr(owners, "HIDDEN_FOR_S", 0.0)
    assert memory.unsearched({42}) == {42}


def test_a_search_ends_at_its_bound(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is over, the search returns what it has."""
    tree.process(7, {3: 42})
    monkeypatch.setattr(owners, "LONGEST_SEARCH_S", -1.0)

    assert not Owners(tree.root).search({42})


def test_the_memory_is_bounded(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many sockets come and go, only so many are remembered, the newest."""
    monkeypatch.setattr(owners, "MOST_REMEMBERED", 10)
    tree.process(7, {number: 100 + number for number in range(30)})
    memory = Owners(tree.root)
    for number in range(30):
        memory.search({100 + number, 900 + number})

    assert set(memory.known(range(100, 130))) == set(range(120, 130))
    assert len(memory._hidden) == 10


def test_a_machine_without_proc_has_no_owners(tmp_path: Path) -> None:
    """Where there is nothing to search, nothing is found and nothing is raised."""
    assert not Owners(tmp_path / "missing").search({42})


def test_any_process_name_can_be_read(tree: Tree) -> None:
    """A name with brackets and spaces does not hide the start time behind it."""
    tree.process(7, {3: 42}, comm="a) b (c", start=77)

    found = Owners(tree.root).search({42})[42]

    assert found.name == "a) b (c"
    assert found.started == 1000000 + 77 / os.sysconf("SC_CLK_TCK")


def test_a_closed_socket_has_no_owner() -> None:
    """An inode that nobody holds any more is not found."""
    one = bound("127.0.0.1", socket.SOCK_DGRAM)
    inode = inode_of(one)
    one.close()

    assert not Owners(REAL).search({inode})


@pytest.mark.parametrize("fields", [0, 1, 2, 19, 20])
def test_a_line_of_a_process_that_is_cut_is_no_process(fields: int, tmp_path: Path) -> None:
    """The parent is the second field after the name and the start the twentieth; with fewer the process counts as gone."""
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text(f"7 (x) {' '.join(str(number) for number in range(100, 100 + fields))}")
    for read, needed, expected in (
        (lambda: read_parent(tmp_path, 7), 2, 101),
        (lambda: read_birth(tmp_path, 7), 20, Birth("x", 119)),
    ):
        if fields < needed:
            with pytest.raises(ProcessLookupError, match="no process 7"):
                read()
        else:
            assert read() == expected
