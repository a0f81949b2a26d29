"""Nothing is on this port, and the service is on another."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui.diagnosis.hypothesis import Hypothesis, confirmed, likely, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes, services
from tui.diagnosis.readings.answers import service_name
from tui.diagnosis.readings.likely_ports import slips
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Listener, Listeners, Outcome, Talk, TcpAttempt
from tui.model.judgement import Culprit, Judgement, Remedy
from tui.model.protocols import HTTP, TLS, meant_protocol, protocols_labelled
from tui.model.requests import AnyRequest, TalkTo
from tui.model.schemes import Family, family_of_port, family_of_program

CROWDED = "HTTP"
"""The family of which one machine runs many services that have nothing to do with each other."""
GO_BETWEENS = frozenset({"pgbouncer", "proxysql", "redis-sentinel", "mongos", "beam.smp", "etcd", "nats-server", "emqx"})
"""Programs of a family that stand in front of the service, or open ports of their own beside it."""
SIDE_DOORS = frozenset({2380, 6222, 6432, 8222, 9300, 15672, 25672, 26379, 33060})
"""Their ports, and those for peers and administration: not the service itself."""
EVERYBODYS = frozenset({HTTP, TLS})
"""Protocols that so many services speak that an answer in one proves nothing."""
MOST_TALKED_TO = 3
"""Other ports that are sent a request: those that fit best."""
SHORTEST_SLIP = 3
"""Digits that a port needs for a slip to say something; two-digit ports all lie close together."""


class NearMiss(Struct, frozen=True):
    """A listener that may be what was meant, and what speaks for it."""

    listener: Listener
    named: bool
    same_family: bool
    slip: bool

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """What the person named comes before the kind of service, and that before a likeness of numbers."""
        return self.named, self.same_family, self.slip


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table here and at the other end, and the likely ports of another machine, with consent.

    Of those that accept, the few that may be the service are sent a request, to know it by its answer.
    """
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from hosts.other_ports(case)
    meant = meant_protocol(case.tcp)
    if meant is None or meant.protocol in EVERYBODYS or not case.options.talk:
        return
    name = None if case.tcp.is_literal else case.tcp.host
    unknown = [attempt for attempt in _fitting(case, outcomes.refused_by_reset(case)) if not attempt.protocol]
    for attempt in unknown[:MOST_TALKED_TO]:
        yield TalkTo(address=attempt.address, port=attempt.port, protocol=meant.protocol, server_name=name)


def judge(case: Case) -> Judgement:
    """A listener on another port that fits what was meant."""
    refused = outcomes.refused_by_reset(case)
    works = outcomes.connecting(case)
    if not refused or works:
        reason = f"Port {case.tcp.port} connects on {next(iter(works))}." if works else "No address answers with a plain refusal."
        return ruled_out(reason, *outcomes.ids(*outcomes.latest(case).values()))
    for address in refused:
        table = hosts.table(case, address)
        if table:
            same = {other: attempt for other, attempt in refused.items() if hosts.table(case, other) is table}
            return _in_table(case, same, table)
    return _from_outside(case, refused)


