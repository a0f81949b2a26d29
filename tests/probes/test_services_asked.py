"""What systemd is asked for, word by word, and what becomes of each answer: on a machine whose programs are a table."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.probes.test_services import FAILED, JOURNAL, SEGFAULT, SOCKET
from tui.model.facts import AnyFact, LogLine, NotObserved, Service
from tui.model.requests import ReadService
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.tool import Finished
from tui.probes.services import logs, service
from tui.probes.services.units import PROPERTIES, environment_lines, listed_names, seconds, shown_units, signal_name

SHOW = ("systemctl", "show", "--no-pager", f"--property={','.join(PROPERTIES)}", "--")
LIST = ("systemctl", "list-unit-files", "--type=service,socket", "--no-legend", "--no-pager")
INODES = ("stat", "-L", "-c", "%i", "/proc/1/net/dev", "/proc/self/net/dev")
Answer = Finished | None


def said(text: str = "", errors: str = "", status: int = 0) -> Finished:
    """A program that ended so."""
    return Finished(output=text.encode(), errors=errors.encode(), status=status)


def _silent(_words: Sequence[str]) -> Answer:
    return said()


class Table:
    """A machine that answers each program by a function of its words."""

    def __init__(self, **programs: Callable[[Sequence[str]], Answer]) -> None:
        self.programs = programs
        self.asked: list[tuple[str, ...]] = []

    async def run(self, *commands: Sequence[str]) -> list[Answer]:
        """As `Here.run`; every command is kept."""
        self.asked += map(tuple, commands)
        return [self.programs.get(command[0], _silent)(command) for command in commands]


def systemctl(shown: str, listed: str = "shop.service enabled enabled\n") -> Callable[[Sequence[str]], Answer]:
    """A systemctl with these texts."""
    return lambda words: said(listed if "list-unit-files" in words else shown)


async def facts(table: Table, *, name: str | None = None, port: int | None = None) -> list[AnyFact]:
    """All facts of one look at that machine."""
    return [fact async for fact in service.check_on(table, ReadService(vantage="db-1", name=name, port=port))]


def only(seen: list[AnyFact]) -> Service:
    """The one unit of a look."""
    (fact,) = seen
    assert isinstance(fact, Service)
    return fact


async def test_a_unit_with_all_that_is_known_of_it() -> None:
    """Every field of the fact, from its own property."""
    table = Table(systemctl=systemctl(FAILED), journalctl=lambda _: said("\n".join(map(json.dumps, JOURNAL))))
    fact = only(await facts(table, name="shop"))

    at = 1795643196.0
    assert fact == Service(
        at=fact.at,
        name="shop.service",
        manager="systemd",
        vantage="db-1",
        why="named",
        load="loaded",
        active="failed",
        sub="failed",
        result="exit-code",
        enabled="enabled",
        path="/etc/systemd/system/shop.service",
        program="shop",
        exit_status=1,
        restarts=0,
        main_pid=70,
        started=at,
        ended=at,
        since=at,
        ports=(8080,),
        socket="shop.socket",
        log=(
            LogLine(where="journal", text="ready to serve", at=1795643196.716),
            LogLine(where="journal", text="bad\\x1b", at=1795643196.717),
        ),
        command="systemctl status shop.service; journalctl -u shop.service -n 50",
    )
    assert table.asked == [
        (*SHOW, "shop.service", "shop.socket", "shop@*.service"),
        INODES,
        ("journalctl", "--unit=shop.service", "--lines=60", "--output=json", "--no-pager"),
    ]


@pytest.mark.parametrize(
    ("name", "patterns"),
    [
        ("shop", ("shop.service", "shop.socket", "shop@*.service")),
        ("shop.service", ("shop.service",)),
        ("shop.socket", ("shop.socket",)),
        ("shop@1", ("shop@1.service", "shop@1.socket")),
        ("a.b", ("a.b.service", "a.b.socket", "a.b@*.service")),
    ],
)
async def test_what_a_name_may_mean(name: str, patterns: tuple[str, ...]) -> None:
    """The unit, its socket and its instances; a whole name means itself."""
    table = Table(systemctl=systemctl(""))
    await facts(table, name=name)

    assert table.asked[0] == (*SHOW, *patterns)


async def test_without_a_name_all_units_are_shown() -> None:
    """Those that are loaded by a pattern, those that are only installed by name: no templates, none of the manager's own."""
    own = "".join(
        f"{name}x.service static\n"
        for name in (
            *("systemd-", "getty", "user@", "user-runtime-dir", "dbus", "polkit", "emergency", "rescue", "initrd"),
            *("plymouth", "-", "\N{BULLET}"),
        )
    )
    listed = (
        own
        + "shop.service enabled\ntmpl@.service static\nb@1.socket static\n\n"
        + "".join(f"u{n}.service x\n" for n in range(500))
    )
    table = Table(systemctl=systemctl(FAILED, listed))
    await facts(table, port=1)

    assert table.asked[0] == LIST
    kept = ("shop.service", "b@1.socket", *(f"u{n}.service" for n in range(398)))
    assert table.asked[1:3] == [(*SHOW, "*.service", "*.socket", *kept), INODES]


