"""Readings of a case: whether a rule of this machine may have changed where a connection goes, and who seems to answer.

Law: behind a translation the kernel puts the address that was asked for into the answers, so an ICMP error or a reset in
that name may be another machine's. Only rules that were all read, or a kernel that tracks no connection, exclude one.
"""

from collections.abc import Iterator

from tui.diagnosis.readings import outcomes, rules
from tui.model.address import LOOPBACK, ip_family
from tui.model.case import Case
from tui.model.facts import Firewall, Outcome, Tracking
from tui.model.requests import AnyRequest, ReadTracking


def checks(case: Case) -> Iterator[AnyRequest]:
    """Whether connections are tracked, after attempts that failed as a translation can make them fail."""
    for address, attempt in outcomes.failing(case, *rules.STOPPED).items():
        own = outcomes.is_local(case, address)
        if own or attempt.icmp is not None:
            yield ReadTracking(address=address, own=own, after=attempt.id)
        elif attempt.outcome is Outcome.REFUSED:
            yield ReadTracking(address=LOOPBACK[ip_family(address)], own=True, after=attempt.id)


def excluded(case: Case, address: str) -> Firewall | Tracking | None:
    """The fact that shows that no rule here translates connections to the address; None where one may.

    All rules were read and none does; or nothing is tracked: not a datagram of our own to that address, nor, for an address of
    another machine, the attempts themselves, which an ICMP error or silence leaves in the table. A reset does not; then a
    datagram over loopback stands for the address's family, since the kernel tracks all of a family or nothing.
    """
    reading = rules.filter_of(case, address)
    if reading and reading.translates is False:
        return reading
    reset = any(attempt.outcome is Outcome.REFUSED and attempt.icmp is None for attempt in outcomes.attempts(case, address))
    shown_by = LOOPBACK[ip_family(address)] if reset and not outcomes.is_local(case, address) else address
    tracking = next((fact for fact in reversed(case.all(Tracking)) if fact.address == shown_by), None)
    return tracking if tracking and not tracking.translates else None
