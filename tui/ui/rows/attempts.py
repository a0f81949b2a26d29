"""The attempts: those under way or waited for, then each one made with its outcome in words, newest first."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tui.diagnosis.readings.signs import signs
from tui.model.address import endpoint
from tui.model.facts import Attempt, TcpAttempt, UnixAttempt
from tui.model.requests import Connect, ConnectUnix, Schedule
from tui.report.outcomes import outcome_in_short
from tui.report.sentences import fact_words
from tui.report.words import took
from tui.ui.rows.text import Line, Span, Tone, cells, cut_line, line, muted, paragraph
from tui.ui.rows.words import moment, outcome_tone, time_of_day
from tui.ui.snapshot import Snapshot

MOST_SIGNS = 2
TENTHS_UNTIL_S = 10.0
"""Waits longer than this are counted in whole seconds."""


class Pending(NamedTuple):
    """A schedule under way: what it tries, and how far it is."""

    where: str
    words: str
    tone: Tone
    """An attempt that hangs stands out."""


def of_target(snapshot: Snapshot) -> tuple[Attempt, ...]:
    """The attempts on the target itself, including those that verify a repair, oldest first."""
    return tuple(attempt for attempt in snapshot.case.all(Attempt) if attempt.purpose in {"target", "verify"})


def newest_first(snapshot: Snapshot) -> list[Attempt]:
    """All attempts, including those on other ports and addresses, newest first."""
    return list(reversed(snapshot.case.all(Attempt)))


def attempt_line(attempt: Attempt, width: int, *, several: bool) -> Line:
    """One attempt; it names its address if there are `several`. If room is short, the time is left out first."""
    own = attempt.purpose in {"target", "verify"}
    number = f"#{attempt.number:<2}" if own else "   "
    where = f"{attempt.label} " if several or not own else ""
    latency = f" {took(attempt.latency_ms)}"
    outcome = outcome_in_short(attempt)
    for head, tail in (
        (f"{number} {time_of_day(attempt.at)} {where}", latency),
        (f"{number} {where}", latency),
        (f"{number} {where}", ""),
    ):
        if cells(head) + cells(outcome) + cells(tail) <= width:
            return line(muted(head), Span(outcome, outcome_tone(attempt)), muted(tail))
    return cut_line(line(muted(where), Span(outcome, outcome_tone(attempt))), width)


def detail(attempt: Attempt) -> str:
    """Everything that is known about one attempt."""
    parts = [fact_words(attempt), attempt.errno or ""]
    if isinstance(attempt, TcpAttempt):
        parts += [
            f"from {endpoint(attempt.local_address, attempt.local_port)}" if attempt.local_address and attempt.local_port else ""
        ]
        parts += [f"{attempt.retransmits} SYNs repeated" if attempt.retransmits else ""]
    parts += [f"held {took(attempt.held_ms)}" if attempt.held_ms else "", attempt.stopped or "", attempt.command]
    return " · ".join(part for part in parts if part)


def several_addresses(snapshot: Snapshot) -> bool:
    """Whether more than one address is tried, so that each line has to name its own."""
    under_way = {request.address for request in snapshot.under_way if isinstance(request, Connect)}
    return len(under_way | {attempt.where for attempt in of_target(snapshot)}) > 1


def pending(snapshot: Snapshot, now: datetime) -> list[Pending]:
    """Each schedule that is under way: waiting for its next attempt, or trying."""
    schedules = []
    for request, begun in snapshot.under_way.items():
        if not isinstance(request, Schedule):
            continue
        mine = _made(snapshot, request)
        last = mine[-1] if mine else None
        if last and last.next_in_s is None:
            continue
        where = request.path if isinstance(request, ConnectUnix) else endpoint(request.address, request.port)
        planned = last.total if last else request.attempts
        number = f"attempt {(last.number if last else 0) + 1} of {planned}"
        wait = _wait_s(last, begun, now)
        schedules.append(Pending(where, f"{number}: {_state(wait)}", Tone.MUTED if wait is not None and wait > 0 else Tone.WARN))
    return schedules


def _made(snapshot: Snapshot, request: Connect | ConnectUnix) -> Sequence[Attempt]:
    if isinstance(request, ConnectUnix):
        return [attempt for attempt in snapshot.case.all(UnixAttempt) if attempt.path == request.path]
    return [
        attempt
        for attempt in snapshot.case.all(TcpAttempt)
        if (attempt.address, attempt.port, attempt.purpose, attempt.source)
        == (request.address, request.port, request.purpose, request.source)
    ]


def _wait_s(last: Attempt | None, begun: str, now: datetime) -> float | None:
    """The time until the next attempt begins, negative once it has begun; None if its start is not known. Seconds."""
    since = moment(last.at if last else begun)
    return None if since is None else (last.next_in_s or 0.0 if last else 0.0) - (now - since).total_seconds()


def _state(left: float | None) -> str:
    """`in 1.5 s`, or `trying for 2.1 s`; `left` is in seconds."""
    if left is None:
        return "trying"
    if left > 0:
        return f"in {left:.1f} s" if left < TENTHS_UNTIL_S else f"in {left:.0f} s"
    return f"trying for {-left:.1f} s"


def schedule_words(snapshot: Snapshot) -> str:
    """How many attempts were made, how far apart, and how long each may take, once the schedule has ended."""
    made = of_target(snapshot)
    if not made:
        return "No attempt has been made yet."
    options = snapshot.case.options
    stopped = next((f" {attempt.stopped}" for attempt in reversed(made) if attempt.stopped), "")
    return f"{len(made)} made, {options.delay_s:g} s apart, {options.timeout_s:g} s at most.{stopped}"


def sign_lines(snapshot: Snapshot, width: int) -> list[Line]:
    """What the latencies show, in a few lines; no more than MOST_SIGNS, so that the attempts themselves have room."""
    return [row for sign in itertools.islice(signs(snapshot.case), MOST_SIGNS) for row in paragraph(sign.text, width, Tone.WARN)]