async def test_the_managers_own_units_count_only_by_name() -> None:
    """`systemd-resolved` serves what was asked for by its name alone."""
    text = FAILED.replace("Id=shop", "Id=systemd-shop")

    assert not [fact for fact in await facts(Table(systemctl=systemctl(text)), port=8080) if isinstance(fact, Service)]
    assert only(await facts(Table(systemctl=systemctl(text)), name="systemd-shop")).name == "systemd-shop.service"


@pytest.mark.parametrize(
    ("inodes", "elsewhere"),
    [
        (said("5\n6\n"), True),
        (said("5\n5\n"), False),
        (said("5\n6\n", status=1), False),
        (said("5\n"), False),
        (said("5\n6\n7\n"), False),
        (said(), False),
        (None, False),
    ],
)
async def test_services_of_another_network_namespace(inodes: Answer, elsewhere: bool) -> None:
    """Where process 1 has another network than this look, its services listen there; what is not known is not claimed."""
    seen = await facts(Table(systemctl=systemctl(FAILED), stat=lambda _: inodes), name="shop")

    if not elsewhere:
        assert only(seen).name == "shop.service"
        return
    (why,) = seen
    assert isinstance(why, NotObserved)
    assert (why.reason, why.absent, why.command) == (service.ELSEWHERE, True, "systemctl --failed")


@pytest.mark.parametrize(
    ("answer", "reason", "absent"),
    [
        (None, "There is no systemd on that machine, or it gave no answer in time.", False),
        (
            said(errors="System has not been booted with systemd as init system", status=1),
            "That machine was not started by systemd",
            True,
        ),
        (said(errors="Failed to connect to bus: Host is down", status=1), "That machine was not started by systemd", True),
        (said(errors="\n \nAccess denied.\nmore", status=1), "systemd could not be asked: Access denied.", False),
        (said(status=1), "systemd could not be asked: it said nothing.", False),
        (said(errors="x" * 400, status=1), f"systemd could not be asked: {'x' * 300}….", False),
    ],
)
@pytest.mark.parametrize("name", ["shop", None])
async def test_why_systemd_shows_nothing(name: str | None, answer: Answer, reason: str, absent: bool) -> None:
    """It is not there, it did not start the machine, or it says why not; only the second means that there are no units."""
    (why,) = await facts(Table(systemctl=lambda _: answer), name=name, port=8080)

    assert isinstance(why, NotObserved)
    assert why.reason.startswith(reason)
    assert why.absent is absent


async def test_one_list_that_fails_leaves_the_other() -> None:
    """Units that are shown are told, though the list of files gave a status."""
    table = Table(systemctl=lambda words: said(status=1) if "list-unit-files" in words else said(FAILED))

    (why,) = await facts(table, port=8080)
    assert isinstance(why, NotObserved)
    assert "it said nothing" in why.reason
    assert len(table.asked) == 1


