"""Words and commands that several causes share, held by tables: how a container ended, what a place is called, times, names."""

import pytest

from tui.diagnosis.readings import commands, containers, hosts, latency, outcomes, queues, secure, services
from tui.diagnosis.readings.containers import MeantContainer
from tui.diagnosis.readings.forwarding import Behind, StateBehind, Way
from tui.model.case import Case
from tui.model.facts import (
    Container,
    Engine,
    Forwarder,
    Forwarders,
    Listener,
    Namespace,
    OtherNamespaces,
    ProcessState,
    SessionHost,
)
from tui.model.facts.answer import Certificate
from tui.model.facts.service import LogLine, Manager, Service
from tui.model.judgement import Culprit
from tui.model.target import parse_target

SEEN = "2026-11-30T17:00:10Z"
SEEN_S = 1796058010.0
"""The same moment, in seconds since 1970."""
WEB = Container(engine="docker", id="31c2aa", name="web")


def _case(*facts: OtherNamespaces | SessionHost) -> Case:
    return Case(target=parse_target("127.0.0.1:8080"), facts=facts)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "created"}, "was created and never started"),
        ({"state": "created", "error": "no such file."}, "was created and could not be started: “no such file”"),
        ({"state": "paused"}, "is paused"),
        ({"state": "running"}, "is running"),
        ({}, "is in an unknown state"),
        ({"state": "exited"}, "is exited"),
        ({"state": "exited", "exit_code": 0}, "ended with exit status 0"),
        ({"state": "exited", "exit_code": 3, "ended": SEEN_S}, "ended with exit status 3 at 2026-11-30 17:00:10 UTC"),
        ({"state": "exited", "exit_code": 127}, "ended with exit status 127 (its program was not found)"),
        ({"state": "exited", "exit_code": 128}, "ended with exit status 128"),
        ({"state": "exited", "exit_code": 129}, "ended with exit status 129"),
        ({"state": "exited", "exit_code": 130}, "ended with exit status 130 (signal 2 (INT))"),
        ({"state": "exited", "exit_code": 137, "oom_killed": True}, "was killed by the kernel because memory ran out"),
        ({"state": "restarting"}, "ends again and again: docker has started it anew again"),
        ({"state": "restarting", "restarts": 1}, "ends again and again: docker has started it anew once"),
        (
            {"state": "restarting", "restarts": 2, "exit_code": 3},
            "ends again and again: docker has started it anew 2 times, the last time with exit status 3",
        ),
    ],
)
def test_a_containers_state_is_told(fields: dict[str, object], words: str) -> None:
    """Never started, paused, ended by itself or by a signal, out of memory, in a loop: each in its own words."""
    one = Container(engine="docker", id="31c2aa", **fields)  # type: ignore[arg-type]

    assert containers.state_in_words(MeantContainer(one, OtherNamespaces(at=SEEN, containers=(one,)))) == words


@pytest.mark.parametrize(
    ("engines", "tool"),
    [
        (("docker",), "docker"),
        (("docker", "docker"), "docker"),
        (("containerd", "cri-o"), "crictl"),
        (("docker", "podman"), ""),
        ((), ""),
    ],
)
def test_the_engine_of_a_machine_is_typed_by_its_tool(engines: tuple[Engine, ...], tool: str) -> None:
    """Where one engine alone has containers here its command is known; Kubernetes' engines are asked by crictl."""
    others = OtherNamespaces(containers=tuple(Container(engine=engine, id="1") for engine in engines))

    assert containers.sole_engine(_case(others)) == tool
    assert containers.sole_engine(_case()) == ""


def test_a_port_is_published_by_one_container_or_by_nobody_in_particular() -> None:
    """The one whose published port it is; of two that publish the same, neither."""
    first, second = (Container(engine="docker", id=name, published=(("0.0.0.0", 8080, 80),)) for name in ("1", "2"))

    assert containers.publishing(_case(OtherNamespaces(containers=(first, WEB))), 8080) == first
    assert containers.publishing(_case(OtherNamespaces(containers=(first, second))), 8080) is None
    assert containers.publishing(_case(OtherNamespaces(containers=(first,))), 80) is None


PROXY = Forwarder(program="socat", pid=812)
SSH = Forwarder(program="ssh", pid=812, via="bastion")


