"""The units that may serve a port, from systemd and their logs; and processes that left only a pid file.

Law: it only reads. systemd is asked in three rounds (which units there are, how they stand, what they said last),
with a few programs at once in each; a command prefix runs the same programs elsewhere. Of settings only ports are kept.
"""

import re
from collections.abc import AsyncGenerator
from itertools import dropwhile

from msgspec import Struct

from tui.model.command_line import quoted
from tui.model.facts import AnyFact, LogLine, NotObserved, Service
from tui.model.facts.service import Why
from tui.model.program_names import last_part, script
from tui.model.requests import ReadService
from tui.model.safe_text import safe_line, safe_name
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.kernel.tool import Finished
from tui.probes.services import logs, pid_files
from tui.probes.services.candidates import chosen, family_named, serves
from tui.probes.services.machine import Command, Here, Machine
from tui.probes.services.units import PROPERTIES, Unit, environment_lines, listed_names, shown_units

MOST_NAMES = 400
"""Unit files that are shown besides the units that are loaded; a machine has some two hundred."""
MOST_SETTINGS = 40
"""Environment files that are read."""
SETTINGS_BYTES = 4096
_OWN = ("systemd-", "getty", "user@", "user-runtime-dir", "dbus", "polkit", "emergency", "rescue", "initrd", "plymouth")
"""The manager's own units, which serve no port."""
_NAME = re.compile(r"[A-Za-z0-9][\w:.@\\-]*")
_MANAGERS = {False: (), True: ("--user",)}
_SAME_NETWORK = ("stat", "-L", "-c", "%i", "/proc/1/net/dev", "/proc/self/net/dev")
"""Each network namespace has files of its own there, and every user may ask for their inodes (measured on Linux 6.18)."""
BOTH = 2
ELSEWHERE = "systemd's services listen in another network namespace than the one this check ran in."
_FILE_HEADER = re.compile(r"^==> (.+) <==$", re.MULTILINE)


class _Survey(Struct, frozen=True):
    """What a machine's managers show: the units that may be meant, or why there are none."""

    units: list[Unit]
    why_not: str = ""
    """Why the system's manager could not be asked, as a sentence; empty where it was."""
    is_absent: bool = False
    """Whether there is no manager to ask, whose services could listen here."""
    is_elsewhere: bool = False
    """Whether systemd's services listen in another network namespace than the one this check runs in."""


_NOT_STARTED = _Survey([], "That machine was not started by systemd, so it has no units.", is_absent=True)


class _Candidate(Struct, frozen=True):
    """A unit that may serve the port: why, and the ports that its settings name."""

    unit: Unit
    why: Why
    ports: tuple[int, ...]