def _in_table(case: Case, refused: dict[str, TcpAttempt], table: Listeners) -> Judgement:
    """Judge by a socket table of the machine that refused."""
    candidates = sorted(_candidates(case, refused, table), key=lambda candidate: candidate.rank, reverse=True)
    evidence = outcomes.ids(*refused.values(), table)
    if not candidates:
        return ruled_out("No listener on another port fits what was meant.", *evidence)
    best = [candidate for candidate in candidates if candidate.rank == candidates[0].rank]
    settled = services.set_to_port(case, next(iter(refused)))
    if settled and not best[0].named:
        return ruled_out(f"{settled.name} belongs on port {case.tcp.port}, by its own settings.", *evidence, settled.id)
    holder = next(iter(outcomes.on_port(table, case.tcp.port)), None)
    if holder and not best[0].named:
        return ruled_out(
            f"The port itself is in use: {hosts.owner(holder)} listens on {endpoint(holder.address, holder.port)}.",
            *evidence,
        )
    listener = best[0].listener
    endpoints = outcomes.joined(
        dict.fromkeys(endpoint(candidate.listener.address, candidate.listener.port) for candidate in best)
    )
    who = hosts.owner(listener)
    doubt = _doubt(case, best, table)
    claim = f"{outcomes.joined(endpoint(address, case.tcp.port) for address in refused)} is refused"
    if not doubt:
        return confirmed(
            f"{who} listens on port {_ports(best)}, and nothing on port {case.tcp.port}: the port is wrong.",
            *evidence,
            reason=f"{claim}; {endpoints} is {who}, {_reason(case, best[0])}.",
            explains=refused,
            culprit=hosts.listener_culprit("process", listener),
            refuted_by=f"{who} is not the service that {case.target.label} stands for.",
            remedies=_remedies(case, next(iter(refused)), listener),
        )
    if _is_weak(best):
        return still_open(
            f"{endpoints} is {who}, {_reason(case, best[0])}; {doubt}",
            *evidence,
            summary=f"{who} on port {_ports(best)} may be the service that was meant.",
            next_check=f"Whether {who} is the service that {case.target.label} stands for.",
            explains=refused,
        )
    return likely(
        f"{who} listens on port {_ports(best)}, and nothing on port {case.tcp.port}: the port may be wrong.",
        *evidence,
        reason=f"{claim}; {endpoints} is {who}, {_reason(case, best[0])}. But {doubt}",
        next_check=f"Whether {who} is the service that {case.target.label} stands for; or name it: --service NAME.",
        explains=refused,
        culprit=hosts.listener_culprit("process", listener),
        refuted_by=f"{who} is not the service that {case.target.label} stands for.",
        remedies=_remedies(case, next(iter(refused)), listener),
    )


def _candidates(case: Case, refused: Iterable[str], table: Listeners) -> Iterator[NearMiss]:
    """One for each port and owner that would take a connection to one of the addresses and fits in some way."""
    near = slips(case.tcp.port)
    meant = hosts.meant_family(case)
    yielded: set[tuple[int, int | None, str]] = set()
    for row in table.listeners:
        taken = any(hosts.reaches(row, address, here=outcomes.is_local(case, address)) for address in refused)
        if row.proto != "tcp" or row.port == case.tcp.port or not taken or (row.port, row.pid, hosts.owner(row)) in yielded:
            continue
        yielded.add((row.port, row.pid, hosts.owner(row)))
        served = family_of_program(row.process)
        candidate = NearMiss(
            listener=row,
            named=bool(service_name(case)) and hosts.is_named(case, row),
            same_family=bool(meant and meant == served),
            slip=row.port in near,
        )
        if (candidate.named or candidate.same_family or candidate.slip) and not (
            not candidate.named and hosts.contradicts(case, row)
        ):
            yield candidate


def _doubt(case: Case, best: list[NearMiss], table: Listeners) -> str:
    """Why it is not certain that the best candidate is what was meant; empty where nothing speaks against it."""
    candidate, row = best[0], best[0].listener
    owners = {(listed.listener.pid, hosts.owner(listed.listener)) for listed in best}
    if not table.owners_known or not row.process:
        return "its process is not known."
    if candidate.named:
        return "" if len(owners) == 1 else f"{len(owners)} listeners have that name."
    if len(best) > 1:
        return f"it is one of {len(best)} that fit equally well."
    if table.omitted:
        return f"{table.omitted} more listeners were left out."
    if row.process in GO_BETWEENS or {row.port, case.tcp.port} & SIDE_DOORS:
        return f"{row.process} on that port may stand beside the service that was meant."
    return _doubt_of_family(case, candidate) if candidate.same_family else _doubt_of_slip(case, row)


def _doubt_of_family(case: Case, candidate: NearMiss) -> str:
    meant = hosts.meant_family(case)
    if meant and meant.name == CROWDED and not candidate.slip:
        return f"a machine can have many {CROWDED} services."
    if meant and not candidate.slip and _is_front_door(case, candidate.listener.port, meant):
        return f"a machine can have {meant.name} on its usual port and another one on port {case.tcp.port}."
    return ""


