"""Processes, limits and queues of a machine that is made of files and tables: every field, and each bound."""

import asyncio
import os
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui.model.facts import AcceptQueue, Container, Limits, Listener, NotObserved, Outcome, ProcessState, QueueWatch
from tui.model.requests import ExamineProcess, ReadLimits, WatchQueue
from tui.probes.kernel.system_view import SystemView
from tui.probes.namespaces.net_namespaces import FoundNamespace, Survey, Tables
from tui.probes.namespaces.other_namespaces import Surveyed, _container, _namespace
from tui.probes.sockets import limits, listeners, process_state, queue_watch, sock_diag
from tui.probes.sockets.limits import used_ports
from tui.probes.sockets.owners import with_owner
from tui.probes.sockets.process import Process
from tui.probes.sockets.process_state import count_descriptors
from tui.probes.sockets.queue_watch import ConnectedOnce, OverflowCounts, counters_of, queues_of
from tui.probes.sockets.sock_diag import TIME_WAIT, TcpConnection

TICKS = os.sysconf("SC_CLK_TCK")


def stat(pid: int, name: str = "shop", state: str = "S") -> str:
    """/proc/PID/stat (proc_pid_stat(5)) of three threads, started 500 ticks after the machine."""
    fields = [state, "1", *"0" * 15, "3", "0", "500", *"0" * 20]
    return f"{pid} ({name}) {' '.join(fields)}\n"


class Machine:
    """A folder that stands for /proc, and one for the control groups."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.groups = folder / "proc", folder / "groups"
        self.proc.mkdir()
        (self.proc / "stat").write_text("cpu 1 2 3\nbtime 1000\n")

    def write(self, path: str, text: str) -> None:
        """A file below /proc."""
        file = self.proc / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def process(self, pid: int, name: str = "shop", **fields: str) -> None:
        """A process with the files that matter, some of them as given."""
        files = {
            "stat": stat(pid, name),
            "status": "Name:\tshop\nTracerPid:\t0\n",
            "limits": "Max open files            1024                 4096                 files\n",
            "cgroup": "0::/system.slice/shop.service\n",
            "wchan": "do_epoll_wait",
            "comm": f"{name}\n",
            "cmdline": f"/usr/bin/{name}\0--port\08080\0",
        }
        for file, text in (files | fields).items():
            self.write(f"{pid}/{file}", text)
        (self.proc / str(pid) / "fd").mkdir(exist_ok=True)
        for number in (0, 1, 2):
            (self.proc / str(pid) / "fd" / str(number)).touch()

    async def examine(self, pid: int) -> ProcessState:
        """One look at a process."""
        (fact,) = [each async for each in process_state.check(ExamineProcess(pid=pid), SystemView(proc=self.proc), self.groups)]
        assert isinstance(fact, ProcessState)
        return fact


@pytest.fixture(name="machine")
def a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Nothing runs on it yet, and readings follow one another at once."""
    monkeypatch.setattr(process_state, "READ_EVERY_S", 0.001)
    return Machine(tmp_path)


async def test_a_process_with_all_that_is_known_of_it(machine: Machine) -> None:
    """Every field, from its own file."""
    machine.process(7)
    fact = await machine.examine(7)

    assert replace(fact, at="", busy_percent=0.0) == ProcessState(
        command="cat /proc/7/stat /proc/7/status /proc/7/limits; ls /proc/7/fd | wc -l",
        pid=7,
        name="shop",
        state="S",
        state_words="sleeps",
        states=("S",) * process_state.READINGS,
        busy_percent=0.0,
        threads=3,
        descriptors=3,
        descriptors_listed=True,
        descriptor_limit=1024,
        waits_in="do_epoll_wait",
        unit="shop.service",
        started=1000 + 500 / TICKS,
    )
    assert fact.at


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("R", "runs"),
        ("S", "sleeps"),
        ("I", "sleeps"),
        ("D", "waits for a device or the kernel, uninterruptibly"),
        ("T", "stopped"),
        ("t", "stopped"),
        ("Z", "has ended, and its parent has not collected it"),
        ("X", "has ended"),
        ("?", ""),
    ],
)
async def test_each_state_has_its_words(state: str, words: str, machine: Machine) -> None:
    """The letters of proc_pid_stat(5); another one is shown without words."""
    machine.process(7, stat=stat(7, state=state))
    fact = await machine.examine(7)

    assert (fact.state, fact.state_words) == (state, words)