async def check(request: ReadService, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield a Service for each unit here that may serve the port; else for processes that left only a pid file; or why not."""
    user = bool(system.environ.get("XDG_RUNTIME_DIR") or system.environ.get("DBUS_SESSION_BUS_ADDRESS"))
    machine = Here(system)
    # Without systemd, systemctl reads every unit file before it says so: a second here.
    survey = await _survey(machine, request, _managers(user=user)) if system.has_systemd else _NOT_STARTED
    exists = False
    missing: AnyFact | None = None
    async for fact in _facts(machine, request, survey):
        exists = exists or (isinstance(fact, Service) and fact.load != "not-found")
        if exists:
            yield fact
        else:
            missing = fact
    if exists:
        return
    # In another network namespace a pid file says nothing about this one either.
    left = [] if survey.is_elsewhere else await in_thread(pid_files.gone, request.name, family_named(request.family), system)
    for process in left:
        yield Service(
            name=process.name,
            manager="none",
            why="named" if request.name else "family",
            active="gone",
            path=process.path,
            main_pid=process.pid,
            started=process.written,
            command=f"cat {quoted(process.path)}; ls -d /proc/{process.pid}",
        )
    if missing and not left:
        yield missing


async def check_on(machine: Machine, request: ReadService) -> AsyncGenerator[AnyFact, None]:
    """Yield a Service for each unit of the system's manager on `machine` that may serve the port; or why there is none."""
    async for fact in _facts(machine, request, await _survey(machine, request, _managers(user=False))):
        yield fact


def _managers(*, user: bool) -> tuple[bool, ...]:
    """The managers to ask: the system's, and with `user` the user's own (True)."""
    return (False, True) if user else (False,)


async def _facts(machine: Machine, request: ReadService, survey: _Survey) -> AsyncGenerator[AnyFact, None]:
    units = survey.units
    if not units and survey.why_not:
        yield NotObserved(request=request, reason=survey.why_not, absent=survey.is_absent, command="systemctl --failed")
        return
    environments = {} if request.name else await _environments(machine, units)
    candidates = [_Candidate(*chosen_unit) for chosen_unit in _chosen(request, units, environments)]
    if request.name and not candidates:
        name = request.name if "." in request.name else f"{request.name}.service"
        yield Service(name=safe_line(name), manager="systemd", vantage=request.vantage, load="not-found", active="inactive")
        return
    facts = await _with_logs(machine, candidates, request.vantage)
    for fact in facts:
        yield fact
    hidden = [fact.name for fact in facts if fact.log_hidden]
    if hidden:
        yield NotObserved(
            request=request,
            reason=f"This user may not read the journal of {hidden[0]}.",
            remedy="Run as root, or as a member of the group systemd-journal.",
            command=facts[0].command,
        )


def _chosen(
    request: ReadService, units: list[Unit], environments: dict[str, list[str]]
) -> list[tuple[Unit, Why, tuple[int, ...]]]:
    candidates = chosen(
        units, name=request.name, port=request.port, family=family_named(request.family), environments=environments
    )
    # Debian's `postgresql.service` only starts others, such as postgresql@15-main.service.
    serving = [candidate for candidate in candidates if serves(candidate[0])]
    return serving or candidates


async def _survey(machine: Machine, request: ReadService, managers: tuple[bool, ...]) -> _Survey:
    """Ask the managers for the units that may be meant."""
    if request.name is not None and not _NAME.fullmatch(request.name):
        return _Survey([])  # no unit has such a name (systemd.unit(5))
    names: dict[bool, list[str]] = {}
    if request.name is not None:
        names = dict.fromkeys(managers, _patterns(request.name))
    else:
        lists = await machine.run(
            *(
                ("systemctl", *_MANAGERS[user], "list-unit-files", "--type=service,socket", "--no-legend", "--no-pager")
                for user in managers
            )
        )
        for manager, listed in zip(managers, lists, strict=True):
            if listed is None or listed.status:
                names[manager] = []
            else:
                every = listed_names(listed.output.decode(errors="backslashreplace"))
                kept = [name for name in every if _NAME.fullmatch(name) and not name.startswith(_OWN)][:MOST_NAMES]
                names[manager] = ["*.service", "*.socket", *kept]
        if not any(names.values()):
            return _without_units(lists[0])
    asked = [manager for manager in managers if names[manager]]
    *shown, inodes = await machine.run(*(_show(names[user], user=user) for user in asked), _SAME_NETWORK)
    if _is_elsewhere(inodes):
        return _Survey([], ELSEWHERE, is_absent=True, is_elsewhere=True)
    units = [
        unit
        for manager, listing in zip(asked, shown, strict=True)
        if listing
        for unit in shown_units(listing.output.decode(errors="backslashreplace"), user=manager)
        if not unit.id.startswith(_OWN) or request.name
    ]
    return _Survey(units) if units else _without_units(shown[0])


def _is_elsewhere(listing: Finished | None) -> bool:
    """Whether this check runs in another network namespace than process 1, by the inodes of the same file in both."""
    inodes = listing.output.split() if listing and not listing.status else []
    return len(inodes) == BOTH and inodes[0] != inodes[1]


def _patterns(name: str) -> list[str]:
    """The units that the person may mean: the unit itself, its socket, or instances of it."""
    if name.endswith((".service", ".socket")):
        return [name]
    return [f"{name}.service", f"{name}.socket", *([] if "@" in name else [f"{name}@*.service"])]


def _show(names: list[str], *, user: bool) -> Command:
    return "systemctl", *_MANAGERS[user], "show", "--no-pager", f"--property={','.join(PROPERTIES)}", "--", *names


def _without_units(listing: Finished | None) -> _Survey:
    """Why systemd showed nothing: it is not there, or could not be asked."""
    if listing is None:
        return _Survey([], "There is no systemd on that machine, or it gave no answer in time.")
    errors = listing.errors.decode(errors="backslashreplace")
    if "not been booted with systemd" in errors or "Host is down" in errors:
        return _NOT_STARTED
    first = safe_line(next((line for line in errors.splitlines() if line.strip()), "")).rstrip(".")
    return _Survey([], f"systemd could not be asked: {first or 'it said nothing'}.")


async def _environments(machine: Machine, units: list[Unit]) -> dict[str, list[str]]:
    """The assignments in the units' environment files, by unit."""
    wanted = [(unit.id, path) for unit in units if serves(unit) for path in unit.environment_files if _is_plain(path)][
        :MOST_SETTINGS
    ]
    if not wanted:
        return {}
    texts = await _heads(machine, list(dict.fromkeys(path for _, path in wanted)), ("head", "-v", "-c", str(SETTINGS_BYTES)))
    environments: dict[str, list[str]] = {}
    for unit, path in wanted:
        environments.setdefault(unit, []).extend(environment_lines(texts.get(path, "")))
    return environments


async def _heads(machine: Machine, paths: list[str], reader: Command) -> dict[str, str]:
    """What `reader` prints of those `paths` that are files, by path; a FIFO or a device is never opened."""
    (done,) = await machine.run(("find", "-L", *paths, "-maxdepth", "0", "-type", "f", "-exec", *reader, "{}", "+"))
    pieces = _FILE_HEADER.split(done.output.decode(errors="backslashreplace"))[1:] if done else []
    return dict(zip(pieces[::2], pieces[1::2], strict=False))


def _is_plain(path: str) -> bool:
    return path.startswith("/") and not any(char in path for char in "*?[%")


async def _with_logs(machine: Machine, candidates: list[_Candidate], vantage: str | None) -> list[Service]:
    """The facts, with the last log lines of each unit except those that are stopped and ended well."""
    logged = [item for item in candidates if item.unit.active != "inactive" or item.unit.exit_status or item.unit.signal]
    killed = any(item.unit.signal == "KILL" and item.unit.result != "oom-kill" for item in logged)
    commands: list[Command] = [_journal(item.unit) for item in logged]
    if killed:
        commands.append(("journalctl", "--dmesg", f"--lines={logs.KERNEL_LINES}", "--output=json", "--no-pager"))
    journals = await machine.run(*commands) if commands else []
    kernel = logs.journal_lines(journals[-1].output, "kernel") if killed and journals[-1] else []
    paths = [path for item in logged for path in logs.files_of(item.unit.id)]
    texts = await _heads(machine, paths, ("tail", "-v", "-c", str(logs.TAIL_BYTES))) if paths else {}
    by_unit = dict(zip((item.unit.id for item in logged), journals, strict=False))
    return [_fact(item, by_unit.get(item.unit.id), kernel, texts, vantage) for item in candidates]


def _program(unit: Unit) -> str:
    """The program in ExecStart=; the script, where that only runs it."""
    words = [unit.program, *unit.arguments]
    if words[0] == "env":  # with its assignments (env(1))
        words = list(dropwhile(lambda word: "=" in word, words[1:]))
    return script(words) or safe_name(last_part(words[0]) if words else "")


def _journal(unit: Unit) -> Command:
    kind = "--user-unit" if unit.user else "--unit"
    return "journalctl", f"{kind}={unit.id}", f"--lines={logs.MOST_READ}", "--output=json", "--no-pager"


def _by_hand(unit: Unit) -> str:
    name = quoted(unit.id)
    if unit.user:
        return f"systemctl --user status {name}; journalctl --user-unit {name} -n 50"
    return f"systemctl status {name}; journalctl -u {name} -n 50"


def _fact(
    candidate: _Candidate,
    journal: Finished | None,
    kernel: list[tuple[LogLine, bool]],
    texts: dict[str, str],
    vantage: str | None,
) -> Service:
    unit = candidate.unit
    lines = logs.journal_lines(journal.output) if journal else []
    filed = [line for path in logs.files_of(unit.id) for line in logs.file_lines(texts.get(path, "").encode(), path)]
    # A file does not show when a run began, so its last lines are reported only if the service has failed or is starting.
    log = logs.telling(logs.of_last_run(lines, unit.started, restarts=unit.restarts or 0))
    log = (*log, *(logs.telling(filed) if unit.active in {"failed", "activating"} else ()))[-logs.MOST_KEPT :]
    oom = logs.out_of_memory_kill(kernel, unit.last_pid)
    hidden = journal is not None and not lines and b"insufficient permissions" in journal.errors
    return Service(
        name=unit.id,
        manager="systemd-user" if unit.user else "systemd",
        vantage=vantage,
        why=candidate.why,
        load=unit.load or None,
        active=unit.active or None,
        sub=unit.sub or None,
        result=unit.result or None,
        enabled=unit.enabled or None,
        path=unit.path or None,
        program=_program(unit) or None,
        exit_status=unit.exit_status,
        signal=unit.signal,
        oom_killed=unit.result == "oom-kill" or oom is not None,
        restarts=unit.restarts,
        main_pid=unit.last_pid,
        started=unit.started,
        ended=None if unit.running else unit.ended,
        since=unit.since,
        ports=candidate.ports,
        socket=next(iter(unit.triggered_by), None),
        log=(*log, *((oom,) if oom else ())),
        log_hidden=hidden,
        command=_by_hand(unit),
    )
