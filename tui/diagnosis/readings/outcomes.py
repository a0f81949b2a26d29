"""Named readings of a case, shared by hypotheses: which addresses, which fail, what is local, who listens."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from tui.model.address import ip_family, is_loopback, is_unspecified, plain_address, same_address, without_zone
from tui.model.case import Case, remembered
from tui.model.facts import (
    Addresses,
    Attempt,
    Listener,
    Listeners,
    NameserverAnswer,
    NameSources,
    OtherNamespaces,
    Outcome,
    Quiet,
    Route,
    SystemAnswer,
    TcpAttempt,
)
from tui.model.requests import Connect, ConnectUnix
from tui.model.target import TcpTarget

A = TypeVar("A", bound=Attempt)
NAME = "name"
"""The symptom that the name gives no address."""
WORKING = frozenset({Outcome.CONNECTED})
_NO_SUCH_FAMILY = frozenset({"ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT"})
MOST_JOINED = 8
"""A sentence that lists more is not read to its end."""
TARGET_PURPOSES = frozenset({"target", "verify"})


def addresses(case: Case) -> tuple[str, ...]:
    """The addresses that a client here would try, in order; empty while unknown or where there is none."""
    if not isinstance(case.target, TcpTarget):
        return ()
    if case.target.is_literal:
        return (case.target.host,)
    answer = system_answer(case)
    return answer.addresses if answer else ()


def system_answer(case: Case) -> SystemAnswer | None:
    """What programs here get for the target's name, newest; other names (a proxy's) are left out."""
    if not isinstance(case.target, TcpTarget):
        return None
    wanted = plain_name(case.target.host)
    return next((match for match in reversed(case.all(SystemAnswer)) if plain_name(match.name) == wanted), None)


def name_fails(case: Case) -> bool:
    """Whether resolution was tried and gave no address."""
    answer = system_answer(case)
    return bool(answer and not answer.addresses)


def attempts(case: Case, address: str | None = None) -> tuple[TcpAttempt, ...]:
    """The attempts on the target's own port, on one address or (None) on all, oldest first; for a Unix socket none."""
    return on_the_target(case, TcpAttempt, address)


def latest(case: Case) -> Mapping[str, TcpAttempt]:
    """The newest attempt on the target for each address."""
    return newest(case, TcpAttempt)


def on_the_target(case: Case, kind: type[A], where: str | None = None) -> tuple[A, ...]:
    """The attempts of one kind on the target itself, on one address or path or (None) on all, oldest first."""
    return _all_on_the_target(case, kind) if where is None else _by_where(case, kind).get(where, ())


@remembered
def newest(case: Case, kind: type[A]) -> Mapping[str, A]:
    """The newest of them for each address or path."""
    return {where: series[-1] for where, series in _by_where(case, kind).items()}


@remembered
def _all_on_the_target(case: Case, kind: type[A]) -> tuple[A, ...]:
    return tuple(attempt for attempt in case.all(kind) if attempt.purpose in TARGET_PURPOSES)


@remembered
def _by_where(case: Case, kind: type[A]) -> Mapping[str, tuple[A, ...]]:
    series: dict[str, list[A]] = {}
    for attempt in _all_on_the_target(case, kind):
        series.setdefault(attempt.where, []).append(attempt)
    return {where: tuple(some) for where, some in series.items()}


@remembered
def failing(case: Case, *outcomes: Outcome) -> Mapping[str, TcpAttempt]:
    """The newest attempts that did not connect; with `outcomes`, only those that ended so.

    An address of a family for which this machine has no route or address at all is not a failure where attempts of the
    other family leave this machine: programs skip it (RFC 6724, section 6, rule 1).
    """
    sent = {ip_family(address) for address, attempt in latest(case).items() if attempt.outcome is not Outcome.BLOCKED}
    return {
        address: attempt
        for address, attempt in latest(case).items()
        if attempt.outcome not in WORKING
        and (not outcomes or attempt.outcome in outcomes)
        and not (
            attempt.outcome is Outcome.BLOCKED
            and attempt.errno in _NO_SUCH_FAMILY
            and attempt.source is None
            and sent - {ip_family(address)}
        )
    }


def quiet(case: Case) -> tuple[str, ...]:
    """The addresses whose first attempt is under way and has had no answer for a while."""
    known, port = latest(case), case.tcp.port
    return tuple(
        dict.fromkeys(
            fact.address for fact in case.all(Quiet) if fact.port == port and fact.protocol is None and fact.address not in known
        )
    )