@pytest.mark.parametrize(
    ("by", "led", "label"),
    [
        (PROXY, {"host": "172.17.0.2", "port": 80}, "172.17.0.2:80"),
        (PROXY, {"host": "172.17.0.2", "port": 80, "container": WEB}, "172.17.0.2:80"),
        (PROXY, {"port": 80, "container": WEB}, "container web"),
        (PROXY, {"host": "172.17.0.2"}, "another place"),
        (PROXY, {"port": 80}, "port 80"),
        (PROXY, {}, "another place"),
        (SSH, {"port": 80}, "bastion"),
        (SSH, {"port": 80, "container": WEB}, "container web"),
    ],
)
def test_where_a_port_leads_is_called_by_what_is_known(by: Forwarder, led: dict[str, object], label: str) -> None:
    """An address with its port, a container, the machine that it leads through, or the port alone."""
    way = Way(fact=Forwarders(port=8080, forwarders=(by,)), by=by, **led)  # type: ignore[arg-type]

    assert way.label == label


@pytest.mark.parametrize(
    ("space", "container", "place"),
    [
        (None, WEB, "container web"),
        (Namespace(container=WEB, name="x"), None, "container web"),
        (Namespace(name="blue", pid=7), None, "network namespace blue"),
        (Namespace(pid=7, process="nginx"), None, "the network namespace of nginx (pid 7)"),
        (Namespace(pid=7), None, "the network namespace of process (pid 7)"),
        (Namespace(), None, "172.17.0.2"),
        (None, None, "172.17.0.2"),
    ],
)
def test_what_is_behind_a_port_is_called_by_what_is_known(
    space: Namespace | None, container: Container | None, place: str
) -> None:
    """Its container, its namespace's name, a process of it, or its address."""
    way = Way(fact=Forwarders(port=8080, forwarders=(PROXY,)), by=PROXY, host="172.17.0.2", port=80, container=container)

    assert Behind(way=way, state=StateBehind.UNKNOWN, space=space).place == place


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0.44, "0.4 ms"), (9.96, "10.0 ms"), (10.0, "10 ms"), (999.0, "999 ms"), (1000.0, "1.0 s"), (3060.0, "3.1 s")],
)
def test_a_time_is_told_as_exactly_as_it_says_something(milliseconds: float, words: str) -> None:
    """Tenths of a millisecond below ten, and of a second from one on."""
    assert latency._time(milliseconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 hours"), (7200, "2 hours"), (172_799, "47 hours"), (172_800, "2 days"), (86_400 * 61.5, "61 days")],
)
def test_a_span_is_told_in_hours_or_days(seconds: float, words: str) -> None:
    """In days from two of them on."""
    assert secure.days(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, ""), (1, "1"), (2, "1 and 2"), (8, "1, 2, 3, 4, 5, 6, 7 and 8"), (9, "1, 2, 3, 4, 5, 6, 7 and 2 more")],
)
def test_many_are_told_by_the_first(count: int, words: str) -> None:
    """Up to eight by name; of more the first seven, and how many there are beside them."""
    assert outcomes.joined(str(number + 1) for number in range(count)) == words


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "no name at all (its subject is CN=a)"),
        (("a", "b"), "a, b"),
        (tuple("abcde"), "a, b, c, d, e"),
        (tuple("abcdefg"), "a, b, c, d, e and 2 more"),
    ],
)
def test_the_names_of_a_certificate_are_told(names: tuple[str, ...], words: str) -> None:
    """Five of them; without any its subject, which counts for nothing, is shown."""
    certificate = Certificate(subject="CN=a", issuer="CN=b", names=names, not_before=SEEN, not_after=SEEN)

    assert secure.names(certificate) == words
    assert secure.names(None) == "names that were not read"


@pytest.mark.parametrize(
    ("queue", "limit", "full"), [(5, 5, True), (6, 5, True), (4, 5, False), (0, 0, False), (1, 0, True), (None, 5, False)]
)
def test_a_queue_is_full_where_nothing_fits_any_more(queue: int | None, limit: int | None, full: bool) -> None:
    """At its limit or over it; a limit of nothing still lets one wait, and what is not known is not full."""
    row = Listener(proto="tcp", address="0.0.0.0", port=80, queue=queue, queue_limit=limit)

    assert hosts.has_full_queue(row) is full


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"busy_percent": 90.0}, "is busy with something else (90% of a processor)."),
        ({"busy_percent": 89.9}, "runs, and does not accept them, or not fast enough."),
        ({}, "runs, and does not accept them, or not fast enough."),
        ({"state": "Z"}, "has ended; another process still holds its socket."),
        ({"state": "X"}, "has ended; another process still holds its socket."),
        ({"states": ("D", "D")}, "waits uninterruptibly, for a disk or another device, so it accepts nothing."),
        ({"states": ("D",), "waits_in": "nfs_wait"}, "waits uninterruptibly in nfs_wait, for a disk or another device"),
        ({"states": ("D", "S")}, "runs, and does not accept them, or not fast enough."),
    ],
)
def test_why_a_process_accepts_nothing_is_told(fields: dict[str, object], words: str) -> None:
    """By its state, by what it waits for, or by how busy it is."""
    state = ProcessState(**{"pid": 7, "name": "shop", "state": "S", "state_words": "", "states": ("S",)} | fields)  # type: ignore[arg-type]

    assert queues.why_it_does_not_accept(state).startswith(f"shop (pid 7) {words}")


