"""Other network namespaces, with and without names and processes, as root and as nobody; and containers by their engines."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.probes.machine import LONGEST_S, NOBODY, facts_behind, needs_namespaces, needs_root, network_namespace
from tests.probes.recorded import FOLDER
from tui.model.facts import AnyFact, Namespace, NotObserved, OtherNamespaces
from tui.model.requests import ListOtherNamespaces
from tui.probes.kernel.system_view import SystemView
from tui.probes.namespaces import other_namespaces
from tui.probes.namespaces.net_namespaces import read_tables, same_network, survey
from tui.probes.namespaces.other_namespaces import container_inside

SERVE = (
    "import socket; one = socket.create_server(('127.0.0.1', 0)); print(one.getsockname()[1], flush=True); "
    "import sys; sys.stdin.read()"
)


@contextmanager
def service(prefix: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """A service behind `prefix`, on loopback there: its process id and its port."""
    command = [*prefix, "sh", "-c", 'ip link set lo up; exec "$@"', "sh", sys.executable, "-c", SERVE]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield process.pid, int(process.stdout.readline())
        finally:
            process.kill()


def seen(facts: list[AnyFact]) -> OtherNamespaces:
    """The one fact about it."""
    (fact,) = [one for one in facts if isinstance(one, OtherNamespaces)]
    return fact


def holding(fact: OtherNamespaces, port: int, pid: int) -> Namespace:
    """The namespace of process `pid`, which has a listener on `port`."""
    return next(one for one in fact.namespaces if one.pid == pid and any(row.port == port for row in one.listeners))


@needs_namespaces
def test_a_service_in_a_nameless_namespace_is_seen_with_its_owner() -> None:
    """As root: inode, process, listener and its owner."""
    with service(("unshare", "--net")) as (pid, port):
        space = holding(seen(facts_behind((), ListOtherNamespaces(port=port))), port, pid)

        (row,) = [row for row in space.listeners if row.port == port]
        inode = Path(f"/proc/{pid}/ns/net").readlink().name

    assert inode == f"net:[{space.inode}]"
    assert (row.address, row.pid, row.user) == ("127.0.0.1", pid, "root")
    assert (space.name, space.container, space.linked) == (None, None, False)


@needs_namespaces
def test_nobody_sees_the_listeners_of_others_namespaces_too() -> None:
    """Without privilege the listener and a process of the namespace are seen, its inode and the socket's owner are not."""
    with service(("unshare", "--net")) as (pid, port):
        space = holding(seen(facts_behind(NOBODY, ListOtherNamespaces(port=port))), port, pid)

    (row,) = [row for row in space.listeners if row.port == port]
    assert (space.inode, row.pid, row.user) == (None, None, "root")


@needs_namespaces
def test_a_named_namespace_has_its_name_with_and_without_a_process() -> None:
    """With a process it is read by that, without one it is entered; this process stays where it is."""
    before = Path("/proc/self/ns/net").readlink()
    with network_namespace("ip address add 192.0.2.9/32 dev lo") as prefix:
        name = prefix[-1]
        (empty,) = [one for one in survey(Path("/proc")).found if one.name == name]
        with service(prefix) as (pid, port):
            space = holding(seen(facts_behind((), ListOtherNamespaces(port=port))), port, pid)

    assert (empty.pid, empty.tables.addresses, empty.linked) == (None, ("192.0.2.9",), False)
    assert empty.inode == space.inode is not None
    assert (space.name, space.addresses) == (name, ("192.0.2.9",))
    assert Path("/proc/self/ns/net").readlink() == before


@needs_namespaces
def test_a_named_namespace_that_may_not_be_entered_is_counted() -> None:
    """Nobody may not enter one without a process; a stranger's that is seen by its processes may be the one."""
    with network_namespace():
        check = seen(facts_behind(NOBODY, ListOtherNamespaces(port=1)))

    strangers = sum(one.inode is None and one.name is None for one in check.namespaces)
    assert check.hidden + strangers >= 1


@needs_namespaces
def test_the_end_of_a_cable_is_told_from_a_stranger() -> None:
    """Root and nobody see that a veth leads to one namespace and not to another; nobody knows its name by that."""
    with network_namespace() as ours, network_namespace() as theirs, network_namespace() as strange:
        subprocess.run(
            [*ours, *f"ip link add cable0 type veth peer name cable1 netns {theirs[-1]}".split()], check=True, timeout=LONGEST_S
        )
        nobody_in_it = seen(facts_behind(ours, ListOtherNamespaces(port=1)))
        assert {one.name: one.linked for one in nobody_in_it.namespaces if one.name in {theirs[-1], strange[-1]}} == {
            theirs[-1]: True,
            strange[-1]: False,
        }
        with service(theirs) as (pid, port), service(strange) as (stranger, other):
            for user in ((), NOBODY):
                fact = seen(facts_behind((*ours, *user), ListOtherNamespaces(port=port)))
                assert (holding(fact, port, pid).linked, holding(fact, port, pid).name) == (True, theirs[-1])
                assert not holding(fact, other, stranger).linked


@needs_namespaces
def test_a_namespace_that_was_made_from_ours_is_told_from_a_strangers() -> None:
    """What was started behind `ip netns exec` and went into a namespace of its own still shows where it came from."""
    with (
        network_namespace() as ours,
        network_namespace() as strange,
        service((*ours, "unshare", "--net")) as (pid, port),
        service(strange) as (stranger, other),
    ):
        for user in ((), NOBODY):
            fact = seen(facts_behind((*ours, *user), ListOtherNamespaces(port=port)))
            assert holding(fact, port, pid).born_here
            assert not holding(fact, other, stranger).born_here


