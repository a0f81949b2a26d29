"""Readings of a case about the service that is meant: its unit, how it ended, and what its log says.

Law: a service is the one that is meant where the person named it, where its settings name the port, or where it is the
only one of its kind; and what an old log line says counts for the run that wrote it, no further.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import UNSET, Struct

from tui.diagnosis.readings import commands, hosts, outcomes
from tui.diagnosis.readings.answers import service_name
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Listener, LogLine, Outcome, Service, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ReadService

ENDS = (Outcome.REFUSED, Outcome.CLOSED, Outcome.RESET)
"""How attempts end on a service that is not there any more, or that ends while it is asked."""
LONGEST_QUOTE = 160
YOUNG_S = 15.0
"""What its manager restarted by itself so shortly ago has not shown yet that it stays up this time."""
_RESTS = frozenset({"disabled", "masked", "masked-runtime", "static", "indirect"})
"""UnitFileStates of units that nobody asked to run."""
_IN_USE = re.compile(r"(?:address|port)\b.{0,20}\balready in use|eaddrinuse|errno[ :=]*98|\(98: |os error 98", re.IGNORECASE)
_PORT = re.compile(r"(?::|\bport[ =:]*|', ?)(\d{2,5})\b(?![.:]\d)", re.IGNORECASE)
_TIME = re.compile(r"\d\d:\d\d:\d\d(?:[.,]\d+)?")
_OWN_ERROR = re.compile(
    r"error|fatal|fail|panic|cannot|can't|could not|denied|refus|no such|invalid|unknown|exception|in use|abort",
    re.IGNORECASE,
)
_BEFORE_THE_PROGRAM = {
    200: "its working directory could not be entered",
    203: "its program could not be executed",
    209: "its output could not be opened",
    216: "its group does not exist",
    217: "its user does not exist",
    226: "its file system view could not be set up",
    238: "its state directory could not be made",
}
"""Exit statuses that systemd gives before the program runs (systemd.exec(5))."""
_RESULTS = {
    "timeout": "it was not ready in time",
    "watchdog": "it stopped answering its watchdog",
    "start-limit-hit": "it was started too often in a short time",
    "service-start-limit-hit": "its service was started too often in a short time",
    "trigger-limit-hit": "it was triggered too often in a short time",
    "resources": "systemd could not give it what it asks for",
    "protocol": "it did not tell systemd what its type promises",
    "exec-condition": "a condition of its start was not met",
}


def checks(case: Case) -> Iterator[AnyRequest]:
    """The state of the service, where a port is refused or ended here, or on another machine whose service is known."""
    for address in failing(case):
        yield from look_at(case, address)


def look_at(case: Case, address: str) -> Iterator[AnyRequest]:
    """The state of the service that belongs on the target's port of `address`."""
    family = hosts.meant_family(case)
    name, kind = service_name(case), family.name if family else None
    if outcomes.is_local(case, address):
        yield ReadService(name=name, port=case.tcp.port, family=kind)
    elif outcomes.is_remote(case, address) and (name or kind):
        for prefix in case.options.servers:
            yield ReadService(name=name, port=case.tcp.port, family=kind, vantage=prefix)


def failing(case: Case) -> dict[str, TcpAttempt]:
    """The newest attempts that ended as on a service that is gone: refused by a reset, or ended at once."""
    return {address: attempt for address, attempt in outcomes.failing(case, *ENDS).items() if attempt.icmp is None}


def services(case: Case, address: str) -> tuple[Service, ...]:
    """The services that may be meant for `address`, as last seen; only the named one where the person named one."""
    here = outcomes.is_local(case, address)
    vantages = {None} if here else ({*case.options.servers} if outcomes.is_remote(case, address) else set())
    newest: dict[tuple[str | None, str], Service] = {}
    for service in case.all(Service):
        if service.vantage in vantages and (service.why == "named") == bool(service_name(case)):
            newest[service.vantage, service.name] = service
    return tuple(newest.values())


def ended(service: Service) -> bool:
    """Whether it has ended by itself, or is being started again after it did, at this moment or again and again."""
    waits = service.active == "activating" and (service.sub or "").startswith("auto-restart")
    return service.active in {"failed", "gone"} or waits or is_looping(service)


def is_looping(service: Service) -> bool:
    """Whether its manager has restarted it by itself, and it is not up for long: what it is at this moment says little."""
    if not service.restarts:
        return False
    seen = moment(service.at)
    young = None not in {seen, service.started} and (seen or 0) - (service.started or 0) <= YOUNG_S
    return service.active == "activating" or (service.active == "active" and young)


def is_stopped(service: Service) -> bool:
    """Whether it was stopped, or never started: nothing went wrong with it."""
    return service.active == "inactive" and service.load in {"loaded", "masked"}


def is_sole(case: Case, address: str, service: Service) -> bool:
    """Whether no other service that somebody wants to run has as much to do with the port."""
    return not any(
        other.name not in {service.name, service.socket}
        and other.socket != service.name
        and (other.vantage, other.why) == (service.vantage, service.why)
        and not (is_stopped(other) and (other.enabled or "static") in _RESTS)
        for other in services(case, address)
    )


