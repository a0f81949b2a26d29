"""Another program holds the port, so the service could not start, or someone else answers."""

from collections.abc import Iterator

from msgspec import Struct

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out, still_open
from tui.diagnosis.looks import SOCKETS
from tui.diagnosis.readings import checks, commands, hosts, intention, outcomes, services, text
from tui.diagnosis.readings.answers import service_name
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Listener, Listeners, LogLine, Service
from tui.model.judgement import Remedy
from tui.model.program_names import is_interpreter
from tui.model.requests import AnyRequest

GO_BETWEENS = frozenset({"haproxy", "envoy", "traefik", "nginx", "socat", "docker-proxy", "ssh", "sshd", "kubectl", "systemd"})
"""Programs that stand in front of others: where one of them holds the port, the service may still be there."""


class _Conflict(Struct, frozen=True):
    """Who holds a port that a service wanted, and what shows it."""

    address: str
    port: int
    service: Service
    holder: Listener | None
    line: LogLine | None
    table: Listeners | None


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts and the socket table; the state of the service where it fails, or where another seems to answer."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from services.checks(case)
    for address in outcomes.connecting(case):
        if any(hosts.contradicts(case, row) for row in _rows(case, address)):
            yield from services.look_at(case, address)


def judge(case: Case) -> Finding:
    """A service that has ended or is stopped, its log, and another program on its port."""
    conflicts = [conflict for address in outcomes.latest(case) for conflict in _conflicts(case, address)]
    conflicts.sort(key=lambda conflict: (conflict.holder is None, conflict.line is None, conflict.service.why != "named"))
    if conflicts:
        return _judged(case, conflicts[0])
    holder = _holder_of_text(case)
    if holder:
        return holder
    for address in outcomes.latest(case):
        stranger = _stranger(case, address)
        if stranger:
            return stranger
    tables = [table for address in outcomes.latest(case) for table in hosts.tables(case, address)]
    if not tables:
        return not_looked_at("The socket table has not been seen.")
    return ruled_out("No other program was seen on a port that the service wanted.", *outcomes.ids(*tables))


def _rows(case: Case, address: str) -> tuple[Listener, ...]:
    """The listeners that take connections to the target's port of `address`, or would."""
    here = outcomes.is_local(case, address)
    rows = outcomes.on_port(hosts.table(case, address), case.tcp.port)
    return tuple(row for row in rows if hosts.reaches(row, address, here=here))


def _conflicts(case: Case, address: str) -> Iterator[_Conflict]:
    """Each service that is meant and does not run, with who holds its port or what its log says of that."""
    table = hosts.table(case, address)
    fails = address in outcomes.failing(case)
    if fails and address not in services.failing(case):
        return
    for service in services.services(case, address):
        down = services.ended(service) or (services.is_stopped(service) and service.load != "masked")
        if not down or not services.is_meant(case, address, service):
            continue
        lines = services.in_use_lines(service)
        port, line = _wanted(case, lines)
        holder = next(iter(_others(table, port, service)), None)
        if line and services.ended(service):
            yield _Conflict(address, port, service, holder, line, table)
        elif holder and holder in _rows(case, address) and holder.process not in GO_BETWEENS:
            own = _is_own_program(service, holder)
            like = own or _may_be_any(holder) or hosts.is_named(case, holder)
            unlike = service.why == "named" and not fails and not like
            if unlike or services.ended(service):
                yield _Conflict(address, port, service, holder, None, table)


def _wanted(case: Case, lines: tuple[LogLine, ...]) -> tuple[int, LogLine | None]:
    """The port that was taken, by the log: the target's where a line names it or none names any; and that line."""
    port = case.tcp.port
    named = [(number, line) for line in lines for number in services.ports_in(line)]
    own = next(((number, line) for number, line in reversed(named) if number == port), None)
    if own:
        return own
    if named:
        return named[-1]
    return port, lines[-1] if lines else None


def _others(table: Listeners | None, port: int, service: Service) -> list[Listener]:
    """The listeners on `port` that are not the service's own, nor its socket's; those that can be named first."""
    rows = [row for row in outcomes.on_port(table, port) if row.unit is None or row.unit not in {service.name, service.socket}]
    foreign = [row for row in rows if not (service.socket and row.is_systemds and row.unit is None)]
    return sorted(foreign, key=lambda row: row.process is None and row.unit is None)


