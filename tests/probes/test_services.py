"""What systemd says of a service, read from its recorded text and through a systemctl of the test's own."""

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.facts import AnyFact, NotObserved, Service
from tui.model.requests import ReadService
from tui.model.schemes import family_of_scheme
from tui.probes.kernel.system_view import SystemView
from tui.probes.services import logs, pid_files, service
from tui.probes.services.candidates import is_named, ports_of, serves_family
from tui.probes.services.units import PROPERTIES, Unit, environment_lines, listed_names, seconds, shown_units, signal_name

# `systemctl show` of systemd 252, with TZ=UTC and LC_ALL=C.
FAILED = """Type=simple
Restart=no
MainPID=0
Result=exit-code
NRestarts=0
ExecMainStartTimestamp=Wed 2026-11-25 21:46:36 UTC
ExecMainExitTimestamp=Wed 2026-11-25 21:46:36 UTC
ExecMainPID=70
ExecMainCode=1
ExecMainStatus=1
ExecStart={ path=/usr/bin/shop ; argv[]=/usr/bin/shop --port ${PORT} ; ignore_errors=no ; \
start_time=[Wed 2026-11-25 21:46:36 UTC] ; stop_time=[Wed 2026-11-25 21:46:36 UTC] ; pid=70 ; code=exited ; status=1 }
Environment=PORT=8080 "SECRET=do not keep"
EnvironmentFiles=/etc/default/shop (ignore_errors=yes)
EnvironmentFiles=/etc/default/two (ignore_errors=no)
Id=shop.service
Names=shop.service store.service
TriggeredBy=shop.socket
LoadState=loaded
ActiveState=failed
SubState=failed
FragmentPath=/etc/systemd/system/shop.service
UnitFileState=enabled
StateChangeTimestamp=Wed 2026-11-25 21:46:36 UTC
"""
SEGFAULT = """Type=simple
Result=signal
ExecMainPID=72
ExecMainCode=2
ExecMainStatus=11
Id=segv.service
LoadState=loaded
ActiveState=failed
SubState=failed
"""
FORKING = """Type=forking
MainPID=0
Result=exit-code
ExecMainStartTimestamp=
ExecMainExitTimestamp=
ExecMainPID=0
ExecMainCode=0
ExecMainStatus=0
ExecStart={ path=/usr/sbin/nginx ; argv[]=/usr/sbin/nginx -g daemon on; ; ignore_errors=no ; \
start_time=[Wed 2026-11-25 21:46:36 UTC] ; stop_time=[Wed 2026-11-25 21:46:36 UTC] ; pid=70 ; code=exited ; status=1 }
Id=nginx.service
LoadState=loaded
ActiveState=failed
SubState=failed
"""
SOCKET = """Listen=[::]:8080 (Stream)
Listen=127.0.0.1:8081 (Stream)
Listen=/run/x.sock (Stream)
Listen=127.0.0.1:53 (Datagram)
Result=success
Id=shop.socket
Triggers=shop.service
LoadState=loaded
ActiveState=active
SubState=listening
"""
JOURNAL = [
    {"MESSAGE": "Started shop.service.", "PRIORITY": "6", "_PID": "1", "__REALTIME_TIMESTAMP": "1795643196715593"},
    {"MESSAGE": "ready to serve", "PRIORITY": "6", "_PID": "70", "__REALTIME_TIMESTAMP": "1795643196716000"},
    {"MESSAGE": [98, 97, 100, 27], "PRIORITY": "3", "_PID": "70", "__REALTIME_TIMESTAMP": "1795643196717000"},
]
JOURNAL_TEXT = "\n".join(map(json.dumps, JOURNAL))
OLD = {"MESSAGE": "an error of last year", "PRIORITY": "3", "_PID": "9", "__REALTIME_TIMESTAMP": "1700000000000000"}


