"""Readings of a case about ports beside the target's: what listens there, and what speaks for its being what was meant.

Law: all of it is likeness. It makes a candidate to ask about, and never proves what was meant.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui.diagnosis.readings import hosts, outcomes, spoken
from tui.diagnosis.readings.answers import service_name
from tui.diagnosis.readings.likely_ports import likely_ports, slips
from tui.model.case import Case
from tui.model.facts import Listener, Listeners, Outcome, Talk, TcpAttempt
from tui.model.protocols import HTTP, TLS, meant_protocol, protocols_labelled
from tui.model.schemes import Family, family_of_port
from tui.model.target import TcpTarget

CROWDED = "HTTP"
"""The family of which one machine runs many services that have nothing to do with each other."""
GO_BETWEENS = frozenset({"pgbouncer", "proxysql", "redis-sentinel", "mongos", "beam.smp", "etcd", "nats-server", "emqx"})
"""Programs of a family that stand in front of the service, or open ports of their own beside it."""
SIDE_DOORS = frozenset({2380, 6222, 6432, 8222, 9300, 15672, 25672, 26379, 33060})
"""Their ports, and those for peers and administration: not the service itself."""
EVERYBODYS = frozenset({HTTP, TLS})
"""Protocols that so many services speak that an answer in one proves nothing."""
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


def candidates(case: Case, refused: Iterable[str], table: Listeners) -> Iterator[NearMiss]:
    """One for each port and owner that would take a connection to one of the addresses and fits in some way.

    What the walk came by is not what it leads to.
    """
    near = slips(case.tcp.port)
    meant = hosts.meant_family(case)
    fronts = {case.tcp.port, *(before.target.port for before in case.behind if isinstance(before.target, TcpTarget))}
    yielded: set[tuple[int, int | None, str]] = set()
    for row in table.listeners:
        taken = any(hosts.reaches(row, address, here=outcomes.is_local(case, address)) for address in refused)
        if row.proto != "tcp" or row.port in fronts or not taken or (row.port, row.pid, hosts.owner(row)) in yielded:
            continue
        yielded.add((row.port, row.pid, hosts.owner(row)))
        served = serves(case, refused, row)
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


def serves(case: Case, addresses: Iterable[str], row: Listener) -> Family | None:
    """The kind of service of a listener: by its program, or, where nobody may see that, by its own words."""
    if row.process:
        return hosts.serves(row)
    return next((known for address in addresses if (known := spoken.family(case, address, row.port))), None)


def named_ports(case: Case, address: str) -> tuple[int, ...]:
    """The other ports of what the person named: its words tell whether it is of the kind that was meant."""
    table = hosts.table(case, address)
    rows = candidates(case, (address,), table) if table and service_name(case) else ()
    return tuple(dict.fromkeys(near.listener.port for near in rows if near.named))


def hidden_ports(case: Case, address: str) -> tuple[int, ...]:
    """The likely ports whose owners are hidden, those that fit best first: their words tell what they are.

    Others are left alone: what has nothing to do with the target gets no byte.
    """
    likely = likely_ports(case.tcp)
    table = hosts.table(case, address)
    ports = [
        row.port
        for row in (table.listeners if table and table.owners_known else ())
        if row.proto == "tcp"
        and row.process is None
        and row.port in likely
        and hosts.reaches(row, address, here=outcomes.is_local(case, address))
    ]
    return tuple(sorted(dict.fromkeys(ports), key=likely.index))


def doubt(case: Case, best: list[NearMiss], table: Listeners) -> str:
    """Why it is not certain that the best candidate is what was meant; empty where nothing speaks against it."""
    candidate, row = best[0], best[0].listener
    owners = {(listed.listener.pid, hosts.owner(listed.listener)) for listed in best}
    if not table.owners_known or not (row.process or candidate.same_family):
        return "its process is not known."
    if candidate.named:
        another = table.vantage is None and spoken.is_another(case, row)
        return (
            "it speaks another protocol." if another else "" if len(owners) == 1 else f"{len(owners)} listeners have that name."
        )
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
    if meant and is_front_door(case, candidate.listener.port, meant):
        return f"a machine can have {meant.name} on its usual port and another one on port {case.tcp.port}."
    return ""


def is_front_door(case: Case, port: int, meant: Family) -> bool:
    """Whether `port` is the kind's usual one and another was asked: that it is open says little about the other."""
    return port == meant.ports[0] != case.tcp.port


