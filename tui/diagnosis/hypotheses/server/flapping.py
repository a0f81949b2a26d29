"""The service comes and goes."""

import itertools
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import RULES
from tui.diagnosis.readings import checks, commands, containers, hosts, outcomes, rules, services, varying_rules
from tui.model.case import Case, remembered
from tui.model.command_line import behind, quoted
from tui.model.facts import Listener, Listeners, OtherNamespaces, Outcome, Service, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ListListeners, ReadService

ALTERNATES = 2
"""Changes of outcome, one of them from connected to refused, that mean more than a service that stopped once."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """The schedule of attempts; the socket table, and again once it has failed after it had worked."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    if any(outcomes.is_local(case, address) for address in _fallen(case)):
        yield ListListeners(again=1)
    if any(containers.may_have(case, address) for address in _fallen(case)):
        yield containers.look(case)
    yield from _service_checks(case)


def judge(case: Case) -> Finding:
    """Outcomes that alternate on one address, or a listener that changes."""
    attempts = outcomes.attempts(case)
    fallen = _fallen(case)
    if not fallen:
        return ruled_out("No address failed after it had connected.", *outcomes.ids(*attempts))
    plain = {address: attempts for address, attempts in fallen.items() if _fails_as_if_absent(attempts)}
    if not plain:
        return _otherwise(case, fallen)
    changed = _changed_listener(case) if any(outcomes.is_local(case, address) for address in plain) else None
    alternating = {address: attempts for address, attempts in plain.items() if _changes(attempts) >= ALTERNATES}
    restarts = {address: restart for address in plain if (restart := services.restart(case, address))}
    looping = {address: loop for address in plain if (loop := _loop(case, address))}
    if looping and not restarts:
        return _in_a_loop(case, {address: plain[address] for address in looping}, next(iter(looping.values())))
    shown_there = bool(changed or restarts)
    filtered = varying_rules.stopping(case) | varying_rules.stopping_there(case)
    if not shown_there and plain.keys() <= filtered.keys():
        return _by_a_rule(plain, filtered)
    if alternating or shown_there:
        proved = alternating or {address: plain[address] for address in restarts} or plain
        return _proved(case, proved, changed, next(iter(restarts.values()), None))
    return _once(case, plain)


def _by_a_rule(fallen: Mapping[str, tuple[TcpAttempt, ...]], filtered: dict[str, varying_rules.Sometimes]) -> Finding:
    first = next(iter(fallen))
    rule = filtered[first].rule
    return still_open(
        f"A rule stops connections to {first} at times, as these ended: {rules.named(rule)}.",
        *outcomes.ids(*fallen[first], filtered[first].reading),
    )


def _service_checks(case: Case) -> Iterator[AnyRequest]:
    """The state of the service once it failed after it had worked, and again when the attempts are over."""
    for address in _fallen(case):
        for request in services.look_at(case, address):
            yield request
            if isinstance(request, ReadService) and case.has_ended(request) and outcomes.schedule_ended(case):
                yield replace(request, again=1)


@remembered
def _fallen(case: Case) -> Mapping[str, tuple[TcpAttempt, ...]]:
    """The addresses where an attempt failed after one that had connected, with their attempts."""
    by_address = {address: outcomes.attempts(case, address) for address in outcomes.latest(case)}
    return {
        address: attempts
        for address, attempts in by_address.items()
        if any(_works(earlier) and not _works(later) for earlier, later in itertools.pairwise(attempts))
    }


def _works(attempt: TcpAttempt) -> bool:
    """Whether it was accepted; a service that ends while the connection is watched closes or resets it."""
    return attempt.outcome in {Outcome.CONNECTED, Outcome.CLOSED, Outcome.RESET}


def _fails_as_if_absent(attempts: tuple[TcpAttempt, ...]) -> bool:
    """Whether every failure is a plain refusal, as of a port without a listener."""
    return all(_works(attempt) or (attempt.outcome is Outcome.REFUSED and attempt.icmp is None) for attempt in attempts)


def _changes(attempts: tuple[TcpAttempt, ...]) -> int:
    return sum(_works(earlier) != _works(later) for earlier, later in itertools.pairwise(attempts))