def unit(**fields: object) -> Unit:
    """A unit with an id."""
    return Unit(**{"id": "shop.service", "load": "loaded", **fields})  # type: ignore[arg-type]  # a test's own fields


def machine(root: Path, *, systemctl: str, journalctl: str = "exit 1") -> SystemView:
    """A machine whose systemctl and journalctl are scripts of ours, and whose /run is a folder."""
    tools = root / "bin"
    tools.mkdir()
    (root / "run" / "systemd" / "system").mkdir(parents=True)
    for name, text in (("systemctl", systemctl), ("journalctl", journalctl)):
        path = tools / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return SystemView(environ={"PATH": f"{tools}:{os.environ.get('PATH', '')}"}, run=root / "run")


def showing(*texts: str) -> str:
    """A systemctl that shows these units."""
    shown = "\n".join(texts)
    return f"""case "$*" in
*list-unit-files*) echo 'shop.service enabled enabled'; echo 'tmpl@.service static -';;
*) cat <<'END'
{shown}
END
;; esac"""


async def facts(request: ReadService, where: SystemView) -> list[AnyFact]:
    """All facts of one look."""
    return [one async for one in service.check(request, where)]


def test_a_failed_unit_is_read_as_it_is_shown() -> None:
    """State, end, times, names and settings come out of systemd's own text; of the environment nothing else is told."""
    (one,) = shown_units(FAILED)

    assert (one.id, one.names, one.load, one.active, one.result) == (
        "shop.service",
        ("shop.service", "store.service"),
        "loaded",
        "failed",
        "exit-code",
    )
    assert (one.exit_status, one.signal, one.last_pid, one.running, one.restarts) == (1, None, 70, False, 0)
    assert one.started == one.ended == one.since == 1795643196.0
    assert (one.program, one.arguments) == ("shop", ("--port", "${PORT}"))
    assert one.environment_files == ("/etc/default/shop", "/etc/default/two")
    assert one.triggered_by == ("shop.socket",)
    assert ports_of(one) == (8080,)


def test_the_end_by_a_signal_has_its_name() -> None:
    """ExecMainCode 2 makes the status a signal."""
    (one,) = shown_units(SEGFAULT)

    assert (one.exit_status, one.signal) == (None, "SEGV")
    assert (signal_name(9), signal_name(0), signal_name(250)) == ("KILL", None, "250")


def test_a_forking_service_ended_with_the_command_that_started_it() -> None:
    """Where there never was a main process, the status is that of ExecStart=."""
    (one,) = shown_units(FORKING)

    assert (one.exit_status, one.started, one.last_pid) == (1, 1795643196.0, None)


def test_a_socket_unit_tells_its_ports() -> None:
    """Stream sockets with a port count; paths and datagrams do not."""
    (one,) = shown_units(SOCKET)

    assert ports_of(one) == (8080, 8081)
    assert one.triggers == ("shop.service",)


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    """Whatever is printed, reading it raises nothing."""
    shown_units(text)
    listed_names(text)
    seconds(text)
    list(environment_lines(text))
    logs.journal_lines(text.encode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("arguments", "ports"),
    [
        ("--port 8080", (8080,)),
        ("--port=8080", (8080,)),
        ("-p8080", (8080,)),
        ("--bind 0.0.0.0:8080", (8080,)),
        ("--listen-address=:9090", (9090,)),
        ("--web.listen-address=[::]:9090", (9090,)),
        ("-m http.server 8000", (8000,)),
        ("TCP-LISTEN:7000,fork TCP:10.0.0.1:7001", (7000,)),
        ("--redis-port 6379", ()),
        ("--upstream http://127.0.0.1:8080", ()),
        ("--db=localhost:5432", ()),
        ("--workers 8080", ()),
        ("--port many", ()),
        ("--port 99999", ()),
        ("--port", ()),
    ],
)
def test_only_settings_that_say_where_it_listens_name_a_port(arguments: str, ports: tuple[int, ...]) -> None:
    """An option for the own port counts, one for another service's does not."""
    assert ports_of(unit(program="shop", arguments=tuple(arguments.split()))) == ports


