"""The attempts: what is under way or waited for, each attempt with its outcome in words, the newest first."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tui.diagnosis.readings.latency import signs
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
"""A longer wait is counted in whole seconds."""


class Pending(NamedTuple):
    """A schedule under way: what it tries, and where it stands now."""

    where: str
    words: str
    tone: Tone
    """An attempt that hangs stands out."""


def of_target(snapshot: Snapshot) -> tuple[Attempt, ...]:
    """The attempts on the target itself, oldest first, with those that verify a repair."""
    return tuple(one for one in snapshot.case.all(Attempt) if one.purpose in {"target", "verify"})


def newest_first(snapshot: Snapshot) -> list[Attempt]:
    """All attempts, also on other ports and addresses, the newest first."""
    return list(reversed(snapshot.case.all(Attempt)))


def attempt_line(one: Attempt, width: int, *, several: bool) -> Line:
    """One attempt; its address is named where there are several. Where room is short, the time goes first."""
    own = one.purpose in {"target", "verify"}
    number = f"#{one.number:<2}" if own else "   "
    where = f"{one.label} " if several or not own else ""
    latency = f" {took(one.latency_ms)}"
    outcome = outcome_in_short(one)
    for head, tail in (
        (f"{number} {time_of_day(one.at)} {where}", latency),
        (f"{number} {where}", latency),
        (f"{number} {where}", ""),
    ):
        if cells(head) + cells(outcome) + cells(tail) <= width:
            return line(muted(head), Span(outcome, outcome_tone(one)), muted(tail))
    return cut_line(line(muted(where), Span(outcome, outcome_tone(one))), width)


def detail(one: Attempt) -> str:
    """Everything that is known of one attempt."""
    parts = [fact_words(one), one.errno or ""]
    if isinstance(one, TcpAttempt):
        parts += [f"from {endpoint(one.local_address, one.local_port)}" if one.local_address and one.local_port else ""]
        parts += [f"{one.retransmits} SYNs repeated" if one.retransmits else ""]
    parts += [f"held {took(one.held_ms)}" if one.held_ms else "", one.stopped or "", one.command]
    return " · ".join(part for part in parts if part)


def several_places(snapshot: Snapshot) -> bool:
    """Whether more than one address is tried, so that each line must name its own."""
    under_way = {one.address for one in snapshot.under_way if isinstance(one, Connect)}
    return len(under_way | {one.where for one in of_target(snapshot)}) > 1


def pending(snapshot: Snapshot, now: datetime) -> list[Pending]:
    """Each schedule that is under way: waiting for its next attempt, or trying."""
    found = []
    for request, begun in snapshot.under_way.items():
        if not isinstance(request, Schedule):
            continue
        mine = _made(snapshot, request)
        last = mine[-1] if mine else None
        if last and last.next_in_s is None:
            continue
        place = request.path if isinstance(request, ConnectUnix) else endpoint(request.address, request.port)
        planned = last.total if last else request.attempts
        number = f"attempt {(last.number if last else 0) + 1} of {planned}"
        wait = _wait_s(last, begun, now)
        found.append(Pending(place, f"{number}: {_state(wait)}", Tone.MUTED if wait is not None and wait > 0 else Tone.WARN))
    return found


def _made(snapshot: Snapshot, request: Connect | ConnectUnix) -> Sequence[Attempt]:
    if isinstance(request, ConnectUnix):
        return [one for one in snapshot.case.all(UnixAttempt) if one.path == request.path]
    return [
        one
        for one in snapshot.case.all(TcpAttempt)
        if (one.address, one.port, one.purpose, one.source) == (request.address, request.port, request.purpose, request.source)
    ]


def _wait_s(last: Attempt | None, begun: str, now: datetime) -> float | None:
    """The time until the next attempt begins, negative once it has; None where its begin is not known."""
    since = moment(last.at if last else begun)
    return None if since is None else (last.next_in_s or 0.0 if last else 0.0) - (now - since).total_seconds()


def _state(left: float | None) -> str:
    """`in 1.5 s`, or `trying for 2.1 s`."""
    if left is None:
        return "trying"
    if left > 0:
        return f"in {left:.1f} s" if left < TENTHS_UNTIL_S else f"in {left:.0f} s"
    return f"trying for {-left:.1f} s"


def schedule_words(snapshot: Snapshot) -> str:
    """How many attempts were made of how many, and how far apart, once the schedule has ended."""
    made = of_target(snapshot)
    if not made:
        return "No attempt has been made yet."
    options = snapshot.case.options
    stopped = next((f" {one.stopped}" for one in reversed(made) if one.stopped), "")
    return f"{len(made)} made, {options.delay_s:g} s apart, {options.timeout_s:g} s at most.{stopped}"


def sign_lines(snapshot: Snapshot, width: int) -> list[Line]:
    """What the latencies tell, in a few lines; no more than MOST_SIGNS, so that the attempts themselves have room."""
    return [one for sign in itertools.islice(signs(snapshot.case), MOST_SIGNS) for one in paragraph(sign.text, width, Tone.WARN)]
