"""Readings of a case: where the target's port leads, by a rule or a program of this machine, and what is there.

Law: the failure belongs to what is behind. What is behind is known by the listeners of the namespace that has the address,
which every user may read, and by one attempt to connect there; what neither shows is not known.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from tui.diagnosis.readings import containers, hosts, namespaces, outcomes, rules, talk
from tui.model.address import endpoint, is_loopback, literal_address, same_address
from tui.model.case import Case, remembered
from tui.model.facts import (
    Addresses,
    AnyFact,
    Container,
    Firewall,
    Forwarder,
    Forwarders,
    Listener,
    Namespace,
    Neighbour,
    Outcome,
    Rule,
    SystemAnswer,
    TcpAttempt,
)
from tui.model.requests import (
    AnyRequest,
    Connect,
    FindForwarders,
    ListAddresses,
    LookUpNeighbour,
    LookUpRoute,
    ResolveSystem,
)

ENDED_BY_FORWARDER = (Outcome.CLOSED, Outcome.RESET)
"""How an attempt ends at a program that accepts first and connects afterwards, in vain."""
MOST_WAYS = 4
"""Places behind one port that are looked at: a balancer may have dozens."""


OF_ENGINES = {"docker-proxy": "docker"} | dict.fromkeys(("conmon", "rootlessport", "pasta", "slirp4netns"), "podman")
"""The programs by which engines hold or lead published ports, and the engine's own command."""


class Way(Struct, frozen=True, kw_only=True):
    """Where a port of the target leads, and what leads it there."""

    fact: Firewall | Forwarders
    by: Rule | Forwarder
    host: str | None = None
    """An address, or a name; None where nothing says it."""
    port: int | None = None
    container: Container | None = None
    """Whose port it is, as its engine says."""

    @property
    def via(self) -> str | None:
        """From where it connects, if not from here."""
        return self.by.via if isinstance(self.by, Forwarder) and self.container is None else None

    @property
    def label(self) -> str:
        """`172.17.0.2:80`, `container web`, or what else is known of it."""
        if self.host and self.port:
            return endpoint(self.host, self.port)
        if self.container:
            return f"container {self.container.label}"
        return self.via or (f"port {self.port}" if self.port else "another place")

    @property
    def maker(self) -> str:
        """What leads there: `docker-proxy (pid 812)`, or the rule quoted."""
        return f"{self.by.program} (pid {self.by.pid})" if isinstance(self.by, Forwarder) else rules.named(self.by)


class StateBehind(StrEnum):
    """What is behind."""

    SERVED = "served"
    """Something takes connections there."""
    BOUND_ELSEWHERE = "bound elsewhere"
    """Something listens on that port, and not on the address that is led to."""
    OTHER_PORTS = "other ports"
    """Nothing listens on that port; on others something does, or it is a port of this machine."""
    NOTHING = "nothing"
    """Nothing listens at all in that container or namespace."""
    GONE = "gone"
    """Nobody has the address."""
    UNREACHABLE = "unreachable"
    """A router, or this machine, has no way there."""
    REJECTED = "rejected"
    """A filter there says no, by ICMP or by a reset although something listens."""
    REFUSED = "refused"
    """A reset came back; who listens there could not be read."""
    SILENT = "silent"
    UNKNOWN = "unknown"


class Behind(Struct, frozen=True, kw_only=True):
    """What is known of the place that a port leads to."""

    way: Way
    state: StateBehind
    attempt: TcpAttempt | None = None
    """The attempt to connect there."""
    answer: TcpAttempt | None = None
    """The attempt on the target whose ICMP error came from there, in the name of the address that was asked."""
    space: Namespace | None = None
    rows: tuple[Listener, ...] = ()
    """The TCP listeners there, where they are known."""
    facts: tuple[AnyFact, ...] = ()

    @property
    def container(self) -> Container | None:
        """The container that it is, by what leads there or by whose namespace it is."""
        return self.way.container or (self.space.container if self.space else None)

    @property
    def place(self) -> str:
        """Where it is, in words: `container web`, `this machine`; the address where no more is known."""
        if self.container:
            return f"container {self.container.label}"
        if self.space and self.space.name:
            return f"network namespace {self.space.name}"
        if self.space and self.space.pid:
            return f"the network namespace of {self.space.process or 'process'} (pid {self.space.pid})"
        return self.way.host or self.way.label


