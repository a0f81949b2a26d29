"""Readings of a case about what this machine's kernel counted: whose resets they are, and what it dropped meanwhile.

Law: others use the same machine, so a counter that has risen is a sign only as far as its rise fits the attempts: it must have
risen in each of them, and seldom enough otherwise that this is no chance. One that has not risen is proof that it did not happen.
"""

from collections.abc import Iterator
from datetime import datetime
from math import prod

from tui.diagnosis.readings import hosts, outcomes
from tui.model.case import Case, remembered
from tui.model.facts import Counters, DropWatch, Outcome, TcpAttempt
from tui.model.requests import AnyRequest, ReadCounters, Step, WatchDrops
from tui.model.target import TcpTarget

FEWEST_DROPS = 4
"""Fewer drops may be somebody else's, however they fall."""
CLEARLY = 2
"""So many times as many while we try as while we don't."""
FULL = 0.99
"""Tracked connections end all the time, so a full table is seen a little below its limit."""
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


@remembered
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


def drop_checks(case: Case) -> Iterator[AnyRequest]:
    """A watch of what is dropped while the first silent address is tried: at the other ends, and here where counters call for it.

    Only once no other check sends anything: what is dropped of that would be counted too.
    """
    silent = [address for address in hosts.silent(case) if outcomes.is_remote(case, address)]
    if not silent or any(isinstance(request, Step) and not isinstance(request, WatchDrops) for request in case.in_flight):
        return
    first = silent[0]
    attempts = outcomes.attempts(case, first)
    source = attempts[-1].local_address
    if (growth(case, "reverse_path_drops") or 0) >= len(attempts):
        yield WatchDrops(address=first, port=case.tcp.port, source=source)
    for prefix in case.options.servers:
        yield WatchDrops(address=first, port=case.tcp.port, source=source, vantage=prefix)


def watches(case: Case, address: str) -> tuple[DropWatch, ...]:
    """The newest watch of what is dropped here, and at each other end, while the address is tried."""
    newest = {fact.vantage: fact for fact in case.all(DropWatch) if (fact.address, fact.port) == (address, case.tcp.port)}
    return tuple(newest.values())


def drops_by_reverse_path(case: Case, address: str) -> DropWatch | None:
    """The watch that shows that a reverse path filter drops packets of these connections, here or at the other end."""
    return next((fact for fact in watches(case, address) if _rises(fact.busy.reverse_path, fact.quiet.reverse_path)), None)


def drops_untracked(case: Case, address: str) -> DropWatch | None:
    """The watch that shows that packets are dropped because the table of tracked connections is full."""
    return next(
        (
            fact
            for fact in watches(case, address)
            if is_full(fact.tracked, fact.tracking_limit) and _rises(fact.busy.tracking, fact.quiet.tracking)
        ),
        None,
    )


def half_open(case: Case, address: str) -> DropWatch | None:
    """The watch at the other end that shows that our SYNs arrive there, and that their answers do not come back."""
    return next((fact for fact in watches(case, address) if fact.half_open), None)


def full_tracking(case: Case) -> Counters | None:
    """The last reading, if the table of tracked connections was full in it and something was dropped since the first."""
    last = case.last(Counters)
    return last if last and is_full(last.tracked, last.tracking_limit) and growth(case, "tracking_drops") else None


def is_full(tracked: int | None, limit: int | None) -> bool:
    """Whether a table with this limit has no room."""
    return bool(tracked and limit and tracked >= FULL * limit)


def growth(case: Case, name: str) -> int | None:
    """By how much a counter, a field of Counters, rose between the first and the last reading; None without two of them."""
    readings = [count for fact in case.all(Counters) if (count := getattr(fact, name)) is not None]
    return max(readings[-1] - readings[0], 0) if len(readings) > 1 else None


def readings_of(case: Case) -> tuple[Counters, ...]:
    """The first and the last reading, as evidence; one or none where there are no two."""
    facts = case.all(Counters)
    return tuple(dict.fromkeys((*facts[:1], *facts[-1:])))


def _rises(busy: int | None, quiet: int | None) -> bool:
    """Whether a counter rises with our attempts, and clearly less without."""
    return busy is not None and busy >= FEWEST_DROPS and busy >= CLEARLY * (quiet or 0)


def _refused_by_reset(case: Case, address: str) -> list[TcpAttempt]:
    attempts = outcomes.attempts(case, address)
    return [attempt for attempt in attempts if attempt.outcome is Outcome.REFUSED and attempt.icmp is None]


def _by_chance(case: Case, resets: list[TcpAttempt]) -> float:
    """How likely it is that resets for others fell into each of these attempts, by how many there were in the whole session."""
    each_ms = _resets_for_others(case)
    return prod(min(each_ms * (attempt.latency_ms + READING_MS), 1.0) for attempt in resets)


@remembered
def _resets_for_others(case: Case) -> float:
    """Resets that this machine sent to others, each millisecond; 0 where that is not known."""
    others, seconds = growth(case, "resets_sent"), _elapsed_s(case)
    if others is None or seconds <= 0:  # the clock may have been set back
        return 0.0
    ours = sum(attempt.resets_sent or 0 for attempt in case.all(TcpAttempt))
    return max(others - ours, 0) / (seconds * 1000)


def _elapsed_s(case: Case) -> float:
    """Seconds between the first and the last reading."""
    times = [datetime.fromisoformat(fact.at) for fact in case.all(Counters) if fact.at]
    return (times[-1] - times[0]).total_seconds() if times else 0.0