def _changed_listener(case: Case) -> tuple[Listener, Listener, Listeners] | None:
    """A listener on the port before and after it was replaced by another process of the same name, and the later table.

    Workers can share an address, so two tables differ only where they have no process in common.
    """
    tables = [table for table in case.all(Listeners) if table.vantage is None and table.owners_known]
    held = [(rows, table) for table in tables if (rows := _with_pid(outcomes.on_port(table, case.tcp.port)))]
    for (before, _), (after, table) in itertools.pairwise(held):
        if {row.pid for row in before}.isdisjoint(row.pid for row in after):
            for row, later in itertools.product(before, after):
                if (row.address, row.process) == (later.address, later.process):
                    return row, later, table
    return None


def _with_pid(rows: tuple[Listener, ...]) -> tuple[Listener, ...]:
    return tuple(row for row in rows if row.pid is not None)


def _proved(
    case: Case,
    fallen: Mapping[str, tuple[TcpAttempt, ...]],
    changed: tuple[Listener, Listener, Listeners] | None,
    restart: services.Restart | None,
) -> Finding:
    first, attempts = next(iter(fallen.items()))
    pattern = ", ".join(attempt.outcome for attempt in attempts[-6:])
    restarted = f" {hosts.owner(changed[1])} listens now; before it was pid {changed[0].pid}." if changed else ""
    culprit = Culprit(kind="address", address=first, port=case.tcp.port)
    if changed:
        culprit = hosts.listener_culprit("process", changed[1])
    if restart:
        restarted = _restarted(restart, attempts)
        culprit = services.culprit(restart.after, case.tcp.port)
    return claim(
        f"{case.target.label} comes and goes: {first} connects at times and refuses at others.{restarted}",
        *outcomes.ids(*(fact for facts in fallen.values() for fact in facts), changed[2] if changed else None, *_both(restart)),
        reason=f"On one address: {pattern}.",
        missing="" if changed or restart else _unseen(case, fallen),
        looks=() if changed or restart else (RULES,),
        explains=fallen.keys() & outcomes.failing(case).keys(),
        culprit=culprit,
        refuted_by=f"{first} is a balancer's address, and one of the machines behind it always refuses.",
        remedies=_remedies(case, first, changed[1] if changed else None, restart),
    )


def _unseen(case: Case, fallen: Mapping[str, tuple[TcpAttempt, ...]]) -> str:
    """What is missing where only outcomes alternate: at another machine a rule that resets some connections looks the same."""
    far = next((address for address in fallen if not outcomes.is_local(case, address)), None)
    if far is None:
        return ""
    return (
        f"On {far}, twice: `ss -ltnp 'sport = :{case.tcp.port}'`, or `systemctl show UNIT -p NRestarts`. Another process, or a "
        "number that grows, confirms it; a listener that stays means a rule with a limit, or a balancer."
    )


class _Loop(Struct, frozen=True):
    """What starts again and again, by its manager's or engine's own counter."""

    words: str
    """`container shop (docker), which ends again and again`, and its last words after a full stop."""
    fact: Service | OtherNamespaces
    culprit: Culprit
    remedies: tuple[Remedy, ...]


def _loop(case: Case, address: str) -> _Loop | None:
    meant = containers.meant(case, address)
    if meant and meant.is_looping:
        words = f"{meant.label}, which {containers.how_it_ended(meant)}.{containers.quoted_end(meant.container)}"
        return _Loop(words, meant.fact, containers.culprit(case, meant), tuple(containers.remedies(case, meant)))
    for service in services.services(case, address):
        if services.is_looping(service) and services.is_meant(case, address, service):
            words = f"{service.name}.{services.again_and_again(service)}{services.quoted_end(service)}"
            return _Loop(words, service, services.culprit(service, case.tcp.port), tuple(services.remedies(case, service)))
    return None


def _in_a_loop(case: Case, fallen: Mapping[str, tuple[TcpAttempt, ...]], loop: _Loop) -> Finding:
    """Between two ends it answers for a moment."""
    attempts = next(iter(fallen.values()))
    return claim(
        f"{case.target.label} comes and goes, with {loop.words}",
        *outcomes.ids(*(fact for facts in fallen.values() for fact in facts), loop.fact),
        reason=f"On one address: {', '.join(attempt.outcome for attempt in attempts[-6:])}.",
        explains=fallen.keys() & outcomes.failing(case).keys(),
        culprit=loop.culprit,
        refuted_by="Its counter of restarts does not grow any more.",
        remedies=loop.remedies,
    )