def test_a_program_that_connects_names_no_port_of_its_own() -> None:
    """`ssh -p 2222` is a client."""
    assert ports_of(unit(program="ssh", arguments=("-p", "2222", "host"))) == ()


@pytest.mark.parametrize(
    ("name", "fits"),
    [("shop", True), ("shop.service", True), ("SHOP", True), ("store", True), ("sho", False), ("shop.socket", False)],
)
def test_a_unit_answers_to_its_names(name: str, *, fits: bool) -> None:
    """With its type and without it, and to its aliases; not to a part of its name."""
    assert is_named(unit(names=("shop.service", "store.service")), name) is fits


def test_an_instance_answers_to_its_template() -> None:
    """`postgresql` means postgresql@15-main.service too, and its kind is known by its name or by its program."""
    instance = unit(id="postgresql@15-main.service")

    assert is_named(instance, "postgresql")
    assert serves_family(instance, family_of_scheme("postgresql"))
    assert serves_family(unit(program="redis-server"), family_of_scheme("redis"))
    assert not serves_family(instance, family_of_scheme("redis"))
    assert not serves_family(instance, None)


async def test_a_named_unit_is_told_with_its_last_words(tmp_path: Path) -> None:
    """The fact carries state and end, and of the log the errors and the last words of this run, spelled out."""
    journal = f"cat <<'END'\n{json.dumps(OLD)}\n{JOURNAL_TEXT}\nEND"
    where = machine(tmp_path, systemctl=showing(FAILED), journalctl=journal)

    (fact,) = await facts(ReadService(name="shop", port=8080), where)

    assert isinstance(fact, Service)
    assert (fact.name, fact.why, fact.active, fact.exit_status, fact.ports) == ("shop.service", "named", "failed", 1, (8080,))
    assert (fact.load, fact.enabled) == ("loaded", "enabled")
    assert [line.text for line in fact.log] == ["ready to serve", "bad\\x1b"]
    assert {line.where for line in fact.log} == {"journal"}
    assert "do not keep" not in str(fact)


async def test_a_unit_is_found_by_the_port_in_its_settings(tmp_path: Path) -> None:
    """Without a name, the unit whose settings name the port is told, and no other."""
    where = machine(tmp_path, systemctl=showing(FAILED, SEGFAULT))

    (found,) = await facts(ReadService(port=8080), where)
    assert isinstance(found, Service)
    assert (found.name, found.why) == ("shop.service", "port")
    assert await facts(ReadService(port=8081), where) == []


@pytest.mark.parametrize("setting", ["PrivateNetwork=yes", "NetworkNamespacePath=/run/netns/blue"])
async def test_a_unit_with_a_network_of_its_own_is_passed_over(tmp_path: Path, setting: str) -> None:
    """Its port is not this machine's, so it is not found by that; by its name it is."""
    where = machine(tmp_path, systemctl=showing(FAILED.replace("Type=simple", f"Type=simple\n{setting}")))

    assert await facts(ReadService(port=8080), where) == []
    assert len(await facts(ReadService(name="shop"), where)) == 1


async def test_a_port_in_an_environment_file_counts(tmp_path: Path) -> None:
    """EnvironmentFile= is read where it is a file; a FIFO is never opened."""
    (tmp_path / "settings").write_text("# the door\nPORT='7777'\nPASSWORD=secret\n")
    os.mkfifo(tmp_path / "fifo")
    text = FAILED.replace("/etc/default/shop", str(tmp_path / "settings")).replace("/etc/default/two", str(tmp_path / "fifo"))
    where = machine(tmp_path, systemctl=showing(text.replace('PORT=8080 "SECRET=do not keep"', "")))

    (found,) = await facts(ReadService(port=7777), where)

    assert isinstance(found, Service)
    assert found.ports == (7777,)
    assert "secret" not in str(found)