@pytest.mark.parametrize(("name", "unit"), [("nope", "nope.service"), ("nope.socket", "nope.socket"), ("--now", "--now.service")])
async def test_a_name_without_a_unit(name: str, unit: str) -> None:
    """Told as a unit that is not there; a word that no unit can be called is asked of nobody."""
    table = Table(systemctl=systemctl("Id=other.service\nLoadState=loaded\n"))
    fact = only(await facts(table, name=name))

    assert (fact.name, fact.load, fact.active, fact.manager, fact.vantage) == (unit, "not-found", "inactive", "systemd", "db-1")
    assert bool(table.asked) is not name.startswith("-")


def _files(**texts: str) -> Callable[[Sequence[str]], Answer]:
    """A `find` that prints the files that it was asked for, as head and tail do."""
    return lambda words: said("\n".join(f"==> {path} <==\n{texts[path[5:]]}" for path in words if path[5:] in texts))


async def test_environment_files_are_read_where_they_are_plain() -> None:
    """Of units that may serve, each path once, 4096 bytes each, forty at most; no patterns and nothing but whole paths."""
    units = "\n".join(
        f"Id=u{number}.service\nLoadState=loaded\nExecStart={{ path=/bin/u ; argv[]=/bin/u ; }}\n"
        f"EnvironmentFiles=/env/both (ignore_errors=no)\nEnvironmentFiles=/env/{number} (ignore_errors=yes)\n"
        for number in range(30)
    )
    other = "Id=once.service\nType=oneshot\nLoadState=loaded\nEnvironmentFiles=/env/once (ignore_errors=no)\n"
    odd = "Id=a.service\nLoadState=loaded\n" + "".join(
        f"EnvironmentFiles={path} (ignore_errors=no)\n" for path in ("/env/*", "/env/a?", "/env/[a]", "/env/%i", "rel")
    )
    table = Table(systemctl=systemctl(f"{odd}\n{other}\n{units}"), find=_files(both="HTTP_PORT=7000\n", **{"3": "PORT=7003\n"}))
    seen = await facts(table, port=7003)

    (asked,) = [words for words in table.asked if words[0] == "find"]
    assert asked == (
        *("find", "-L", "/env/both", *(f"/env/{number}" for number in range(20)), "-maxdepth", "0", "-type", "f", "-exec"),
        *("head", "-v", "-c", "4096", "{}", "+"),
    )
    assert only(seen).name == "u3.service"
    assert only(seen).ports == (7000, 7003)


async def test_no_file_is_read_for_a_name_or_without_files() -> None:
    """A unit that is named needs no port to be found, and one without files has none to read."""
    named, none = Table(systemctl=systemctl(FAILED)), Table(systemctl=systemctl(SOCKET))
    await facts(named, name="shop")
    await facts(none, port=8080)

    assert {words[0] for words in (*named.asked, *none.asked)} == {"systemctl", "stat", "journalctl"}


ENDED_WELL = (
    FAILED.replace("ActiveState=failed", "ActiveState=inactive")
    .replace("MainStatus=1", "MainStatus=0")
    .replace("status=1", "status=0")
)