def _both(restart: services.Restart | None) -> tuple[Service, ...]:
    return (restart.before, restart.after) if restart else ()


def _restarted(restart: services.Restart, attempts: tuple[TcpAttempt, ...]) -> str:
    """How often it was restarted, how it ended, and which refusal lies between an end and the next start."""
    service = restart.after
    ended = service.ended or restart.before.ended
    how = "" if service.active == "active" and ended is None else f"; last, {services.how_it_ended(service)}"
    sentence = f" {restart.in_words}{how}."
    began, again = restart.before.started, service.started
    for attempt in reversed(attempts):
        at = services.moment(attempt.at)
        if not _works(attempt) and at is not None and began is not None and again is not None and began <= at <= again + 1:
            between = f"its starts at {services.hour(began)} and {services.hour(again)}"
            sentence += f" The refusal at {services.hour(at)} lies between {between}."
            break
    return f"{sentence}{services.quoted_end(service)}"


def _once(case: Case, fallen: Mapping[str, tuple[TcpAttempt, ...]]) -> Finding:
    first, attempts = next(iter(fallen.items()))
    return claim(
        f"{case.target.label} stopped while it was watched: {first} connected, and refuses now.",
        *outcomes.ids(*(fact for facts in fallen.values() for fact in facts)),
        reason=f"On one address: {', '.join(attempt.outcome for attempt in attempts[-6:])}.",
        missing=f"More attempts: `refused check {quoted(case.target.label)} --attempts 10`; if one connects, it comes and goes.",
        explains=fallen.keys() & outcomes.failing(case).keys(),
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by="It stays refused: then the service has ended.",
        remedies=_remedies(case, first, None, None),
    )


def _otherwise(case: Case, fallen: Mapping[str, tuple[TcpAttempt, ...]]) -> Finding:
    """Time-outs, ICMP errors or early closes in between: a full queue, a lossy path or a limit fit as well."""
    first, attempts = next(iter(fallen.items()))
    return still_open(
        f"On one address: {', '.join(attempt.outcome for attempt in attempts[-6:])}. A service that is absent refuses plainly.",
        *outcomes.ids(*attempts),
        summary=f"The service on {first} restarts again and again.",
        next_check="On the server: `systemctl show UNIT -p NRestarts`, twice; a number that grows confirms it.",
        explains=fallen.keys() & outcomes.failing(case).keys(),
    )


def _remedies(case: Case, address: str, listener: Listener | None, restart: services.Restart | None) -> Iterator[Remedy]:
    unit = restart.after.name if restart else (listener.unit if listener else None) or ""
    prefix = restart.after.vantage if restart else commands.prefix_to(case, address)
    if unit and commands.has_systemd(case, prefix):
        show = behind(prefix, f"systemctl show {quoted(unit)} -p NRestarts,Result,ActiveEnterTimestamp")
        look = f"{show}; {behind(prefix, f'journalctl -u {quoted(unit)} -n 50')}"
    else:
        look = f"{commands.status(case, '', prefix=prefix)}; {commands.log(case, listener, prefix=prefix)}"
    yield Remedy(
        do=commands.opening(
            commands.on(case, address), "See whether it restarts again and again, and what it says before it ends."
        ),
        command=look,
        verify="NRestarts does not grow any more.",
    )
    yield Remedy(
        do="If the address is a balancer's, ask each machine behind it alone.",
        command=f"refused check {quoted(case.target.label)} --attempts 10",
        verify="Every attempt connects.",
    )


HYPOTHESIS = Hypothesis(
    place=60,
    onset="change",
    title="stays up",
    question="Does the service come and go?",
    why="A service that restarts in a loop connects at one moment and refuses at the next, on the same address.",
    meaning="It comes and goes.",
    proof="Outcomes that alternate on one address, and this machine's own TCP refused; or, from the other end, a listener whose "
    "process changes or a restart counter that grows.",
    mistaken_for=("name.dead-address", "server.starting"),
    supersedes=frozenset({"server.starting", "server.not-listening", "server.closes-early", "server.crashed"}),
    shown_by=(TcpAttempt,),
    looks=(),
    needs=needs,
    judge=judge,
)