async def test_a_hidden_journal_is_said(tmp_path: Path) -> None:
    """Where this user may not read the journal, the fact says so, and what would allow it is told beside it."""
    journal = "echo 'No journal files were opened due to insufficient permissions.' >&2; exit 1"
    where = machine(tmp_path, systemctl=showing(FAILED), journalctl=journal)

    fact, hidden = await facts(ReadService(name="shop"), where)

    assert isinstance(fact, Service)
    assert fact.log_hidden
    assert isinstance(hidden, NotObserved)
    assert "systemd-journal" in hidden.remedy


async def test_a_kill_for_memory_is_found_in_the_kernels_log(tmp_path: Path) -> None:
    """A unit that signal KILL ended was killed for memory where the kernel says so of its process, and not of another."""
    text = SEGFAULT.replace("Status=11", "Status=9")
    for pid, killed in ((72, True), (73, False)):
        root = tmp_path / str(pid)
        root.mkdir()
        line = {"MESSAGE": f"Out of memory: Killed process {pid} (segv) total-vm:9kB", "PRIORITY": "3", "_PID": "0"}
        where = machine(root, systemctl=showing(text), journalctl=f"case \"$*\" in *dmesg*) echo '{json.dumps(line)}';; esac")

        (fact,) = await facts(ReadService(name="segv"), where)

        assert isinstance(fact, Service)
        assert fact.oom_killed is killed


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'System has not been booted with systemd as init system (PID 1).' >&2; exit 1", "not started by systemd"),
        ("echo 'Failed to connect to bus: No such file or directory' >&2; exit 1", "No such file or directory"),
        ("exit 1", "it said nothing"),
    ],
)
@pytest.mark.parametrize("name", ["shop", None])
async def test_a_machine_without_systemd_says_so_once(tmp_path: Path, script: str, reason: str, name: str | None) -> None:
    """Why systemd could not be asked is the one fact."""
    (fact,) = await facts(ReadService(name=name, port=8080), machine(tmp_path, systemctl=script))

    assert isinstance(fact, NotObserved)
    assert reason in fact.reason


async def test_a_unit_that_is_not_there_is_a_fact(tmp_path: Path) -> None:
    """A name that no unit has is told, and is no failure."""
    shown = "Id=nope.service\nNames=nope.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n"

    (fact,) = await facts(ReadService(name="nope"), machine(tmp_path, systemctl=showing(shown)))

    assert isinstance(fact, Service)
    assert (fact.name, fact.load) == ("nope.service", "not-found")


async def test_a_name_that_no_unit_can_have_is_asked_of_nobody(tmp_path: Path) -> None:
    """A name with other characters never becomes an argument."""
    where = machine(tmp_path, systemctl=f"touch {tmp_path}/asked")

    await facts(ReadService(name="--now; x"), where)

    assert not (tmp_path / "asked").exists()


async def test_a_pid_file_outlives_its_process(tmp_path: Path) -> None:
    """Without systemd, a pid file whose process is gone is told; one of a living process is not."""
    where = machine(tmp_path, systemctl="exit 1")
    (tmp_path / "run/redis").mkdir()
    (tmp_path / "run/redis/redis-server.pid").write_text(f"{2**22 + 5}\n")

    (fact,) = await facts(ReadService(port=6379, family="Redis"), where)

    assert isinstance(fact, Service)
    assert (fact.name, fact.manager, fact.active, fact.main_pid) == ("redis-server", "none", "gone", 2**22 + 5)
    (tmp_path / "run/redis/redis-server.pid").write_text(f"{os.getpid()}\n")
    assert pid_files.gone("redis-server", None, where) == []


def test_what_is_asked_for_is_what_is_read() -> None:
    """Each property is asked for once."""
    assert len(set(PROPERTIES)) == len(PROPERTIES)
