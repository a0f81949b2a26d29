"""The text of systemctl as units. Sources: systemctl(1), org.freedesktop.systemd1(5), systemd.service(5).

Law: what a unit's settings say passes `safe_text`, and of its environment nothing is kept but the ports it names.
"""

import re
import signal
from calendar import timegm
from collections.abc import Iterator
from contextlib import suppress
from time import strptime

from msgspec import Struct

from tui.model.numbers import decimal_number
from tui.model.safe_text import safe_line, safe_name

PROPERTIES = (
    *("Id", "LoadState", "ActiveState", "SubState", "Result", "UnitFileState", "FragmentPath", "Type", "Restart"),
    *("ExecMainStatus", "ExecMainCode", "ExecMainPID", "MainPID", "NRestarts", "StateChangeTimestamp"),
    *(
        "ExecMainStartTimestamp",
        "ExecMainExitTimestamp",
        "ExecStart",
        "ExecStartPre",
        "Environment",
        "EnvironmentFiles",
        "TriggeredBy",
    ),
    *("Listen", "Triggers", "Names", "PrivateNetwork", "NetworkNamespacePath"),
)
MOST_UNITS = 2000
"""Units read from one list; a busy machine has three hundred."""
_CODES = {"1": "exited", "2": "killed", "3": "dumped"}
"""ExecMainCode: CLD_EXITED, CLD_KILLED, CLD_DUMPED (waitid(2))."""
_ENDED = re.compile(r"code=(exited|killed|dumped) ; status=(\d{1,20})")
_PROGRAM = re.compile(r"\{ path=(\S+) ;")
_ENVIRONMENT_FILE = re.compile(r"^(/\S+) \(ignore_errors=")
_LISTEN = re.compile(r"^(.*\S) \((\w+)\)$")


class Unit(Struct, frozen=True, kw_only=True):
    """One unit, as its manager shows it."""

    id: str
    names: tuple[str, ...] = ()
    user: bool = False
    """Whether the user's own manager has it."""
    load: str = ""
    active: str = ""
    sub: str = ""
    result: str = ""
    enabled: str = ""
    path: str = ""
    type: str = ""
    program: str = ""
    """The base name of the program in ExecStart=."""
    arguments: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    environment_files: tuple[str, ...] = ()
    exit_status: int | None = None
    signal: str | None = None
    last_pid: int | None = None
    running: bool = False
    restarts: int | None = None
    started: float | None = None
    ended: float | None = None
    since: float | None = None
    triggered_by: tuple[str, ...] = ()
    listens: tuple[str, ...] = ()
    """Of a socket unit: the stream sockets that it names."""
    triggers: tuple[str, ...] = ()
    apart: bool = False
    """Whether it runs in a network namespace of its own, so that its port is not this machine's."""


def shown_units(text: str, *, user: bool = False) -> list[Unit]:
    """The units in the text of `systemctl show`, each once; those without a name are left out."""
    units: dict[str, Unit] = {}
    for block in text.split("\n\n")[:MOST_UNITS]:
        pairs = [(key, value) for key, _, value in (line.partition("=") for line in block.splitlines())]
        named = dict(reversed(pairs))  # ExecStart= may come several times; the first counts
        name = named.get("Id", "")
        if name and name not in units:
            units[name] = _unit(named, pairs, user=user)
    return list(units.values())