def _is_front_door(case: Case, port: int, meant: Family) -> bool:
    """Whether `port` is the kind's usual one and another was asked: that it is open says little about the other."""
    return port == meant.ports[0] != case.tcp.port


def _doubt_of_slip(case: Case, row: Listener) -> str:
    """What speaks against a likeness of numbers: another kind of service on either port, or too few digits."""
    meant = hosts.meant_family(case)
    usual, served = family_of_port(row.port), family_of_program(row.process)
    if len(str(case.tcp.port)) < SHORTEST_SLIP or len(str(row.port)) < SHORTEST_SLIP:
        return "ports of so few digits all look alike."
    if meant and usual and usual != meant:
        return f"port {row.port} is {usual.name}'s."
    if meant is None and served and (served.name == CROWDED or row.port not in served.ports):
        return f"it serves {served.name}, and port {case.tcp.port} is not known for that."
    return ""


def _is_weak(best: list[NearMiss]) -> bool:
    """Whether only a likeness of numbers speaks for it, and not even for a single listener."""
    return not (best[0].named or best[0].same_family) and (
        len(best) > 1 or min(len(str(candidate.listener.port)) for candidate in best) < SHORTEST_SLIP
    )


def _reason(case: Case, candidate: NearMiss) -> str:
    if candidate.named:
        return f"the service named {service_name(case)}"
    meant = hosts.meant_family(case)
    words = [f"which serves {meant.name}"] if candidate.same_family and meant else []
    return " and ".join([*words, *(["one slip of a digit away"] if candidate.slip else [])])


def _ports(best: list[NearMiss]) -> str:
    return outcomes.joined(dict.fromkeys(str(candidate.listener.port) for candidate in best))