def _is_own_program(service: Service, row: Listener) -> bool:
    """Whether the service's own program listens, and no unit has it: somebody started it by hand."""
    return bool(service.program) and service.program in row.programs and row.unit is None and row.container is None


def _may_be_any(row: Listener) -> bool:
    """Whether it can't be told which program it is: nobody may see it, or an interpreter whose command line was not read."""
    is_bare = row.command is None and is_interpreter(row.process)
    return row.unit is None and (row.process is None or is_bare)


def _judged(case: Case, conflict: _Conflict) -> Finding:
    service, holder, port = conflict.service, conflict.holder, conflict.port
    failing = {
        address: attempt for address, attempt in services.failing(case).items() if service in services.services(case, address)
    }
    evidence = outcomes.ids(*(failing or outcomes.connecting(case)).values(), conflict.table, service)
    log = f" Its log says: “{conflict.line.text[: services.LONGEST_QUOTE]}”." if conflict.line else ""
    if holder is None:
        return claim(
            f"{service.name} could not start because port {port} was taken; who held it can't be seen any more.{log}",
            *evidence,
            reason=f"{service.name} is {service.active}, and its log says that the address was in use.",
            missing=f"Start it again and look at once: `ss -ltnp 'sport = :{port}'` names the program that holds the port.",
            explains=failing,
            culprit=services.culprit(service, port),
            refuted_by=f"{service.name} starts, or ends again for another reason.",
            remedies=_remedies(case, conflict),
        )
    who = hosts.owner(holder)
    where = endpoint(holder.address, holder.port)
    if _is_own_program(service, holder):
        who = f"{who}, the program of {service.name} itself, started by hand,"
    if conflict.line:
        return claim(
            f"{who} holds port {port} ({where}), so {service.name} could not start.{log}",
            *evidence,
            reason=f"{who} listens on {where}, {service.name} is {service.active}, and its log says that the address is in use.",
            intention=intention.of_service(case, conflict.address, service),
            explains=failing,
            culprit=hosts.listener_culprit("process", holder),
            refuted_by=f"{who} belongs to {service.name}, or {service.name} starts while it listens.",
            remedies=_remedies(case, conflict),
        )
    state = "has failed" if services.ended(service) else "does not run"
    return claim(
        f"{who} answers on port {port} ({where}), and {service.name}, which belongs there, {state}.",
        *evidence,
        reason=f"{who} listens on {where}, and {service.name} is {service.active}.",
        missing=f"`{services.journal(service)}`: a line that the address is already in use confirms it.",
        explains=failing,
        culprit=hosts.listener_culprit("process", holder),
        refuted_by=f"{who} belongs to {service.name}.",
        remedies=_remedies(case, conflict),
    )


def _holder_of_text(case: Case) -> Finding | None:
    """Who holds what the pasted text's program wanted to listen on; None without such a text, or where nobody holds it."""
    said = text.text(case)
    if said is None or said.role != "bind" or said.says not in {"in-use", "other"}:
        return None
    table = next((hosts.table(case, address) for address in outcomes.latest(case)), None)
    near = [row for address in outcomes.latest(case) for row in _rows(case, address)]
    rows = near or list(outcomes.on_port(table, case.tcp.port))
    if table is None or not rows:
        return None
    row = min(rows, key=lambda row: row.process is None and row.unit is None)
    who, where = hosts.owner(row), endpoint(row.address, row.port)
    look = commands.holder(case, row)
    return claim(
        f"The text says “{said.words or 'bind failed'}”, and {who} holds port {row.port} here ({where}): what else wants to "
        "listen there can't start.",
        *outcomes.ids(said, table),
        reason=f"{who} listens on {where}. Whether it did when the text was written, and on that machine, is not seen.",
        missing=f"Start the service again while {who} holds the port: the same words confirm it.",
        culprit=hosts.listener_culprit("process", row),
        refuted_by=f"The service starts while {who} listens on {where}, or the text is another machine's.",
        remedies=(
            Remedy(
                do=f"Decide which of the two the port is for: stop {who}, or give the other one another port.",
                command=look,
                verify=f"`ss -ltnp 'sport = :{row.port}'` shows the one that is meant.",
            ),
        ),
    )