def _doubt_of_slip(case: Case, row: Listener) -> str:
    """What speaks against a likeness of numbers: another kind of service on either port, or too few digits."""
    meant = hosts.meant_family(case)
    usual, served = family_of_port(row.port), hosts.serves(row)
    if len(str(case.tcp.port)) < SHORTEST_SLIP or len(str(row.port)) < SHORTEST_SLIP:
        return "ports of so few digits all look alike."
    if meant and usual and usual != meant:
        return f"port {row.port} is {usual.name}'s."
    if meant is None and served and (served.name == CROWDED or row.port not in served.ports):
        return f"it serves {served.name}, and port {case.tcp.port} is not known for that."
    return ""


def fitting(case: Case, refused: Iterable[str]) -> Iterator[TcpAttempt]:
    """The other ports that accept and may be the service: they say so, are usual for it, or are a slip away."""
    family, meant = hosts.meant_family(case), meant_protocol(case.tcp)
    near = slips(case.tcp.port)
    for address in refused:
        for attempt in hosts.other_attempts(case, address):
            if attempt.outcome is not Outcome.CONNECTED:
                continue
            heard = protocols_labelled(attempt.protocol) or _unfit(case, attempt)
            other = bool(meant and heard and meant.protocol not in heard)
            if speaks(case, attempt) or (not other and (_is_sibling(case, attempt, family) or _is_slip(attempt, near, family))):
                yield attempt


def _is_sibling(case: Case, attempt: TcpAttempt, meant: Family | None) -> bool:
    """Another usual port of the same kind; a web server's usual port says nothing about the services on other ports."""
    if meant is None or attempt.port not in all_ports(meant) or {attempt.port, case.tcp.port} & SIDE_DOORS:
        return False
    front = {meant.ports[0], meant.tls_port}
    return meant.name != CROWDED or case.tcp.port in front or attempt.port not in front


def _is_slip(attempt: TcpAttempt, near: tuple[int, ...], meant: Family | None) -> bool:
    usual = family_of_port(attempt.port)
    long_enough = len(str(attempt.port)) >= SHORTEST_SLIP
    return attempt.port in near and long_enough and (usual is None or meant is None or usual == meant)


def all_ports(family: Family) -> tuple[int, ...]:
    """The usual ports of a kind of service, the one for TLS included."""
    return (*family.ports, *((family.tls_port,) if family.tls_port else ()))


def _unfit(case: Case, attempt: TcpAttempt) -> tuple[str, ...]:
    """The protocols of an answer from that other port that does not fit the request."""
    return next((talk.protocols for talk in _talks(case, attempt) if talk.understood == "no"), ())


def answer_of(case: Case, attempt: TcpAttempt) -> Talk | None:
    """The newest talk with that other port, if it answered in the protocol that was spoken."""
    talks = _talks(case, attempt)
    return talks[-1] if talks and talks[-1].understood == "yes" else None


def _talks(case: Case, attempt: TcpAttempt) -> list[Talk]:
    return [talk for talk in case.all(Talk) if (talk.address, talk.port) == (attempt.address, attempt.port)]


def speaks(case: Case, attempt: TcpAttempt) -> bool:
    """Whether that other port speaks the protocol that is meant, by its greeting or its answer to a request."""
    meant = meant_protocol(case.tcp)
    if meant is None or meant.protocol in EVERYBODYS:
        return False
    answer = answer_of(case, attempt)
    return meant.protocol in protocols_labelled(attempt.protocol) or bool(answer and answer.spoken == meant.protocol)


def best(case: Case, refused: Iterable[str], table: Listeners) -> list[NearMiss]:
    """The listeners of the machine that refused that fit best, all equally well; empty where none does."""
    found = sorted(candidates(case, refused, table), key=lambda candidate: candidate.rank, reverse=True)
    return [candidate for candidate in found if candidate.rank == found[0].rank]


def refused_by_table(case: Case) -> tuple[dict[str, TcpAttempt], Listeners] | None:
    """The first socket table that speaks for an address that refused, with all that it speaks for; None where none was read."""
    refused = outcomes.refused_by_reset(case)
    table = next((table for address in refused if (table := hosts.table(case, address))), None)
    if table is None:
        return None
    return {address: attempt for address, attempt in refused.items() if hosts.table(case, address) is table}, table


def to_ask_about(case: Case) -> str:
    """The program on another port that the person is asked about: `redis-server (pid 812) on port 6379`; empty for none.

    Only one of the kind that was meant is worth a question; what was named needs none.
    """
    known = refused_by_table(case)
    if known is None or not known[1].owners_known or outcomes.connecting(case):
        return ""
    nears = best(case, *known)
    if len(nears) != 1 or nears[0].named or not nears[0].same_family:
        return ""
    return f"{hosts.owner(nears[0].listener)} on port {nears[0].listener.port}"