def belongs(case: Case, address: str, service: Service) -> str:
    """Why it is certain that this service belongs on the port, a clause; empty where it is not."""
    port = case.tcp.port
    if not is_sole(case, address, service) or (service.why == "family" and _is_a_containers(case, service.vantage)):
        return ""
    if service.why == "named":
        return "you named it"
    if service.why == "port" or port in service.ports:
        return f"{service.name} is set to port {port}"
    if any(port in ports_in(line) for line in service.log):
        return f"the log of {service.name} names port {port}"
    family = hosts.meant_family(case)
    if family and port in {family.ports[0], family.tls_port}:
        return f"{service.name} is the only unit of {family.name}, and port {port} is its usual one"
    return ""


def is_meant(case: Case, address: str, service: Service) -> bool:
    """Whether it is certain that this service belongs on the port."""
    return bool(belongs(case, address, service))


def _is_a_containers(case: Case, vantage: str | None) -> bool:
    """Whether a container publishes the port, running or not: then a unit of the same kind need not be what is meant."""
    fact = outcomes.other_namespaces(case, vantage)
    return fact is not None and any(port == case.tcp.port for container in fact.containers for _, port, _ in container.published)


def set_to_port(case: Case, address: str) -> Service | None:
    """The service whose own settings name the target's port, so that the port is not the wrong one."""
    known = (service for service in services(case, address) if case.tcp.port in service.ports)
    return next((service for service in known if is_sole(case, address, service)), None)


def ports_in(line: LogLine) -> tuple[int, ...]:
    """The ports that a log line names: `0.0.0.0:80`, `:::8080`, `port 5432`."""
    return tuple(int(port) for port in _PORT.findall(_TIME.sub("", line.text)))


def in_use_lines(service: Service) -> tuple[LogLine, ...]:
    """The lines that say that its port was taken."""
    return tuple(line for line in service.log if _IN_USE.search(line.text))


def socket_row(case: Case, address: str, service: Service) -> Listener | None:
    """The listener that systemd itself holds for the service on the target's port, to start it on demand."""
    rows = outcomes.on_port(hosts.table(case, address), case.tcp.port)
    return next(
        (row for row in rows if service.socket and (row.unit == service.socket or (row.is_systemds and row.unit is None))), None
    )


class Restart(Struct, frozen=True):
    """A service that its manager, or somebody, started anew between two checks."""

    before: Service
    after: Service

    @property
    def times(self) -> int:
        """How often, by the manager's counter; 0 where only the process is another one."""
        return max(0, (self.after.restarts or 0) - (self.before.restarts or 0))

    @property
    def in_words(self) -> str:
        """`shop.service was restarted 4 times in 20 s`."""
        begun, done = moment(self.before.at), moment(self.after.at)
        within = f" in {done - begun:.0f} s" if begun is not None and done is not None and done - begun >= 1 else ""
        if not self.times:
            return (
                f"{self.after.name} was started anew{within}: its process is {self.after.main_pid}, it was {self.before.main_pid}"
            )
        return f"{self.after.name} was restarted {'once' if self.times == 1 else f'{self.times} times'}{within}"


def restart(case: Case, address: str) -> Restart | None:
    """What shows that the service that is meant was started anew while it was watched."""
    for service in services(case, address):
        states = [
            state
            for state in case.all(Service)
            if (state.vantage, state.name, state.why) == (service.vantage, service.name, service.why)
        ]
        before, after = states[0], states[-1]
        grew = before.restarts is not None and after.restarts is not None and after.restarts > before.restarts
        another = None not in {before.main_pid, after.main_pid} and before.main_pid != after.main_pid
        if (grew or (another and (after.started or 0) > (before.started or 0))) and is_meant(case, address, after):
            return Restart(before, after)
    return None


def is_starting(service: Service) -> bool:
    """Whether its manager has begun to start it and waits for it to be ready, and it did not end just before."""
    return service.active in {"activating", "reloading"} and not ended(service)


def moment(at: str) -> float | None:
    """When a fact was seen, in seconds since the epoch."""
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return None


def how_it_ended(service: Service) -> str:
    """`it ended with exit status 1`, and when, for a sentence."""
    when = service.ended or (service.since if service.active == "failed" else None)
    at = f" at {clock(when)}" if when else ""
    if service.active == "gone":
        return f"its process {service.main_pid} is gone, and its pid file {service.path} is still there"
    if service.oom_killed:
        return f"the kernel killed it because memory ran out{at}"
    if service.signal:
        return f"signal {service.signal} ended it{at}"
    if service.active == "active":
        return "it runs for a moment between two ends"
    if service.exit_status:
        reason = _BEFORE_THE_PROGRAM.get(service.exit_status)
        return f"it ended with exit status {service.exit_status}{f' ({reason})' if reason else ''}{at}"
    return f"{_RESULTS.get(service.result or '', 'it ended')}{at}"