@pytest.mark.parametrize(
    ("fields", "stopper", "tracer", "frozen"),
    [
        ({"stat": stat(7, state="T")}, "signal", None, None),
        ({"stat": stat(7, state="T"), "status": "TracerPid:\t8\n"}, "debugger", "gdb, pid 8", None),
        ({"stat": stat(7, state="t"), "status": "TracerPid:\t9\n"}, "debugger", "?, pid 9", None),
        ({"cgroup": "0::/frozen\n"}, "freezer", None, "/frozen"),
        ({"cgroup": "5:cpu,freezer:/old\n0::/\n"}, "freezer", None, "/old"),
        ({"cgroup": "0::/thawed\n"}, None, None, None),
        ({"cgroup": "0::/../frozen\n"}, None, None, None),
    ],
)
async def test_what_keeps_a_process_from_running(
    fields: dict[str, str], stopper: str | None, tracer: str | None, frozen: str | None, machine: Machine
) -> None:
    """A signal, a debugger with its name, or a frozen group of either version."""
    machine.process(8, "gdb")
    machine.process(7, **fields)
    for path, text in (
        ("frozen/cgroup.events", "populated 1\nfrozen 1\n"),
        ("thawed/cgroup.events", "frozen 0\n"),
        ("freezer/old/freezer.state", "FROZEN\n"),
    ):
        (machine.groups / path).parent.mkdir(parents=True)
        (machine.groups / path).write_text(text)
    fact = await machine.examine(7)

    assert (fact.stopper, fact.tracer, fact.frozen_group) == (stopper, tracer, frozen)


@pytest.mark.parametrize(("wchan", "waits"), [("", None), ("0", None), ("x" * 90, "x" * 80 + "…")])
async def test_where_a_process_waits(wchan: str, waits: str | None, machine: Machine) -> None:
    """Nothing and 0 say nowhere, or that this user may not know."""
    machine.process(7, wchan=wchan)

    assert (await machine.examine(7)).waits_in == waits


async def test_a_process_that_is_not_there(machine: Machine) -> None:
    """Told as not observed; one whose files are empty too."""
    machine.write("8/stat", "8 (x) S\n")
    for pid in (7, 8):
        (fact,) = [each async for each in process_state.check(ExamineProcess(pid=pid), SystemView(proc=machine.proc))]
        assert isinstance(fact, NotObserved)
        assert fact.reason == f"There is no process {pid}, or it may not be seen."


