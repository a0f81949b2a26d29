"""Readings of a case: whether a rule of this machine may have changed where a connection goes, and who seems to answer.

Law: behind a translation the kernel puts the address that was asked for into the answers, so an ICMP error or a reset in
that name may be another machine's. Only rules that were all read, or a kernel that tracks no connection, exclude one.
"""

from collections.abc import Iterator

from tui.diagnosis.readings import outcomes, rules
from tui.model.case import Case
from tui.model.facts import Firewall, Outcome, Tracking
from tui.model.requests import AnyRequest, ReadTracking


def checks(case: Case) -> Iterator[AnyRequest]:
    """Whether connections are tracked, after attempts that an own address refused, or that brought an ICMP error."""
    for address, attempt in outcomes.failing(case, *rules.STOPPED).items():
        own = outcomes.is_local(case, address)
        if own or attempt.icmp is not None:
            yield ReadTracking(address=address, own=own, after=attempt.id)


def excluded(case: Case, address: str) -> Firewall | Tracking | None:
    """The fact that shows that no rule here translates connections to the address; None where one may.

    All rules were read and none does; or nothing is tracked: not a datagram of our own to that address, nor, for an address of
    another machine, the attempts themselves, which an ICMP error or silence leaves in the table (and a reset does not).
    """
    reading = rules.filter_of(case, address)
    if reading and reading.translates is False:
        return reading
    tracking = next((fact for fact in reversed(case.all(Tracking)) if fact.address == address), None)
    if tracking is None or tracking.translates:
        return None
    reset = any(attempt.outcome is Outcome.REFUSED and attempt.icmp is None for attempt in outcomes.attempts(case, address))
    return tracking if tracking.own or tracking.loaded is False or not reset else None