def _unit(shown: dict[str, str], pairs: list[tuple[str, str]], *, user: bool) -> Unit:
    code, status = _end(shown)
    pid, main = decimal_number(shown.get("ExecMainPID")), decimal_number(shown.get("MainPID"))
    command = shown.get("ExecStart", "")
    program = _PROGRAM.search(command)
    sockets = (_LISTEN.match(value) for key, value in pairs if key == "Listen")
    files = (_ENVIRONMENT_FILE.match(value) for key, value in pairs if key == "EnvironmentFiles")
    return Unit(
        id=safe_line(shown["Id"]),
        names=tuple(safe_line(name) for name in shown.get("Names", "").split()),
        user=user,
        load=_word(shown, "LoadState"),
        active=_word(shown, "ActiveState"),
        sub=_word(shown, "SubState"),
        result=_word(shown, "Result"),
        enabled=_word(shown, "UnitFileState"),
        path=safe_line(shown.get("FragmentPath", "")),
        type=_word(shown, "Type"),
        program=safe_name(program[1].rpartition("/")[2]) if program else "",
        arguments=tuple(_between(command, "argv[]=", " ; ignore_errors=").split()[1:]),
        environment=tuple(shown.get("Environment", "").split()),
        environment_files=tuple(match[1] for match in files if match),
        exit_status=status if code == "exited" else None,
        signal=signal_name(status) if code in {"killed", "dumped"} else None,
        last_pid=main or pid or None,
        running=bool(main),
        restarts=decimal_number(shown.get("NRestarts")),
        started=seconds(shown.get("ExecMainStartTimestamp", "")) or seconds(_between(command, "start_time=[", "]")),
        ended=seconds(shown.get("ExecMainExitTimestamp", "")),
        since=seconds(shown.get("StateChangeTimestamp", "")),
        triggered_by=tuple(safe_line(name) for name in shown.get("TriggeredBy", "").split()),
        listens=tuple(safe_line(match[1]) for match in sockets if match and match[2] == "Stream"),
        apart=shown.get("PrivateNetwork") == "yes" or bool(shown.get("NetworkNamespacePath")),
        triggers=tuple(safe_line(name) for name in shown.get("Triggers", "").split()),
    )


def _end(shown: dict[str, str]) -> tuple[str, int | None]:
    """How the main process ended, or else the command that should have started it (of a forking service, or before the start)."""
    code, status = _CODES.get(shown.get("ExecMainCode", ""), ""), decimal_number(shown.get("ExecMainStatus"))
    if code and (status or shown.get("Result") == "success"):
        return code, status
    ends = (_ENDED.search(shown.get(name, "")) for name in ("ExecStartPre", "ExecStart"))
    return next(((end[1], int(end[2])) for end in ends if end and int(end[2])), (code, status))


def listed_names(text: str) -> list[str]:
    """The unit names in the text of `systemctl list-unit-files --no-legend`; templates are left out."""
    names = (line.split(maxsplit=1)[0] for line in text.splitlines()[:MOST_UNITS] if line.strip())
    return [name for name in names if not name.rpartition(".")[0].endswith("@")]


def signal_name(number: int | None) -> str | None:
    """`SEGV` for 11; the number itself where it has no name."""
    with suppress(ValueError):
        return signal.Signals(number or 0).name.removeprefix("SIG")
    return str(number) if number else None


def seconds(text: str) -> float | None:
    """`Wed 2026-11-25 21:46:36 UTC` in seconds since the epoch; None for anything else."""
    with suppress(ValueError):
        return float(timegm(strptime(text.partition(" ")[2].removesuffix(" UTC"), "%Y-%m-%d %H:%M:%S")))
    return None


def stem(name: str) -> str:
    """`postgresql` for `postgresql@15-main.service`."""
    bare = name.rpartition(".")[0] if name.endswith((".service", ".socket")) else name
    return bare.partition("@")[0]


def environment_lines(text: str) -> Iterator[str]:
    """The assignments in an environment file, without their quotes (systemd.exec(5), EnvironmentFile=)."""
    for line in text.splitlines():
        name, assigned, value = line.strip().partition("=")
        if assigned and not name.startswith(("#", ";")):
            yield f"{name}={value.strip().strip(chr(34)).strip(chr(39))}"


def _between(text: str, before: str, after: str) -> str:
    """What stands between the first `before` and the next `after`; nothing where one of them is missing."""
    inner, ended, _ = text.partition(before)[2].partition(after)
    return inner if ended else ""


def _word(shown: dict[str, str], name: str) -> str:
    return safe_name(shown.get(name, ""))
