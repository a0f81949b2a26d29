"""Readings of a case: rules that stop only some connections, by a limit, a count or chance, held against the attempts.

Law: such a rule explains the failures of some attempts, never one that all of them share; its counter, where it has one, must
have risen while they failed.
"""

from collections.abc import Iterator

from msgspec import Struct

from tui.diagnosis.hypothesis import Finding, claim
from tui.diagnosis.readings import outcomes, rule_remedies, rules
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Firewall, Rule, TcpAttempt


class Sometimes(Struct, frozen=True):
    """A rule that may have stopped some attempts, with these."""

    reading: Firewall
    rule: Rule
    stopped: tuple[TcpAttempt, ...]
    risen: int | None
    """By how many packets its counter rose; None where that is not known."""


def stopping(case: Case) -> dict[str, Sometimes]:
    """The addresses of which some attempts connected and all others ended as a rule of this machine makes them end."""
    chosen: dict[str, Sometimes] = {}
    for address in rules.troubled(case):
        reading = rules.filter_of(case, address)
        for rule, failed in _fitting(case, address, reading) if reading else ():
            risen = rules.growth(case, address, rule)
            if reading and risen != 0:
                chosen.setdefault(address, Sometimes(reading, rule, failed, risen))
    return chosen


def stopping_there(case: Case) -> dict[str, Sometimes]:
    """The same by a rule of the other end, whose counters are read once."""
    readings = [(address, reading) for address in rules.troubled(case) for reading in rules.far_filters(case, address)]
    return {
        address: Sometimes(reading, rule, failed, None)
        for address, reading in readings
        for rule, failed in _fitting(case, address, reading)
    }


def _fitting(case: Case, address: str, reading: Firewall) -> Iterator[tuple[Rule, tuple[TcpAttempt, ...]]]:
    """The rules that stop some connections, with the attempts that failed, where these ended so and others connected."""
    attempts = outcomes.attempts(case, address)
    failed = tuple(attempt for attempt in attempts if attempt.outcome not in outcomes.WORKING)
    if len(failed) < len(attempts):
        yield from ((rule, failed) for rule in reading.undecided if rule.varies and rules.fits(rule, failed))


def finding(case: Case, sometimes: dict[str, Sometimes]) -> Finding:
    """A limit, a count or chance stops some of the attempts: their ends and its counter fit, what it counted does not show."""
    first, known = next(iter(sometimes.items()))
    what = outcomes.joined(endpoint(address, case.tcp.port) for address in sometimes)
    attempts = outcomes.attempts(case, first)
    return claim(
        f"This machine's own packet filter {rules.does(known.rule, what)} at times: {rules.named(known.rule)}.",
        *outcomes.ids(known.reading, *attempts),
        reason=f"{len(known.stopped)} of {len(attempts)} attempts ended as `{rules.quoted(known.rule)}` "
        f"({rules.location(known.rule)}) makes them end, the others connected.{rules.counted(case, first, known.rule)}",
        missing=f"Its counter, in `{rules.show(known.rule)}`, rises with each attempt that fails, and with no other.",
        explains=sometimes,
        culprit=rules.culprit(known.rule, first, case.tcp.port),
        refuted_by="Without that rule, attempts fail as often.",
        remedies=rule_remedies.remedies(case, known.rule, first),
    )