@remembered
def connecting(case: Case) -> Mapping[str, TcpAttempt]:
    """The newest attempts that connected."""
    return {address: attempt for address, attempt in latest(case).items() if attempt.outcome in WORKING}


@remembered
def refused_by_reset(case: Case) -> Mapping[str, TcpAttempt]:
    """The newest attempts that were refused without an ICMP error in the queue."""
    return {address: attempt for address, attempt in failing(case, Outcome.REFUSED).items() if attempt.icmp is None}


@remembered
def schedule_ended(case: Case) -> bool:
    """Whether the attempts on every address, or on the socket's path, have come to their end."""
    schedules = [
        schedule
        for schedule in case.asked
        if isinstance(schedule, ConnectUnix) or (isinstance(schedule, Connect) and schedule.purpose == "target")
    ]
    return bool(schedules) and all(case.has_ended(schedule) for schedule in schedules)


def route_to(case: Case, address: str) -> Route | None:
    """The newest route fact for `address`."""
    return _routes(case).get(address)


@remembered
def _routes(case: Case) -> Mapping[str, Route]:
    return {route.address: route for route in case.all(Route)}


@remembered
def is_local(case: Case, address: str) -> bool:
    """Whether `address` is one of this machine's own: loopback by its number, others by the kernel's route."""
    if is_loopback(address) or is_unspecified(address):
        return True
    route = route_to(case, address)
    return route is not None and route.type == "local"


def is_remote(case: Case, address: str) -> bool:
    """Whether `address` is known to be another machine's; False while that is not known."""
    route = route_to(case, address)
    return route is not None and not is_local(case, address)


def has_address(machine: Addresses | Listeners, address: str) -> bool:
    """Whether the machine that was checked, this one or a vantage's, is known to have `address` on an interface."""
    own = [own_address for _, own_address in machine.addresses] if isinstance(machine, Addresses) else machine.addresses
    return plain_address(address) in map(without_zone, own)


@remembered
def listeners(case: Case, vantage: str | None = None) -> Listeners | None:
    """The newest socket table of this machine, or of a vantage."""
    return next((table for table in reversed(case.all(Listeners)) if table.vantage == vantage), None)


def other_namespaces(case: Case, vantage: str | None = None) -> OtherNamespaces | None:
    """The newest look into the other namespaces and containers of this machine, or of a vantage's."""
    return next((fact for fact in reversed(case.all(OtherNamespaces)) if fact.vantage == vantage), None)


def on_port(table: Listeners | None, port: int | None, proto: str = "tcp") -> tuple[Listener, ...]:
    """The listeners on one port."""
    return tuple(row for row in table.listeners if row.port == port and row.proto == proto) if table else ()


def covers(listener: Listener, address: str) -> bool:
    """Whether a connection to `address` would reach this listener's socket."""
    if not is_unspecified(listener.address):
        return same_address(listener.address, address)
    if ip_family(listener.address) == "IPv4":
        return ip_family(address) == "IPv4"
    return ip_family(address) == "IPv6" or not listener.v6_only


def name_sources(case: Case) -> NameSources | None:
    """What is known of this machine's way to resolve the target's name."""
    return case.last(NameSources)


def nameserver_answers(case: Case, *, name: str | None = None, configured: bool | None = None) -> tuple[NameserverAnswer, ...]:
    """What nameservers said, newest answer for each (server, name, type, CD)."""
    newest: dict[tuple[str, int, str, str, bool], NameserverAnswer] = {}
    for answer in case.all(NameserverAnswer):
        newest[answer.server, answer.port, answer.name, answer.rtype, answer.checking_disabled] = answer
    return tuple(
        answer
        for answer in newest.values()
        if (name is None or plain_name(answer.name) == plain_name(name))
        and (configured is None or answer.configured == configured)
    )


def plain_name(name: str) -> str:
    """A name for comparison: without the root dot, in lower case (RFC 4343)."""
    return name.rstrip(".").lower()


def ids(*facts: object) -> tuple[str, ...]:
    """The ids of the facts given; None is skipped."""
    return tuple(dict.fromkeys(identifier for fact in facts if (identifier := getattr(fact, "id", ""))))


def capital(text: str) -> str:
    """The text as it opens a sentence."""
    return text[:1].upper() + text[1:]


def joined(items: Iterable[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; of many the first, and how many more there are."""
    known = list(items)
    if len(known) > MOST_JOINED:
        known = [*known[: MOST_JOINED - 1], f"{len(known) - MOST_JOINED + 1} more"]
    *rest, last = known or [""]
    return f"{', '.join(rest)} {word} {last}" if rest else last
