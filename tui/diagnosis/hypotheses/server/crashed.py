"""The service that should listen has ended."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import SOCKETS
from tui.diagnosis.readings import checks, hosts, intention, outcomes, services
from tui.diagnosis.readings.answers import service_name
from tui.diagnosis.readings.no_refusal import no_refusal
from tui.model.case import Case
from tui.model.facts import Container, OtherNamespaces, Service, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

_DEAD = frozenset({"exited", "dead", "stopped"})
"""States in which engines name a container that has ended."""
_SIGNALLED = 128
"""A shell's and an engine's exit status of a process that signal N ended is 128 + N."""
_KILL = 9


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, and the state of the service here and at the other end."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from services.checks(case)


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
    for address in failing:
        exited = _exited(case) if outcomes.is_local(case, address) else None
        if exited and not _holders(case, address):
            return _of_container(case, *exited, failing)
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
    return still_open("No unit, container or pid file was seen that belongs on this port.", *outcomes.ids(*failing.values()))


def _holders(case: Case, address: str) -> bool:
    """Whether something listens where the service should."""
    here = outcomes.is_local(case, address)
    rows = outcomes.on_port(hosts.table(case, address), case.tcp.port)
    return any(hosts.reaches(row, address, here=here) for row in rows)


def _taken(case: Case, address: str, service: Service) -> bool:
    """Whether something other than the service's own socket listens in its place."""
    return _holders(case, address) and services.socket_row(case, address, service) is None


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
    reason = (
        f"{service.name} is {service.active} ({service.result or service.sub or 'gone'}), and nothing listens on port {port}."
    )
    refuted_by = f"`{services.command(service, 'is-active')}` says active, or another program belongs on port {port}."
    if service.manager == "none":
        refuted_by = f"A process of {service.name} that runs, or another program that belongs on port {port}."
    culprit = services.culprit(service, port)
    remedies = tuple(services.remedies(case, service))
    known = intention.of_service(case, address, service)
    missing = "" if known else f"Name it: `refused check {case.target.label} --service {service.name.removesuffix('.service')}`."
    if not whole:
        missing = f"`ss -ltnp 'sport = :{port}'` on that machine: no line confirms it."
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


def _exited(case: Case) -> tuple[Container, OtherNamespaces] | None:
    """The container of this machine that has ended and was named, or published the port."""
    fact = case.last(OtherNamespaces)
    name, port = service_name(case), case.tcp.port
    for container in fact.containers if fact else ():
        is_named = name is not None and (container.name == name or container.id.startswith(name))
        is_published = name is None and any(host_port == port for _, host_port, _ in container.published)
        if fact and container.state in _DEAD and (is_named or is_published):
            return container, fact
    return None


def _of_container(case: Case, container: Container, fact: OtherNamespaces, failing: dict[str, TcpAttempt]) -> Finding:
    name = container.name or container.id
    explained = {address: attempt for address, attempt in failing.items() if outcomes.is_local(case, address)}
    tables = tuple(dict.fromkeys(table for address in explained for table in hosts.tables(case, address)))
    code = container.exit_code
    how = "" if code is None else f" with exit status {code}"
    if code and code > _SIGNALLED:
        how += f", which is what signal {code - _SIGNALLED} leaves"
    if code == _SIGNALLED + _KILL:
        how += " (killed; often for lack of memory)"
    summary = f"Container {name}, which should answer on port {case.tcp.port}, has {container.state}{how}."
    evidence = outcomes.ids(*explained.values(), *tables, fact)
    reason = f"{container.engine} says that {name} is {container.state}, and nothing listens on port {case.tcp.port}."
    refuted_by = f"Container {name} runs, or something else belongs on port {case.tcp.port}."
    culprit = Culprit(kind="container", container=name, port=case.tcp.port)
    remedies = tuple(_container_remedies(case, container, name))
    known = tables and not any(table.omitted for table in tables) and code
    stopped = f"`{container.engine} inspect {name}`: whether it was stopped on purpose, or ended by itself."
    return claim(
        summary,
        *evidence,
        reason=reason if tables else f"{reason} The socket table was not seen.",
        missing="" if known else stopped,
        intention=intention.of_container(case, container, fact),
        explains=explained,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _container_remedies(case: Case, container: Container, name: str) -> Iterator[Remedy]:
    yield Remedy(
        do=f"Read why {name} ended, and mend that.",
        command=f"{container.engine} logs --tail 50 {name}; {container.engine} inspect --format '{{{{json .State}}}}' {name}",
        verify="The reason in its log is gone after the next start.",
    )
    yield Remedy(
        do="Then start it again.",
        command=f"{container.engine} start {name}",
        verify=f"{case.target.label} connects.",
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