@pytest.mark.parametrize(
    ("text", "journal", "dmesg"),
    [
        (FAILED, True, False),
        (FAILED.replace("ActiveState=failed", "ActiveState=inactive"), True, False),
        (ENDED_WELL, False, False),
        (FAILED.replace("ActiveState=failed", "ActiveState=active"), True, False),
        (SEGFAULT, True, False),
        (SEGFAULT.replace("Status=11", "Status=9"), True, True),
        (SEGFAULT.replace("Status=11", "Status=9").replace("Result=signal", "Result=oom-kill"), True, False),
        (SEGFAULT.replace("Status=11", "Status=9").replace("ActiveState=failed", "ActiveState=inactive"), True, True),
    ],
)  # fmt: skip
async def test_whose_last_words_are_asked_for(text: str, journal: bool, dmesg: bool) -> None:
    """Of all but those that were stopped and ended well; the kernel's too where KILL ended it and systemd does not know why."""
    table = Table(systemctl=systemctl(text))
    name = "segv" if "segv" in text else "shop"
    only(await facts(table, name=name))

    asked = [words for words in table.asked if words[0] == "journalctl"]
    assert (("journalctl", f"--unit={name}.service", "--lines=60", "--output=json", "--no-pager") in asked) is journal
    assert (("journalctl", "--dmesg", "--lines=400", "--output=json", "--no-pager") in asked) is dmesg


async def test_a_kill_for_memory_is_told_with_the_kernels_line() -> None:
    """By the kernel's own word of the process that the unit had, or by systemd's result."""
    line = json.dumps({"MESSAGE": "Out of memory: Killed process 72 (segv) total-vm:9kB", "PRIORITY": "3"})
    killed = SEGFAULT.replace("Status=11", "Status=9")
    by_kernel = Table(systemctl=systemctl(killed), journalctl=lambda words: said(line if "--dmesg" in words else ""))
    silent = Table(systemctl=systemctl(killed), journalctl=lambda _: None)
    by_systemd = Table(systemctl=systemctl(killed.replace("Result=signal", "Result=oom-kill")))
    seen = [only(await facts(table, name="segv")) for table in (by_kernel, silent, by_systemd)]

    assert [fact.oom_killed for fact in seen] == [True, False, True]
    assert [[entry.where for entry in fact.log] for fact in seen] == [["kernel"], [], []]
    assert {fact.signal for fact in seen} == {"KILL"}


@pytest.mark.parametrize(("active", "told"), [("failed", True), ("activating", True), ("active", False)])
async def test_the_log_file_of_a_service_that_keeps_one(active: str, told: bool) -> None:
    """Its end is told only where the service has failed or is starting: a file does not say when a run began."""
    text = FAILED.replace("shop", "redis-server").replace("ActiveState=failed", f"ActiveState={active}")
    path = "/var/log/redis/redis-server.log"
    table = Table(systemctl=systemctl(text), find=lambda _: said(f"==> {path} <==\nfine\nwell\nFatal error: no\nbye\n"))
    fact = only(await facts(table, name="redis-server"))

    (asked,) = [words for words in table.asked if words[0] == "find"]
    assert asked[1:] == ("-L", path, "-maxdepth", "0", "-type", "f", "-exec", "tail", "-v", "-c", "16384", "{}", "+")
    words = ("Fatal error: no", "bye") if told else ()
    assert [(line.where, line.text) for line in fact.log] == [(path, each) for each in words]


async def test_a_journal_that_is_hidden_is_told_once() -> None:
    """Where nothing at all was shown and journalctl says why; lines that are there are not hidden."""
    words = "insufficient permissions"
    hidden = Table(systemctl=systemctl(FAILED), journalctl=lambda _: said(errors=words))
    shown = Table(systemctl=systemctl(FAILED), journalctl=lambda _: said(json.dumps(JOURNAL[2]), words))
    fact, why = await facts(hidden, name="shop")

    assert isinstance(fact, Service)
    assert isinstance(why, NotObserved)
    assert (fact.log_hidden, why.reason) == (True, "This user may not read the journal of shop.service.")
    assert why.command == fact.command
    assert not only(await facts(shown, name="shop")).log_hidden


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("/usr/bin/shop --port 1", "shop"),
        ("/usr/bin/env A=1 B=2 /usr/bin/shop C=3", "shop"),
        ("/usr/bin/env shop --port 1", "shop"),
        ("/usr/bin/env A=1 shop", "shop"),
        ("/usr/bin/python3 /srv/shop.py", "shop.py"),
        ("/usr/bin/env A=1", ""),
    ],
)
async def test_the_program_is_that_of_its_process(command: str, program: str) -> None:
    """As `ps` shows it: what `env` runs, not `env`."""
    path = command.split(maxsplit=1)[0]
    started = f"{{ path={path} ; argv[]={command} ; ignore_errors=no ; }}"
    text = f"Id=shop.service\nLoadState=loaded\nActiveState=active\nExecStart={started}\n"

    assert (only(await facts(Table(systemctl=systemctl(text)), name="shop")).program or "") == program


