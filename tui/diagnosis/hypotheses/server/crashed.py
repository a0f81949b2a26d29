"""The service that should listen has ended."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import SOCKETS
from tui.diagnosis.readings import checks, containers, ends, hosts, intention, outcomes, services
from tui.diagnosis.readings.no_refusal import no_refusal
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Listener, OtherNamespaces, Service, TcpAttempt
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, and the state of the service here and at the other end."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from services.checks(case)
    if any(containers.may_have(case, address) for address in services.failing(case)):
        yield containers.look(case)
    yield from ends.looks(case)


def judge(case: Case) -> Finding:
    """Its unit has failed, its container has exited, or its process is gone, and nothing listens in its place."""
    failing = services.failing(case)
    if not failing:
        return no_refusal(case)
    for address in failing:
        ended = [service for service in services.services(case, address) if services.ended(service)]
        free = [service for service in ended if not _taken(case, address, service)]
        if free:
            return _of_service(case, address, free[0], failing)
    container = _ended_container(case, failing)
    if container:
        return _of_container(case, container, failing)
    known = [(address, service) for address in failing for service in services.services(case, address)]
    meant = [service for address, service in known if services.is_meant(case, address, service)]
    if meant:
        return ruled_out(f"{outcomes.joined(service.name for service in meant)}: {_states(meant)}.", *outcomes.ids(*meant))
    if known:
        kept = [service for _, service in known]
        return still_open(
            f"{outcomes.joined(service.name for service in kept)}: {_states(kept)}; whether it belongs there is not known.",
            *outcomes.ids(*kept),
        )
    local = [address for address in failing if containers.may_have(case, address)]
    hidden = containers.unasked(case) if local else ()
    if hidden:
        return still_open(
            f"No unit and no container was seen that belongs on this port. {hidden[0].reason}",
            *outcomes.ids(*failing.values(), *hidden),
            summary="A container that should answer there may have ended: not every engine of this machine could be asked.",
            next_check="`sudo docker ps --all`, `sudo podman ps --all`: whether one that does not run publishes the port.",
            explains=local,
        )
    return still_open("No unit, container or pid file was seen that belongs on this port.", *outcomes.ids(*failing.values()))


def _rows(case: Case, address: str) -> list[Listener]:
    """What listens where the service should."""
    here = outcomes.is_local(case, address)
    rows = outcomes.on_port(hosts.table(case, address), case.tcp.port)
    return [row for row in rows if hosts.reaches(row, address, here=here)]


def _taken(case: Case, address: str, service: Service) -> bool:
    """Whether something other than the service itself, or its own socket, listens in its place."""
    rows = [row for row in _rows(case, address) if row.unit is None or row.unit != service.name]
    return bool(rows) and services.socket_row(case, address, service) is None


def _states(units: list[Service]) -> str:
    return outcomes.joined(service.active or service.load or "unknown" for service in units)


def _of_service(case: Case, address: str, service: Service, failing: dict[str, TcpAttempt]) -> Finding:
    tables = hosts.tables(case, address)
    whole = hosts.table(case, address) is not None and not any(table.omitted for table in tables)
    port = case.tcp.port
    belongs = "" if service.why == "family" else f", which should listen on port {port},"
    state = {"failed": "has failed", "gone": "has ended"}.get(service.active or "", "ends again and again")
    summary = (
        f"{service.name}{belongs} {state}: {services.how_it_ended(service)}."
        f"{services.again_and_again(service)}{services.quoted_end(service)}"
    )
    explained = {failed: attempt for failed, attempt in failing.items() if service in services.services(case, failed)}
    evidence = outcomes.ids(*explained.values(), *tables, service)
    looping = services.is_looping(service)
    seen = service.sub if looping else service.result or service.sub
    silent = f"was restarted {service.restarts} times" if looping else f"nothing listens on port {port}"
    reason = f"{service.name} is {service.active} ({seen or 'gone'}), and {silent}."
    refuted_by = f"`{services.command(service, 'is-active')}` says active, or another program belongs on port {port}."
    if service.manager == "none":
        refuted_by = f"A process of {service.name} that runs, or another program that belongs on port {port}."
    culprit = services.culprit(service, port)
    remedies = tuple(services.remedies(case, service))
    known = intention.of_service(case, address, service)
    name = quoted(service.name.removesuffix(".service"))
    missing = "" if known else f"Name it: `refused check {quoted(case.target.label)} --service {name}`."
    if not whole:
        missing = f"`ss -ltnp 'sport = :{port}'` on that machine: no line confirms it."
    if looping and service.active == "active" and service.restarts == 1:
        missing = f"`{services.command(service, 'show -p NRestarts')}`, once more: a number that grows confirms it."
    doubt = "that nothing else listens there" if not whole else f"that {service.name} is what belongs on port {port}"
    return claim(
        summary,
        *evidence,
        reason=f"{reason} It is not certain {doubt}." if missing else reason,
        missing=missing,
        intention=known,
        explains=explained,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _ended_container(case: Case, failing: dict[str, TcpAttempt]) -> containers.MeantContainer | None:
    """The container that is meant by an address of this machine, and has ended where nothing else listens for it.

    While it is started again and again, its engine's forwarder may hold the port at times.
    """
    for address in failing:
        meant = containers.meant(case, address)
        if meant and meant.has_ended and (meant.is_looping or not _rows(case, address)):
            return meant
    return None


def _of_container(case: Case, meant: containers.MeantContainer, failing: dict[str, TcpAttempt]) -> Finding:
    one, port = meant.container, case.tcp.port
    explained = {
        address: attempt
        for address, attempt in failing.items()
        if (other := containers.meant(case, address)) and other.container is one
    }
    tables = tuple(dict.fromkeys(table for address in explained for table in hosts.tables(case, address)))
    others = outcomes.joined(other.label for other in meant.rivals)
    missing = ""
    if meant.rivals:
        missing = f"Which of {one.label} and {others} should run: each is set to port {port}."
    elif not meant.failed:
        missing = (
            f"`{containers.command(one, 'inspect', meant.fact.vantage)}`: whether it was stopped on purpose, or ended by itself."
        )
    elif not tables and not meant.is_looping:
        missing = f"`ss -ltnp 'sport = :{port}'`: no line confirms it."
    return claim(
        f"{outcomes.capital(meant.label)}, which should answer on port {port}, {containers.how_it_ended(meant)}."
        f"{containers.quoted_end(one)}",
        *outcomes.ids(*explained.values(), *tables, meant.fact),
        reason=f"{one.engine} says that {one.label} is {one.state}{'' if meant.is_looping else ', and nothing listens there'}.",
        missing=missing,
        intention=intention.of_container(case, one, meant.fact),
        explains=explained,
        culprit=containers.culprit(case, meant),
        refuted_by=f"{outcomes.capital(meant.label)} runs and stays up, or something else belongs on port {port}.",
        remedies=tuple(containers.remedies(case, meant)),
    )


HYPOTHESIS = Hypothesis(
    place=30,
    onset="change",
    title="still runs",
    question="Has the service that should listen ended?",
    why="A service that crashed leaves its port closed, and its manager knows how it ended and what it said last.",
    meaning="The service that should listen has ended.",
    proof="Its unit has failed, its container has exited, or its process is gone, with status or signal, and nothing listens.",
    mistaken_for=("server.not-listening",),
    supersedes=frozenset({"server.not-listening", "server.closes-early"}),
    shown_by=(Service, OtherNamespaces),
    is_meant=True,
    looks=(SOCKETS,),
    needs=needs,
    judge=judge,
)