def again_and_again(service: Service) -> str:
    """How often its manager started it anew, and whether it goes on; empty where it did not."""
    if not service.restarts:
        return ""
    times = "once" if service.restarts == 1 else f"{service.restarts} times"
    if service.active == "activating":
        return f" systemd has restarted it {times} and tries again."
    if service.active == "active":
        return (
            f" systemd has restarted it {times}, the last time at {clock(service.started or 0)}." if is_looping(service) else ""
        )
    return f" systemd restarted it {times} and gave up." if service.active == "failed" else ""


def last_word(service: Service) -> LogLine | None:
    """The line of its log that says most about its end: its own last error, or its last line."""
    own = [line for line in service.log if line.where not in {"systemd", "kernel"}]
    words = telling_line(tuple(line.text for line in own))
    return next((line for line in reversed(own) if line.text == words), None)


def telling_line(lines: tuple[str, ...]) -> str:
    """Of a log's last lines the one that says most: that a port was taken, the last error, or the last line; empty for none."""
    in_use = [line for line in lines if _IN_USE.search(line)]
    errors = [line for line in lines if _OWN_ERROR.search(line)]
    return next((chosen[-1] for chosen in (in_use, errors, lines) if chosen), "")


def shortened(text: str) -> str:
    """A line of a log, cut to what a sentence can bear."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def quoted_end(service: Service) -> str:
    """Its last word as a sentence, with a space before it; empty where none was read."""
    line = last_word(service)
    if line is None:
        return " Its journal may not be read by this user." if service.log_hidden else ""
    where = "" if line.where == "journal" else f" in {line.where}"
    return f" It last said{where}: “{shortened(line.text)}”."


def clock(moment: float) -> str:
    """A time of day for a sentence, with its date: `2026-11-25 21:46:36 UTC`."""
    when = _in_utc(moment)
    return f"{when:%Y-%m-%d %H:%M:%S} UTC" if when else _beyond_calendars(moment)


def hour(moment: float) -> str:
    """A time of day without its date, beside another that has it."""
    when = _in_utc(moment)
    return f"{when:%H:%M:%S} UTC" if when else _beyond_calendars(moment)


def _in_utc(moment: float) -> datetime | None:
    """The moment on the calendar; None where it lies beyond the years that one can have."""
    try:
        return datetime.fromtimestamp(moment, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _beyond_calendars(moment: float) -> str:
    return f"{moment:.0f} s after 1970"


def culprit(service: Service, port: int | None) -> Culprit:
    """The service by its names: a unit, or a process that is gone."""
    if service.manager == "none":
        return Culprit(kind="process", name=service.name, pid=UNSET if service.main_pid is None else service.main_pid)
    return Culprit(kind="unit", unit=service.name, port=UNSET if port is None else port)


def command(service: Service, *words: str) -> str:
    """A systemctl command for its unit, as it is to be typed: through the prefix, or to the user's own manager."""
    user = " --user" if service.manager == "systemd-user" else ""
    name = quoted(service.name)
    return "; ".join(behind(service.vantage, f"systemctl{user} {word} {name}") for word in words)


def journal(service: Service) -> str:
    """The command that shows the end of its log."""
    option = "--user-unit" if service.manager == "systemd-user" else "-u"
    return behind(service.vantage, f"journalctl {option} {quoted(service.name)} -n 50")


def _stray_log(case: Case, service: Service) -> str:
    """The look at the pid file and the log of a process without a manager: the file that its last words were read from."""
    files = dict.fromkeys(line.where for line in service.log if line.where.startswith("/"))
    look = f"tail -n 50 {' '.join(map(quoted, files))}" if files else commands.log_of_program(case, service.name, service.vantage)
    return behind(service.vantage, f"cat {quoted(service.path)}; {look}" if service.path else look)


def remedies(case: Case, service: Service) -> Iterator[Remedy]:
    """What to do about a service that has ended: read why, fix it, start it."""
    target = case.target.label
    if service.manager == "none":
        yield Remedy(
            do=f"Read in the log of {service.name} why it ended, and mend that.",
            command=_stray_log(case, service),
            verify="The reason is known.",
        )
        yield Remedy(
            do="Then remove the pid file that it left, and start it again as it was started before.",
            command=behind(service.vantage, f"rm {quoted(service.path)}") if service.path else "",
            changes=service.path is not None,
            verify=f"{target} connects.",
        )
        return
    if service.oom_killed:
        yield Remedy(
            do=f"Give {service.name} more memory, or find what used it up.",
            command=f"{command(service, 'show -p MemoryMax,MemoryHigh,MemoryPeak')}; "
            + behind(service.vantage, "journalctl -k --grep='[Oo]ut of memory'"),
            verify="No new line of an out-of-memory kill appears in the kernel's log.",
        )
    yield Remedy(
        do=f"Read why {service.name} ended, and fix that.",
        command=f"{command(service, 'status')}; {journal(service)}",
        verify="The reason in its log is gone after the next start.",
    )
    again = ("reset-failed", "start") if service.active == "failed" else ("restart",)
    yield Remedy(
        do="Then start it again.",
        command=command(service, *again),
        changes=True,
        verify=f"`{command(service, 'is-active')}` says active, and {target} connects.",
    )