def checks(case: Case) -> Iterator[AnyRequest]:
    """The forwarders of a port of this machine that fails, and a look at each place that the port leads to."""
    for address in _suspicious(case):
        table = outcomes.listeners(case) if outcomes.is_local(case, address) else None
        rows = outcomes.on_port(table, case.tcp.port)
        if rows and table and table.owners_known:
            yield FindForwarders(port=case.tcp.port, pid=next((row.pid for row in rows if row.pid), None))
        for way in ways(case, address):
            yield from _looks(case, way)


def _suspicious(case: Case) -> list[str]:
    """The addresses that fail in a way that a place behind them can make, or accept and then say nothing."""
    ends = (*rules.STOPPED, *ENDED_BY_FORWARDER, Outcome.SILENT)
    return list(dict.fromkeys((*outcomes.failing(case, *ends), *talk.mute(case, ended=False), *talk.mute(case, ended=True))))


def _looks(case: Case, way: Way) -> Iterator[AnyRequest]:
    yield containers.look(case)
    yield ListAddresses()
    if way.via or way.port is None:
        return
    address = address_of(case, way)
    if way.host and address is None:
        yield ResolveSystem(name=way.host)
    if address is None:
        return
    yield LookUpRoute(address=address)
    yield Connect(address=address, port=way.port, purpose="behind", timeout_s=case.options.timeout_s)
    attempt = _attempt(case, address, way.port)
    route = outcomes.route_to(case, address)
    if attempt and attempt.outcome in {Outcome.UNREACHABLE, Outcome.TIMEOUT} and route and route.type == "unicast":
        yield LookUpNeighbour(address=route.gateway or address, device=route.device or "", after=attempt.id)


@remembered
def ways(case: Case, address: str) -> tuple[Way, ...]:
    """Where the target's port of `address` leads: by a rule of this machine, else by the program that listens there."""
    reading = rules.filter_of(case, address)
    if reading and reading.translated:
        rule = reading.translated
        host, port = rule.leads_to or (None, None)
        return (Way(fact=reading, by=rule, host=host or (address if rule.verdict == "redirect" else None), port=port),)
    fact = of_port(case)
    rows = hosts.serving(case, address)
    if fact is None or not rows:
        return ()
    return tuple(
        way
        for forwarder in fact.forwarders
        if any(_is_its(forwarder, row) for row in rows) and _takes(forwarder, address)
        for way in _of_program(case, fact, forwarder)
    )[:MOST_WAYS]


def of_port(case: Case) -> Forwarders | None:
    """The newest list of the forwarders of the target's port."""
    return next((fact for fact in reversed(case.all(Forwarders)) if fact.port == case.tcp.port), None)


def holder(case: Case, row: Listener) -> Forwarder | None:
    """The forwarder that holds a listener of the target's port; None for a service of its own."""
    fact = of_port(case)
    fitting = [forwarder for forwarder in fact.forwarders if _is_its(forwarder, row)] if fact else []
    return next((forwarder for forwarder in fitting if _takes(forwarder, row.address)), None)


def _is_its(forwarder: Forwarder, row: Listener) -> bool:
    """Whether the listener may be the forwarder's; its children have the socket as well."""
    return row.pid in {None, forwarder.pid} or row.process == forwarder.program


def _takes(forwarder: Forwarder, address: str) -> bool:
    return forwarder.listens_on is None or same_address(forwarder.listens_on, address)


def _of_program(case: Case, fact: Forwarders, forwarder: Forwarder) -> Iterator[Way]:
    published = _published(case, forwarder) if all(host is None for host, _ in forwarder.leads_to) else None
    if published:
        container, inside = published
        yield Way(fact=fact, by=forwarder, port=inside, container=container)
        return
    for host, port in forwarder.leads_to or ((None, None),):
        yield Way(fact=fact, by=forwarder, host=host, port=port)


def _published(case: Case, forwarder: Forwarder) -> tuple[Container, int] | None:
    """The container, and the port in it, that an engine says is published on the target's port."""
    others = outcomes.other_namespaces(case)
    for container in others.containers if others else ():
        inside = next((inside for _, outside, inside in container.published if outside == case.tcp.port), None)
        elsewhere = forwarder.via and any(host for host, _ in forwarder.leads_to)
        named = forwarder.container in {None, container.name} and not elsewhere
        if inside is not None and named:
            return container, inside
    return None


def address_of(case: Case, way: Way) -> str | None:
    """The address that a way leads to; None where its name has none, or nothing says it."""
    if way.host is None:
        space = _space(case, way)
        return next(iter(space.addresses), None) if space else None
    literal = literal_address(way.host)
    if literal:
        return literal
    if way.host == "localhost":
        return "127.0.0.1"
    answer = next((answer for answer in reversed(case.all(SystemAnswer)) if answer.name == way.host), None)
    return answer.addresses[0] if answer and answer.addresses else None