async def test_what_serves_comes_before_what_starts_it() -> None:
    """Debian's `postgresql.service` only starts its instances; alone it is told all the same."""
    starter = "Id=pg.service\nType=oneshot\nLoadState=loaded\nActiveState=active\n"
    instance = "Id=pg@15-main.service\nType=forking\nLoadState=loaded\nActiveState=active\n"

    assert only(await facts(Table(systemctl=systemctl(f"{starter}\n{instance}")), name="pg")).name == "pg@15-main.service"
    assert only(await facts(Table(systemctl=systemctl(starter)), name="pg")).name == "pg.service"


def test_the_end_of_a_process_that_its_command_tells() -> None:
    """What the start check or the start itself ended with, where the main process has no end of its own."""

    def end(**more: str) -> tuple[int | None, str | None]:
        (unit,) = shown_units("Id=a.service\n" + "".join(f"{key}={value}\n" for key, value in more.items()))
        return unit.exit_status, unit.signal

    def command(code: str, status: int) -> str:
        return f"{{ path=/bin/a ; argv[]=/bin/a ; ignore_errors=no ; pid=1 ; code={code} ; status={status} }}"

    assert end(ExecStartPre=command("exited", 2), ExecStart=command("exited", 3)) == (2, None)
    assert end(ExecStartPre=command("exited", 0), ExecStart=command("killed", 9)) == (None, "KILL")
    assert end(ExecMainCode="1", ExecMainStatus="4", ExecStart=command("exited", 3)) == (4, None)
    assert end(ExecMainCode="1", ExecMainStatus="0", Result="exit-code", ExecStart=command("exited", 3)) == (3, None)
    assert end(ExecMainCode="1", ExecMainStatus="0", Result="success", ExecStart=command("exited", 3)) == (0, None)
    assert end(ExecMainCode="1", ExecMainStatus="0", Result="timeout") == (0, None)
    assert end() == (None, None)


def test_a_unit_without_properties_has_nothing() -> None:
    """What systemd leaves out is empty or not known, and no time is made up."""
    (unit,) = shown_units("Id=a.service\n")

    assert (unit.started, unit.ended, unit.since, unit.restarts, unit.last_pid, unit.exit_status) == (None,) * 6
    assert (unit.names, unit.arguments, unit.environment, unit.environment_files, unit.triggered_by) == ((),) * 5
    assert (unit.program, unit.load, unit.running, unit.apart) == ("", "", False, False)
    assert (unit.listens, unit.triggers) == ((), ())


@pytest.mark.parametrize(
    ("line", "apart"),
    [
        ("PrivateNetwork=yes", True),
        ("PrivateNetwork=no", False),
        ("NetworkNamespacePath=/run/n", True),
        ("NetworkNamespacePath=", False),
    ],
)
def test_a_unit_with_a_network_of_its_own(line: str, apart: bool) -> None:
    """Either setting of systemd.exec(5)."""
    (unit,) = shown_units(f"Id=a.service\n{line}\n")
    assert unit.apart is apart


def test_two_thousand_units_are_read() -> None:
    """Of what is shown, and of a list; blank lines are none, the first of two of one name counts."""
    assert len(shown_units("\n".join(f"Id={number}.service\n" for number in range(2100)))) == 2000
    assert len(listed_names("".join(f"{number}.service x\n" for number in range(2100)))) == 2000
    assert listed_names("\n  \na@.service static\nb.socket static\n") == ["b.socket"]
    first, second = "Id=a.service\nActiveState=active\n", "Id=a.service\nActiveState=failed\n"
    assert [unit.active for unit in shown_units(f"{first}\n{second}\nActiveState=x\n")] == ["active"]