@pytest.mark.parametrize(
    ("active", "restarts", "age_s", "loops"),
    [
        ("activating", 1, None, True),
        ("activating", None, None, False),
        ("active", 1, 15, True),
        ("active", 1, 16, False),
        ("active", 1, None, False),
        ("active", 0, 1, False),
        ("failed", 1, 1, False),
    ],
)
def test_a_unit_loops_while_its_manager_starts_it_or_has_just_done_so(
    active: str, restarts: int | None, age_s: int | None, loops: bool
) -> None:
    """As of a container; what its manager never restarted is in no loop."""
    started = None if age_s is None else SEEN_S - age_s
    unit = Service(name="a.service", manager="systemd", active=active, restarts=restarts, started=started, at=SEEN)

    assert services.is_looping(unit) is loops


@pytest.mark.parametrize(
    ("manager", "pid", "port", "culprit"),
    [
        ("systemd", 7, 80, Culprit(kind="unit", unit="shop", port=80)),
        ("systemd", None, None, Culprit(kind="unit", unit="shop")),
        ("none", 7, 80, Culprit(kind="process", name="shop", pid=7)),
        ("none", None, 80, Culprit(kind="process", name="shop")),
    ],
)
def test_a_service_is_named_as_what_it_is(manager: Manager, pid: int | None, port: int | None, culprit: Culprit) -> None:
    """A unit by its port, a process without a manager by its id; what is not known is left out."""
    assert services.culprit(Service(name="shop", manager=manager, main_pid=pid), port) == culprit


@pytest.mark.parametrize(
    ("where", "command"),
    [
        ("/var/log/shop log", "cat /run/shop.pid; tail -n 50 '/var/log/shop log'"),
        ("journal", "cat /run/shop.pid; journalctl -t shop -n 50"),
    ],
)
def test_the_last_words_of_a_stray_process_are_looked_up_where_they_are(where: str, command: str) -> None:
    """In the file that they were read from, else in the journal under its program's name."""
    stray = Service(name="shop", manager="none", path="/run/shop.pid", log=(LogLine(where=where, text="no settings"),))

    assert next(services.remedies(_case(), stray)).command == command


@pytest.mark.parametrize(
    ("row", "systemd", "log", "restart"),
    [
        ({"container": "web", "pid": 7}, True, "docker logs --tail 50 web", "docker restart web"),
        ({"container": "31c2aa", "pid": 7}, True, "docker logs --tail 50 web", "docker restart web"),
        ({"container": "other", "pid": 7}, True, "journalctl _PID=7 -n 50", ""),
        ({"unit": "shop.service", "pid": 7}, True, "journalctl -u shop.service -n 50", "systemctl restart shop.service"),
        ({"pid": 7}, True, "journalctl _PID=7 -n 50", ""),
        ({}, True, "journalctl -p warning -n 50", ""),
        ({"unit": "shop.service", "pid": 7}, False, "ls -l /proc/7/fd", ""),
        ({}, False, "ls -lt /var/log", ""),
    ],
)
def test_a_listener_is_looked_at_and_started_anew_by_its_own_means(
    row: dict[str, object], systemd: bool, log: str, restart: str
) -> None:
    """Its engine for a container, its manager for a unit; a process alone is looked at and not restarted."""
    listener = Listener(proto="tcp", address="0.0.0.0", port=8090, process="shop", **row)  # type: ignore[arg-type]
    case = Case(
        target=parse_target("127.0.0.1:8090"),
        facts=(OtherNamespaces(containers=(WEB,)), SessionHost(user=0, systemd=systemd)),
    )

    assert commands.log(case, listener) == log
    assert commands.restart(case, listener) == restart