@needs_namespaces
def test_our_own_namespace_is_held_against_that_of_process_1() -> None:
    """In a namespace of its own a process sees that the first one is another."""
    with network_namespace() as prefix:
        fact = seen(facts_behind(prefix, ListOtherNamespaces(port=1)))

    assert fact.initial is False
    assert [one.pid for one in fact.namespaces if one.initial] == [1]


@needs_root
def test_networks_of_processes_are_compared() -> None:
    """A process of ours shares our namespace, one that is gone has none."""
    assert same_network(Path("/proc"), 1) in {True, False}
    assert same_network(Path("/proc"), 2**22 + 1) is None


def test_tables_that_are_gone_are_empty(tmp_path: Path) -> None:
    """A namespace that ended while it was being read has nothing."""
    assert read_tables(str(tmp_path)) == read_tables("/proc/0/net")


def test_a_machine_without_processes_to_see_has_none(tmp_path: Path) -> None:
    """An empty /proc gives no namespace, and no opinion on our own."""
    found = survey(tmp_path, tmp_path / "none")

    assert (found.found, found.hidden, found.initial) == ((), 0, None)


def test_signs_of_a_container(tmp_path: Path) -> None:
    """Its control group, an engine's mark, or the variable that systemd-nspawn and podman set."""
    assert container_inside({}, "/", tmp_path) is None
    assert container_inside({"container": "lxc"}, "/", tmp_path) == "lxc"
    (tmp_path / ".dockerenv").touch()
    assert container_inside({}, "/", tmp_path) == "docker"
    assert container_inside({}, f"/system.slice/docker-{'ab' * 32}.scope", tmp_path) == "abababababab"


async def test_an_engine_that_may_not_be_asked_is_said(tmp_path: Path) -> None:
    """The namespaces are told all the same, and the engine's refusal beside them."""
    here = _with_docker(tmp_path, f"/usr/bin/tail -n +3 {FOLDER}/docker-nobody.txt >&2\nexit 1")

    with _listening(tmp_path):
        facts: list[AnyFact] = [fact async for fact in other_namespaces.check(ListOtherNamespaces(port=1), here)]

    assert not [one for one in seen(facts).containers if one.engine == "docker"]
    assert "This user may not ask docker (permission denied)." in [one.reason for one in facts if isinstance(one, NotObserved)]


async def test_containers_of_an_engine_are_told(tmp_path: Path) -> None:
    """What `docker ps` prints is in the fact, running or not."""
    here = _with_docker(tmp_path, f"case $* in *ps*) /usr/bin/tail -n +3 {FOLDER}/docker-ps.txt;; esac")

    with _listening(tmp_path):
        facts = [one async for one in other_namespaces.check(ListOtherNamespaces(port=1), here)]

    states = {one.name: (one.state, one.exit_code) for one in seen(facts).containers}
    assert (states["failed"], states["web"]) == (("exited", 3), ("running", None))


def _with_docker(folder: Path, script: str) -> SystemView:
    """A view with a `docker` that runs a shell script, and its daemon's socket."""
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return SystemView(environ={"PATH": str(folder), "DOCKER_HOST": f"unix://{folder}/docker.sock"})


@contextmanager
def _listening(folder: Path) -> Iterator[None]:
    """A socket where that docker's daemon would listen."""
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(folder / "docker.sock"))
        yield


@pytest.mark.parametrize("group", ["", "/", "/user.slice/session-3.scope"])
def test_an_ordinary_process_is_in_no_container(group: str, tmp_path: Path) -> None:
    """A control group of another kind says nothing."""
    assert container_inside({}, group, tmp_path) is None


def _process(proc: Path, name: str, mounts: str | None) -> None:
    """A process in a network namespace of its own, as /proc shows it, with its mounts where they can be read."""
    (proc / name / "net").mkdir(parents=True)
    (proc / name / "net/tcp").write_text("")
    (proc / name / "stat").write_text(f"{name} (x) S 1 1 1 0 -1\n")
    if mounts is not None:
        (proc / name / "mounts").write_text(mounts)


@pytest.mark.parametrize(
    ("own", "others", "born_here"),
    [
        ("demo /sys sysfs rw 0 0\n", "demo /sys sysfs rw 0 0\n", True),
        ("sysfs /sys sysfs rw 0 0\ndemo /sys sysfs rw 0 0\n", "sysfs /sys sysfs rw 0 0\ndemo /sys sysfs rw 0 0\n", True),
        ("demo /sys sysfs rw 0 0\nsysfs /sys sysfs rw 0 0\n", "demo /sys sysfs rw 0 0\n", False),
        ("sysfs /sys sysfs rw 0 0\n", "sysfs /sys sysfs rw 0 0\n", False),
        ("demo /sys sysfs rw 0 0\n", "other /sys sysfs rw 0 0\n", False),
        ("demo /sys sysfs rw 0 0\n", "", False),
        ("", "", False),
        (None, None, False),
    ],
)
def test_a_namespace_is_ours_by_the_file_system_that_was_mounted_for_it(
    tmp_path: Path, own: str | None, others: str | None, born_here: bool
) -> None:
    """`ip netns exec` mounts a /sys by the name of the namespace; the last mount counts, and no name is no sign."""
    _process(tmp_path, "self", own)
    _process(tmp_path, "7", others)

    (found,) = survey(tmp_path, tmp_path / "netns").found

    assert (found.pid, found.born_here) == (7, born_here)
