"""Readings of a case about what this machine's kernel counted: whose resets they are, and what it dropped meanwhile.

Law: others use the same machine, so a counter that has risen is a sign only as far as its rise fits the attempts: it must have
risen in each of them, and seldom enough otherwise that this is no chance. One that has not risen is proof that it did not happen.
"""

from collections.abc import Iterator
from datetime import datetime
from math import prod

from tui.diagnosis.readings import outcomes
from tui.model.case import Case
from tui.model.facts import Counters, Outcome, TcpAttempt
from tui.model.requests import AnyRequest, ReadCounters
from tui.model.target import TcpTarget

CHANCE = 0.01
"""How likely it may be at most that somebody else's packets raised a counter during every attempt."""
READING_MS = 0.5
"""By how much longer than the attempt itself the time between the two readings of a counter is, at most."""


def checks(case: Case) -> Iterator[AnyRequest]:
    """The counters before the first attempt and, where something fails, after the last."""
    if isinstance(case.target, TcpTarget):
        yield ReadCounters()
        if outcomes.schedule_ended(case) and any(attempt.outcome not in outcomes.WORKING for attempt in outcomes.attempts(case)):
            yield ReadCounters(again=1)


def sent_by_this_kernel(case: Case, address: str) -> bool | None:
    """Whether this machine's own TCP sent the resets that refused the address, rather than a rule here or another machine.

    None where no reset came, where that was not counted, or where too many other resets are sent to tell.
    """
    resets = [attempt for attempt in _refused_by_reset(case, address) if attempt.resets_sent is not None]
    if not resets:
        return None
    if not all(attempt.resets_sent for attempt in resets):
        return False
    return True if _by_chance(case, resets) <= CHANCE else None


def growth(case: Case, name: str) -> int | None:
    """By how much a counter, a field of Counters, rose between the first and the last reading; None without two of them."""
    readings = [count for fact in case.all(Counters) if (count := getattr(fact, name)) is not None]
    return max(readings[-1] - readings[0], 0) if len(readings) > 1 else None


def readings_of(case: Case) -> tuple[Counters, ...]:
    """The first and the last reading, as evidence; one or none where there are no two."""
    facts = case.all(Counters)
    return tuple(dict.fromkeys((*facts[:1], *facts[-1:])))


def _refused_by_reset(case: Case, address: str) -> list[TcpAttempt]:
    attempts = outcomes.attempts(case, address)
    return [attempt for attempt in attempts if attempt.outcome is Outcome.REFUSED and attempt.icmp is None]


def _by_chance(case: Case, resets: list[TcpAttempt]) -> float:
    """How likely it is that resets for others fell into each of these attempts, by how many there were in the whole session."""
    others, seconds = growth(case, "resets_sent"), _elapsed_s(case)
    if others is None or not seconds:
        return 0.0
    ours = sum(attempt.resets_sent or 0 for attempt in case.all(TcpAttempt))
    each_ms = max(others - ours, 0) / (seconds * 1000)
    return prod(min(each_ms * (attempt.latency_ms + READING_MS), 1.0) for attempt in resets)


def _elapsed_s(case: Case) -> float:
    """Seconds between the first and the last reading."""
    times = [datetime.fromisoformat(fact.at) for fact in case.all(Counters) if fact.at]
    return (times[-1] - times[0]).total_seconds() if times else 0.0