def test_numbers_times_and_signals() -> None:
    """As systemd prints them in UTC; anything else is not known."""
    assert seconds("Thu 1970-01-01 00:01:40 UTC") == 100.0
    assert seconds("n/a") is None
    assert seconds("Thu 1970-01-01 00:01:40 CET") is None
    assert (signal_name(11), signal_name(63), signal_name(999), signal_name(0), signal_name(None)) == (
        "SEGV",
        "63",
        "999",
        None,
        None,
    )


def test_assignments_of_an_environment_file() -> None:
    """Without quotes of either kind; comments and other lines are none."""
    text = "# A=1\n; B=2\n C=3 \nD=\"4\"\nE='5'\nF\n=7\n"

    assert list(environment_lines(text)) == ["C=3", "D=4", "E=5", "=7"]


ENTRY = {"MESSAGE": "x", "PRIORITY": "6", "_PID": "7", "__REALTIME_TIMESTAMP": "1500000"}


@pytest.mark.parametrize(
    ("change", "line", "grave"),
    [
        ({}, LogLine(where="journal", text="x", at=1.5), False),
        ({"PRIORITY": "3"}, LogLine(where="journal", text="x", at=1.5), True),
        ({"PRIORITY": "4"}, LogLine(where="journal", text="x", at=1.5), False),
        ({"PRIORITY": "high"}, LogLine(where="journal", text="x", at=1.5), False),
        ({"PRIORITY": None}, LogLine(where="journal", text="x", at=1.5), False),
        ({"_PID": "1"}, LogLine(where="systemd", text="x", at=1.5), False),
        ({"__REALTIME_TIMESTAMP": "soon"}, LogLine(where="journal", text="x", at=None), False),
        ({"__REALTIME_TIMESTAMP": None}, LogLine(where="journal", text="x", at=None), False),
        ({"MESSAGE": [104, 105, 256 + 33]}, LogLine(where="journal", text="hi!", at=1.5), False),
        ({"MESSAGE": "y" * 400}, LogLine(where="journal", text="y" * 300 + "…", at=1.5), False),
        ({"MESSAGE": ""}, None, False),
        ({"MESSAGE": None}, None, False),
    ],
)
def test_an_entry_of_the_journal(change: dict[str, object], line: LogLine | None, grave: bool) -> None:
    """Priority below `warning` is grave, process 1 is systemd, bytes are text; an entry without words is none."""
    entry = json.dumps({key: value for key, value in (ENTRY | change).items() if value is not None})

    assert logs.journal_lines(entry.encode()) == ([(line, grave)] if line else [])
    if line:
        ((kernel, _),) = logs.journal_lines(entry.encode(), "kernel")
        assert kernel.where == "kernel"
    assert logs.journal_lines(f"-- No entries --\n{entry}\n[]\n".encode()) == logs.journal_lines(entry.encode())


def test_of_the_journal_four_hundred_entries_are_read() -> None:
    """The last ones."""
    text = "\n".join(json.dumps(ENTRY | {"MESSAGE": str(number)}) for number in range(500))

    assert [line.text for line, _ in logs.journal_lines(text.encode())] == [str(number) for number in range(100, 500)]


def test_the_end_of_a_log_file() -> None:
    """Sixty lines, without empty ones; the first of a tail that is as long as was asked for may be cut, and is left out."""
    short = logs.file_lines(b"one\n\n  two  \n", "/var/log/a")
    whole = logs.file_lines(b"".join(b"%d\n" % number for number in range(100)), "/var/log/a")
    first, last = b"cut\n", b"last\n"
    full = first + last.rjust(logs.TAIL_BYTES - len(first), b"x")

    assert [(line.where, line.text, grave) for line, grave in short] == [
        ("/var/log/a", "one", False),
        ("/var/log/a", "two", False),
    ]
    assert [line.text for line, _ in whole] == [str(number) for number in range(40, 100)]
    assert len(full) == 16_384
    assert len(logs.file_lines(full, "a")) == 1
    assert len(logs.file_lines(full[1:], "a")) == 2