async def test_a_process_that_ends_meanwhile(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read before counts."""
    machine.process(7)
    monkeypatch.setattr(process_state, "READ_EVERY_S", 0.3)
    looking = asyncio.create_task(machine.examine(7))
    await asyncio.sleep(0.15)
    (machine.proc / "7" / "stat").unlink()
    fact = await looking

    assert (fact.states, fact.name, fact.started, fact.busy_percent) == (("S",), "?", None, None)


@pytest.mark.parametrize(("limit", "counted"), [(None, 4), (1024, 4), (3, 3), (2, 2), (0, 0)])
def test_descriptors_below_the_limit_count(limit: int | None, counted: int, tmp_path: Path) -> None:
    """Those above it were inherited; a folder that has none, or is not there, says nothing."""
    folder = tmp_path / "fd"
    folder.mkdir()
    for number in (0, 1, 2, 900):
        (folder / str(number)).touch()

    assert count_descriptors(folder, limit) == (counted, True)
    assert count_descriptors(tmp_path / "none") == (None, False)


def connection(
    port: int, state: int = 1, address: bytes = b"\x0a\0\0\1", peer: bytes = b"\x0a\0\0\2", inode: int = 0
) -> TcpConnection:
    """A connection towards the peer."""
    return TcpConnection(state, port, address, peer, inode)


def test_ports_that_are_taken_towards_a_peer() -> None:
    """From the source that takes most, each port once; others' peers and ports out of the range do not count."""
    rows = [
        *(connection(port, inode=port) for port in (100, 101, 102)),
        connection(102, TIME_WAIT),
        connection(103, TIME_WAIT),
        connection(104, address=b"\x0a\0\0\x09"),
        connection(105, peer=b"\x0a\0\0\x09"),
        connection(99),
        connection(200),
    ]
    used = used_ports(rows, b"\x0a\0\0\2", range(100, 200))

    assert (used.towards_target, used.waiting, used.inodes) == (4, 2, (100, 101, 102))
    assert used_ports([], b"", range(5)) == type(used)(0, 0, ())


@pytest.mark.parametrize(("count", "sampled", "last"), [(256, 256, 256), (511, 256, 256), (512, 256, 511), (1000, 256, 766)])
def test_of_many_sockets_a_part_is_looked_at(count: int, sampled: int, last: int) -> None:
    """Some 256, spread over all of them."""
    used = used_ports([connection(port, inode=port) for port in range(1, count + 1)], b"\x0a\0\0\2", range(1, 2000))

    assert (len(used.inodes), used.inodes[-1]) == (sampled, last)


def _limits(machine: Machine, **request: object) -> Limits:
    return limits.read(ReadLimits(**request), machine.proc)  # type: ignore[arg-type]  # by name


def test_limits_as_the_files_have_them(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The range without what is reserved in it, tracked connections, files, and who takes most ports towards the target."""
    for path, text in (
        ("sys/net/ipv4/ip_local_port_range", "100\t199\n"),
        ("sys/net/ipv4/ip_local_reserved_ports", "90-101,150,199-300\n"),
        ("sys/net/netfilter/nf_conntrack_count", "11\n"),
        ("sys/net/netfilter/nf_conntrack_max", "22\n"),
        ("sys/fs/file-nr", "500\t20\t9000\n"),
    ):
        machine.write(path, text)
    machine.process(7)
    machine.process(8, "other")
    for pid, inodes in ((7, (1, 2)), (8, (3,))):
        for inode in inodes:
            (machine.proc / str(pid) / "fd" / str(10 + inode)).symlink_to(f"socket:[{inode}]")
    rows = [connection(110 + inode, inode=inode) for inode in (1, 2, 3)]
    monkeypatch.setattr(sock_diag, "connections_to", lambda port: rows if port == 5432 else [])
    fact = _limits(machine, address="10.0.0.2", port=5432)
    plain = _limits(machine)

    assert (fact.first_port, fact.last_port, fact.reserved_ports) == (100, 199, 4)
    assert (fact.tracked_connections, fact.tracking_limit, fact.files_open, fact.files_limit) == (11, 22, 480, 9000)
    assert (fact.used_towards_target, fact.waiting_to_expire, fact.sampled) == (3, 0, 3)
    assert (fact.biggest_user, fact.biggest_user_ports) == ("shop, pid 7", 2)
    assert (fact.address, fact.port) == ("10.0.0.2", 5432)
    assert fact.command == "sysctl net.ipv4.ip_local_port_range; ss -Htan dst 10.0.0.2 dport = :5432 | wc -l; ulimit -n"
    assert plain.command == "sysctl net.ipv4.ip_local_port_range; ulimit -n"
    assert (plain.used_towards_target, plain.biggest_user, plain.first_port) == (None, None, 100)


@pytest.mark.parametrize("text", ["", "100", "100 a", "1 2 3"])
def test_limits_that_are_not_understood_are_not_known(text: str, machine: Machine) -> None:
    """A range is two numbers, and files are three."""
    machine.write("sys/net/ipv4/ip_local_port_range", text)
    machine.write("sys/fs/file-nr", "1 2")
    fact = _limits(machine, address="10.0.0.2", port=5432)

    assert (fact.first_port, fact.last_port, fact.files_open, fact.files_limit, fact.used_towards_target) == (None,) * 5


def listener(inode: int | None = 5, queue: int | None = 0, address: str = "0.0.0.0", device: str | None = None) -> Listener:
    """A listener on port 80."""
    return Listener(proto="tcp", address=address, port=80, inode=inode, queue=queue, queue_limit=128, device=device)


def test_each_listener_has_its_own_lengths() -> None:
    """By inode, else by address and device; those of the last reading that has any; a reading without one counts nothing."""
    named = [listener(None, 1, "10.0.0.1"), listener(None, 2, "10.0.0.1", "d0"), listener(6, 3)]
    later = [replace(row, queue=(row.queue or 0) + 10) for row in named]

    assert queues_of([named, [], later, []]) == (
        AcceptQueue(listener=later[0], lengths=(1, 11)),
        AcceptQueue(listener=later[1], lengths=(2, 12)),
        AcceptQueue(listener=later[2], lengths=(3, 13)),
    )
    assert queues_of([named, later[:1]]) == (AcceptQueue(listener=later[0], lengths=(1, 11)),)
    assert queues_of([[listener(5, None)]])[0].lengths == (0,)
    assert queues_of([[], []]) == ()
    assert len(queues_of([[listener(number) for number in range(1, 100)]])) == 64


def test_the_counters_of_full_queues() -> None:
    """By their names in the text of netstat."""
    text = "TcpExt: A ListenOverflows ListenDrops\nTcpExt: 1 2 3\n"

    assert counters_of(text) == OverflowCounts(2, 3)
    assert counters_of("") == OverflowCounts(None, None)


async def test_a_watch_with_all_that_it_saw(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queues with their owners, counters by how much they rose, and how the attempts meanwhile ended."""

    def netstat(overflows: int) -> None:
        machine.write("net/netstat", f"TcpExt: ListenOverflows ListenDrops\nTcpExt: {overflows} {overflows + 5}\n")

    def listening_on(port: int) -> list[Listener]:
        assert port == 80
        netstat(9)
        return [listener(5, 129), listener(6, 1)]

    async def connect_once(address: str, port: int) -> ConnectedOnce:
        assert (address, port) == ("10.0.0.1", 80)
        return ConnectedOnce(Outcome.REFUSED, 3.5)

    netstat(2)
    machine.write("sys/net/core/somaxconn", "4096\n")
    machine.process(7)
    (machine.proc / "7" / "fd" / "9").symlink_to("socket:[5]")
    monkeypatch.setattr(queue_watch, "WATCH_S", 0.05)
    monkeypatch.setattr(queue_watch, "READ_EVERY_S", 0.02)
    monkeypatch.setattr(sock_diag, "listening_on", listening_on)
    monkeypatch.setattr(queue_watch, "connect_once", connect_once)
    began = time.monotonic()
    (fact,) = [each async for each in queue_watch.check(WatchQueue(address="10.0.0.1", port=80), SystemView(proc=machine.proc))]

    assert isinstance(fact, QueueWatch)
    assert (fact.address, fact.port, fact.somaxconn, fact.overflows, fact.drops) == ("10.0.0.1", 80, 4096, 7, 7)
    assert (fact.tried, fact.tried_ms) == (Outcome.REFUSED, 3.5)
    assert 50 <= fact.watched_ms <= (time.monotonic() - began) * 1000 + 1
    first, second = fact.queues
    assert len(first.lengths) == len(second.lengths) >= 2
    assert set(first.lengths) == {129}
    assert (first.listener.pid, first.listener.process, first.listener.command) == (7, "shop", "/usr/bin/shop --port 8080")
    assert (first.listener.unit, first.listener.container, first.listener.started) == ("shop.service", None, 1000 + 500 / TICKS)
    assert second.listener.pid is None
    assert fact.command == queue_watch.COMMAND.format(port=80)


@pytest.mark.parametrize(("text", "limit"), [("128\n", 128), ("", None), ("many", None), ("\N{SUPERSCRIPT TWO}", None)])
def test_the_machines_limit_of_a_queue(text: str, limit: int | None, machine: Machine) -> None:
    """A number, or not known."""
    machine.write("sys/net/core/somaxconn", text)

    assert queue_watch._after(machine.proc)[1] == limit


async def test_attempts_that_are_left_had_no_answer() -> None:
    """Stopped while they wait; one that has ended says how."""

    async def wait() -> ConnectedOnce:
        await asyncio.sleep(60)
        return ConnectedOnce(Outcome.CONNECTED, 1.0)

    async def done() -> ConnectedOnce:
        return ConnectedOnce(Outcome.CONNECTED, 1.0)

    waiting, ended = asyncio.create_task(wait()), asyncio.create_task(done())
    await asyncio.sleep(0.01)

    assert await queue_watch.stop(waiting) == ConnectedOnce(Outcome.TIMEOUT)
    assert await queue_watch.stop(ended) == ConnectedOnce(Outcome.CONNECTED, 1.0)


OWNER = Process(pid=7, name="shop", command="shop --port 80", unit="shop.service", container="0123456789ab", started=5.0)


def test_a_row_has_its_owner_and_user() -> None:
    """All that is known of the process; without one, what the socket's control group shows."""
    group = f"/system.slice/docker-{'c' * 64}.scope/x.service"
    bare = listener()
    owned = with_owner(bare, OWNER)

    assert owned == replace(
        bare, pid=7, process="shop", command="shop --port 80", unit="shop.service", container="0123456789ab", started=5.0
    )
    assert with_owner(bare, None) == bare
    assert listeners._with_user(bare, "app", group) == replace(bare, user="app", unit="x.service", container="c" * 12)
    assert listeners._with_user(owned, "app", group) == replace(owned, user="app")
    assert listeners._with_user(bare, None, None) == bare


def test_another_namespace_with_all_that_is_known_of_it() -> None:
    """Each field from its own place: the first process, the owners of its sockets, and the container that it is."""
    found = FoundNamespace(
        tables=Tables((replace(listener(5), uid=33), listener(6)), ("10.0.0.9",)),
        inode=4,
        name="blue",
        pid=9,
        linked=True,
        born_here=True,
        initial=True,
    )
    surveyed = Surveyed(Survey(found=(found,)), {5: OWNER}, {9: "sh"}, {33: "www-data"}, None)
    space = _namespace(found, surveyed, (Container(engine="podman", id="abc", name="web", pid=9),))
    stranger = _namespace(replace(found, pid=None, linked=False, born_here=False, initial=False), surveyed, ())

    assert (space.inode, space.name, space.pid, space.process, space.addresses) == (4, "blue", 9, "sh", ("10.0.0.9",))
    assert (space.linked, space.born_here, space.initial) == (True, True, True)
    assert space.container is not None
    assert (space.container.name, space.container.pid) == ("web", 9)
    first, second = space.listeners
    assert (first.user, first.pid, first.process, first.command, first.unit, first.started) == (
        *("www-data", 7, "shop", "shop --port 80", "shop.service", 5.0),
    )
    assert (second.user, second.pid) == (None, None)
    assert {row.container for row in space.listeners} == {space.container.label}
    assert (stranger.process, stranger.container, stranger.linked, stranger.born_here, stranger.initial) == (
        None,
        None,
        False,
        False,
        False,
    )
    assert {row.container for row in stranger.listeners} == {None}


@pytest.mark.parametrize(
    ("group", "pid", "expected"),
    [
        (f"/system.slice/docker-{'c' * 64}.scope", 9, ("docker", "c" * 12, None, 9)),
        ("/machine.slice/machine-web.scope", 8, ("podman", "abc", "web", 8)),
        ("/system.slice/x.service", 7, ("podman", "abc", "web", 7)),
        ("/system.slice/x.service", 6, None),
        (f"/x/{'d' * 64}", 6, ("unknown", "d" * 12, None, 6)),
    ],
)
def test_which_container_a_namespace_is(group: str, pid: int, expected: tuple[str, str, str | None, int] | None) -> None:
    """By its control group's id or name, or by the process that the engine names; else only what the group says."""
    found = FoundNamespace(tables=Tables((), ()), inode=None, name=None, pid=pid, group=group)
    known = (Container(engine="podman", id="abc", name="web", pid=7 if pid == 7 else None),)
    container = _container(found, known)

    assert (container and (container.engine, container.id, container.name, container.pid)) == expected