def _stranger(case: Case, address: str) -> Finding | None:
    """A program other than the one that was named answers, and nothing of that name was seen."""
    name, rows = service_name(case), _rows(case, address)
    table = hosts.table(case, address)
    if name is None or not rows or table is None or not table.owners_known or address in outcomes.failing(case):
        return None
    known = [row for row in rows if row.process or row.unit]
    if len(known) != len(rows) or any(hosts.is_named(case, row) for row in table.listeners):
        return None
    if any(row.process in GO_BETWEENS or row.container for row in known):
        return None
    known_services = services.services(case, address)
    if any(_is_own_program(service, row) or _may_be_any(row) for service in known_services for row in known):
        return None
    who = hosts.owner(known[0])
    if any(service.active in {"active", "activating"} for service in services.services(case, address)):
        return still_open(f"{who} listens on port {case.tcp.port}, and {name} runs as well.", *outcomes.ids(table))
    return claim(
        f"{who} answers on port {case.tcp.port}, and not {name}, which should.",
        *outcomes.ids(outcomes.connecting(case)[address], table, *services.services(case, address)),
        reason=f"The listener on {endpoint(known[0].address, known[0].port)} is {who}; nothing named {name} listens anywhere.",
        missing=f"Whether {who} is started by {name} under another name.",
        culprit=hosts.listener_culprit("process", known[0]),
        refuted_by=f"{who} is {name} under another name, or stands in front of it.",
        remedies=[
            Remedy(
                do=f"Decide which of the two the port is for, and give the other one another port; then start {name}.",
                command=f"ss -ltnp 'sport = :{case.tcp.port}'",
                verify=f"`refused check {quoted(case.target.label)} --service {quoted(name)}` finds nothing wrong.",
            )
        ],
    )


def _remedies(case: Case, conflict: _Conflict) -> Iterator[Remedy]:
    service, holder = conflict.service, conflict.holder
    again = services.command(service, *(("reset-failed", "start") if service.active == "failed" else ("start",)))
    if holder is not None:
        who = hosts.owner(holder)
        if _is_own_program(service, holder) and holder.pid:
            yield Remedy(
                do=f"See who started {who} by hand, and since when.",
                command=f"ps -o pid,ppid,user,lstart,args -p {holder.pid}",
                verify="It is known whether it may be stopped.",
            )
            yield Remedy(
                do="If it may: stop it, so that its unit can have the port.",
                command=f"kill {holder.pid}",
                changes=True,
                verify=f"`ss -ltnp 'sport = :{conflict.port}'` shows no line.",
            )
            yield Remedy(do=f"Then start {service.name}.", command=again, changes=True, verify=f"{case.target.label} connects.")
            return
        yield Remedy(
            do=f"Decide which of the two the port is for. If {service.name}: stop {who}, or give it another port.",
            command=commands.holder(case, holder),
            verify=f"`ss -ltnp 'sport = :{conflict.port}'` shows no line.",
        )
    else:
        yield Remedy(
            do=f"See who holds port {conflict.port}, even for a moment: a second start of the same service does.",
            command=f"ss -ltnp 'sport = :{conflict.port}'",
            verify="No line is shown.",
        )
    yield Remedy(
        do=f"Then start {service.name}.",
        command=again,
        changes=True,
        verify=f"`{services.command(service, 'is-active')}` says active, and {case.target.label} connects.",
    )


HYPOTHESIS = Hypothesis(
    place=35,
    title="has its own port",
    question="Does another program hold the port?",
    why="Only one program can listen on an address and port; a second one fails to start.",
    meaning="Another program holds the port, so the service could not start or someone else answers.",
    proof="The holder against the service that was meant, and “address already in use” in its log.",
    mistaken_for=("port.wrong-protocol", "server.crashed"),
    supersedes=frozenset({"server.crashed", "server.not-listening", "server.closes-early", "port.wrong-protocol"}),
    shown_by=(Listeners,),
    is_meant=True,
    looks=(SOCKETS,),
    needs=needs,
    judge=judge,
)