def _lines(*texts: str, where: str = "journal", at: float | None = None) -> list[tuple[LogLine, bool]]:
    return [(LogLine(where=where, text=text, at=at), False) for text in texts]


def test_which_lines_are_telling() -> None:
    """Errors, the last two of the service itself, and each only once, the newest; twelve in all."""
    chatter = _lines("a", "b", "bind() to 0.0.0.0:80 failed", "c", "d")
    repeated = _lines(*(f"error {number}" for number in range(5)), "fine")

    assert [line.text for line in logs.telling(chatter)] == ["bind() to 0.0.0.0:80 failed", "c", "d"]
    assert [line.text for line in logs.telling([*chatter, *_lines("Stopped.", where="systemd")])] == [
        "bind() to 0.0.0.0:80 failed",
        "c",
        "d",
    ]
    assert [line.text for line in logs.telling(repeated)] == ["error 4", "fine"]
    many = logs.telling(_lines(*(f"error {chr(97 + number)}" for number in range(20))))
    assert [line.text for line in many] == [f"error {chr(97 + number)}" for number in range(8, 20)]
    assert [line.text for line in logs.telling([(LogLine(where="systemd", text="odd"), True), *_lines("x", "y", "z")])] == [
        "odd",
        "y",
        "z",
    ]


@pytest.mark.parametrize(
    ("at", "restarts", "kept"), [(98.0, 0, True), (97.9, 0, False), (40.0, 1, True), (39.9, 1, False), (None, 0, True)]
)
def test_which_lines_are_of_the_last_run(at: float | None, restarts: int, kept: bool) -> None:
    """Two seconds before the start for what is checked before it, a minute where its manager restarts it."""
    now = _lines("now", at=100.0)
    line = _lines("then", at=at)

    assert logs.of_last_run([*line, *now], 100.0, restarts) == ([*line, *now] if kept else now)
    assert logs.of_last_run([*line, *now], None, restarts) == [*line, *now]
    assert logs.of_last_run(line, 100.0, restarts) == line


@pytest.mark.parametrize(
    ("environ", "users"),
    [({}, [False]), ({"XDG_RUNTIME_DIR": "/run/user/7"}, [False, True]), ({"DBUS_SESSION_BUS_ADDRESS": "x"}, [False, True])],
)
async def test_the_users_own_manager_is_asked_where_there_is_one(
    environ: dict[str, str], users: list[bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the environment of a session; its units are told as the user's own, with the commands for them."""
    table = Table(systemctl=systemctl(FAILED))
    monkeypatch.setattr(service, "Here", lambda _system: table)
    (tmp_path / "systemd" / "system").mkdir(parents=True)
    seen = [fact async for fact in service.check(ReadService(name="shop"), SystemView(environ=environ, run=tmp_path))]

    assert [words[1] == "--user" for words in table.asked if words[0] == "systemctl"] == users
    assert [fact.manager for fact in seen if isinstance(fact, Service)] == ["systemd", "systemd-user"][: len(users)]
    assert [fact.command for fact in seen if isinstance(fact, Service)][1:] == [
        "systemctl --user status shop.service; journalctl --user-unit shop.service -n 50"
    ] * (len(users) - 1)


async def test_systemctl_is_not_asked_where_systemd_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without systemd no program is run, and the machine is known to have no units."""
    table = Table(systemctl=systemctl(FAILED))
    monkeypatch.setattr(service, "Here", lambda _system: table)
    (told,) = [fact async for fact in service.check(ReadService(name="shop"), SystemView(environ={}, run=tmp_path))]

    assert table.asked == []
    assert isinstance(told, NotObserved)
    assert told.absent
    assert "not started by systemd" in told.reason