def _from_outside(case: Case, refused: dict[str, TcpAttempt]) -> Judgement:
    """Judge by attempts on other ports; whose process it is can't be seen."""
    meant = hosts.meant_family(case)
    fitting = [*_fitting(case, refused)]
    greeted = [attempt for attempt in fitting if _speaks(case, attempt)]
    if not fitting:
        if not any(hosts.other_attempts(case, address) for address in refused):
            return still_open(
                "Other ports have not been tried.",
                *outcomes.ids(*refused.values()),
                next_check="Attempts on other ports, or on the server: `ss -ltnp`.",
            )
        tried = [attempt for address in refused for attempt in hosts.other_attempts(case, address)]
        return ruled_out("No other likely port accepts.", *outcomes.ids(*refused.values(), *tried))
    attempt = (greeted or fitting)[0]
    first = attempt.address
    kind = f"another port of {meant.name}" if meant and attempt.port in _all_ports(meant) else "one slip of a digit away"
    summary = f"{first} refuses port {case.tcp.port} and accepts port {attempt.port}, {kind}."
    evidence = outcomes.ids(refused[first], *fitting)
    explains = refused
    culprit = Culprit(kind="address", address=first, port=attempt.port)
    refuted_by = f"Port {attempt.port} of {first} is another service than the one that {case.target.label} stands for."
    remedies = tuple(_far_remedies(case, attempt))
    if len(greeted) == 1 and meant and not _is_front_door(case, attempt.port, meant):
        answer = _talk(case, attempt)
        return confirmed(
            f"{first} refuses port {case.tcp.port}, and {meant.name} answers on port {attempt.port}: the port is wrong.",
            *evidence,
            *outcomes.ids(answer),
            reason=(
                f"Port {attempt.port} says `{answer.detail or answer.first_bytes[:60]}` to {answer.spoken}."
                if answer
                else f"Port {attempt.port} says `{(attempt.first_bytes or '')[:60]}` when it is connected."
            ),
            explains=explains,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return likely(
        summary,
        *evidence,
        reason=f"A reset came from port {case.tcp.port}; port {attempt.port} connects, {kind}.",
        next_check=f"On {first}: `ss -ltnp` names the process on port {attempt.port}.",
        explains=explains,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _is_sibling(case: Case, attempt: TcpAttempt, meant: Family | None) -> bool:
    """Another usual port of the same kind; a web server's usual port says nothing about the services on other ports."""
    if meant is None or attempt.port not in _all_ports(meant) or {attempt.port, case.tcp.port} & SIDE_DOORS:
        return False
    front = {meant.ports[0], meant.tls_port}
    return meant.name != CROWDED or case.tcp.port in front or attempt.port not in front


def _is_slip(attempt: TcpAttempt, near: tuple[int, ...], meant: Family | None) -> bool:
    usual = family_of_port(attempt.port)
    long_enough = len(str(attempt.port)) >= SHORTEST_SLIP
    return attempt.port in near and long_enough and (usual is None or meant is None or usual == meant)


def _all_ports(family: Family) -> tuple[int, ...]:
    return (*family.ports, *((family.tls_port,) if family.tls_port else ()))


def _fitting(case: Case, refused: Iterable[str]) -> Iterator[TcpAttempt]:
    """The other ports that accept and may be the service: they say so, are usual for it, or are a slip away."""
    family, meant = hosts.meant_family(case), meant_protocol(case.tcp)
    near = slips(case.tcp.port)
    for address in refused:
        for attempt in hosts.other_attempts(case, address):
            if attempt.outcome is not Outcome.CONNECTED:
                continue
            heard = protocols_labelled(attempt.protocol) or _unfit(case, attempt)
            other = bool(meant and heard and meant.protocol not in heard)
            if _speaks(case, attempt) or (not other and (_is_sibling(case, attempt, family) or _is_slip(attempt, near, family))):
                yield attempt


def _unfit(case: Case, attempt: TcpAttempt) -> tuple[str, ...]:
    """The protocols of an answer from that other port that does not fit the request."""
    return next((talk.protocols for talk in _talks(case, attempt) if talk.understood == "no"), ())


def _talk(case: Case, attempt: TcpAttempt) -> Talk | None:
    """The newest talk with that other port, if it answered in the protocol that was spoken."""
    talks = _talks(case, attempt)
    return talks[-1] if talks and talks[-1].understood == "yes" else None


def _talks(case: Case, attempt: TcpAttempt) -> list[Talk]:
    return [talk for talk in case.all(Talk) if (talk.address, talk.port) == (attempt.address, attempt.port)]


def _speaks(case: Case, attempt: TcpAttempt) -> bool:
    """Whether that other port speaks the protocol that is meant, by its greeting or its answer to a request."""
    meant = meant_protocol(case.tcp)
    if meant is None or meant.protocol in EVERYBODYS:
        return False
    answer = _talk(case, attempt)
    return meant.protocol in protocols_labelled(attempt.protocol) or bool(answer and answer.spoken == meant.protocol)


def _remedies(case: Case, address: str, listener: Listener) -> Iterator[Remedy]:
    yield Remedy(
        do=f"Let the client use port {listener.port}.",
        command=f"refused check {endpoint(address, listener.port)}",
        verify="It connects, and the client works with it.",
    )
    yield Remedy(
        do=f"Or let {listener.process or 'the service'} listen on port {case.tcp.port}: change its setting and restart it.",
        command=f"systemctl restart {listener.unit}" if listener.unit else "",
        verify=f"ss -ltn 'sport = :{case.tcp.port}' shows a listener.",
    )


def _far_remedies(case: Case, attempt: TcpAttempt) -> Iterator[Remedy]:
    yield Remedy(
        do=f"Let the client use port {attempt.port}, if that is the service.",
        command=f"refused check {endpoint(attempt.address, attempt.port)}",
        verify="It connects, and the client works with it.",
    )
    yield Remedy(
        do=f"On {attempt.address}: see which ports the service listens on.",
        command="ss -ltnp",
        verify=f"Its port is there, and the client's setting names the same; it is {case.tcp.port} now.",
    )


HYPOTHESIS = Hypothesis(
    place=10,
    onset="setting",
    title="right port",
    question="Is the service on another port of this machine?",
    why="A service that moved, or a slip in the number, looks exactly like a service that is not there.",
    meaning="Nothing is on this port, and the service is on another.",
    proof="Refused by the host itself; a listener on another port that fits by name, kind or greeting, or is a digit slip away.",
    mistaken_for=("server.not-listening",),
    supersedes=frozenset({"server.not-listening"}),
    needs=needs,
    judge=judge,
)