def behind(case: Case, address: str) -> tuple[Behind, ...]:
    """What is known of each place that the target's port of `address` leads to."""
    return tuple(_behind(case, way, address) for way in ways(case, address))


def _behind(case: Case, way: Way, asked: str) -> Behind:
    address = address_of(case, way)
    attempt = _attempt(case, address, way.port) if address and way.port else None
    space = _space(case, way)
    own = address is not None and way.via is None and space is None and outcomes.is_local(case, address)
    table = outcomes.listeners(case) if own else None
    known = table.listeners if table else space.listeners if space else None
    rows = tuple(row for row in known or () if row.proto == "tcp")
    neighbour = _failed_neighbour(case, address) if address else None
    state = _by_attempt(case, attempt, neighbour)
    answer = hosts.icmp_rejections(case).get(asked) if state is StateBehind.SILENT and isinstance(way.by, Rule) else None
    if answer:  # who sends ICMP errors limits their rate, so the attempt there may have met silence
        state = _by_attempt(case, answer, neighbour)
    if known is not None and way.port:
        state = _by_listeners(rows, way.port, address, attempt, state)
        state = StateBehind.OTHER_PORTS if own and state is StateBehind.NOTHING else state
    others = outcomes.other_namespaces(case) if space else None
    facts = tuple(fact for fact in (way.fact, attempt, neighbour, others, table) if fact is not None)
    return Behind(way=way, state=state, attempt=attempt, answer=answer, space=space, rows=rows, facts=facts)


def _by_listeners(
    rows: tuple[Listener, ...], port: int, address: str | None, attempt: TcpAttempt | None, by_attempt: StateBehind
) -> StateBehind:
    on_port = [row for row in rows if row.port == port]
    takes = [
        row for row in on_port if (address and outcomes.covers(row, address)) or (not address and not is_loopback(row.address))
    ]
    if takes:
        refused = by_attempt in {StateBehind.REFUSED, StateBehind.REJECTED, StateBehind.UNREACHABLE}
        return StateBehind.REJECTED if refused else StateBehind.SILENT if by_attempt is StateBehind.SILENT else StateBehind.SERVED
    if attempt and by_attempt not in {StateBehind.REFUSED, StateBehind.UNKNOWN}:
        return by_attempt  # what answers there is not what these tables are of
    return StateBehind.BOUND_ELSEWHERE if on_port else StateBehind.OTHER_PORTS if rows else StateBehind.NOTHING


def _by_attempt(case: Case, attempt: TcpAttempt | None, neighbour: Neighbour | None) -> StateBehind:
    if attempt is None:
        return StateBehind.UNKNOWN
    match attempt.outcome:
        case Outcome.REFUSED if attempt.icmp is None:
            return StateBehind.REFUSED
        case Outcome.UNREACHABLE | Outcome.REJECTED | Outcome.REFUSED | Outcome.BLOCKED:
            if neighbour or (hosts.sent_here(case, attempt) and attempt.latency_ms >= hosts.RESOLVED_AFTER_MS):
                return StateBehind.GONE
            unreachable = attempt.outcome is Outcome.BLOCKED or hosts.says_unreachable(attempt.icmp)
            return StateBehind.UNREACHABLE if unreachable else StateBehind.REJECTED
        case Outcome.TIMEOUT:
            return StateBehind.GONE if neighbour else StateBehind.SILENT
        case _:
            return StateBehind.SERVED


def _failed_neighbour(case: Case, address: str) -> Neighbour | None:
    """The neighbour entry of the address itself, where it failed."""
    entry = hosts.failed_neighbour(case, address)
    return entry if entry and hosts.is_on_link(case, address) else None


def _attempt(case: Case, address: str | None, port: int | None) -> TcpAttempt | None:
    return next(
        (
            attempt
            for attempt in reversed(case.all(TcpAttempt))
            if attempt.purpose == "behind" and (attempt.address, attempt.port) == (address, port)
        ),
        None,
    )


def _space(case: Case, way: Way) -> Namespace | None:
    """The one namespace that has the address, or is the container's, of those that belong with us."""
    others = outcomes.other_namespaces(case)
    if others is None:
        return None
    if way.via:  # an SSH server may be a machine or a container on this one
        return namespaces.having(others, way.via.rpartition("@")[2])
    if way.container:
        return next((space for space in others.namespaces if space.container and space.container.id == way.container.id), None)
    here = case.last(Addresses)
    if way.host is None or is_loopback(way.host) or (here and outcomes.has_address(here, way.host)):
        return None
    return namespaces.having(others, way.host)
