"""The first line (target, where from, how long, what is being checked) and the one with the verdict so far."""

from datetime import datetime

from tui.diagnosis.readings.so_far import so_far
from tui.model.facts import Route, TcpAttempt
from tui.model.judgement import State
from tui.model.target import Target
from tui.ui.rows.marks import MARKS, mark_so_far
from tui.ui.rows.place import works
from tui.ui.rows.text import Line, Span, Tone, cells, cut, line, muted, strong
from tui.ui.rows.words import clock
from tui.ui.snapshot import Snapshot

NAME = " refused  "
LEAST_BESIDE, LEAST_LABEL = 40, 12
"""How much of the line a long target leaves to the rest, and how much the rest leaves to the target, in cells."""


def header(target: Target, snapshot: Snapshot | None, asks: str, now: datetime, width: int) -> Line:
    """The first line; if there is no room for all of it, the origin is left out first."""
    label = cut(snapshot.case.label if snapshot else target.label, max(width - LEAST_BESIDE, LEAST_LABEL))
    transport = (snapshot.case.target if snapshot else target).transport
    left = [strong(NAME), Span(label, Tone.ACCENT), muted(f" · {transport}")]
    if snapshot is None:
        return line(*left)
    time = clock(snapshot.elapsed_s(now))
    doing = activity(snapshot, asks)
    used = sum(cells(span.text) for span in left)
    right_room = max(width - used - 2, 0)
    right = f"{time}  {doing}"
    origin = next((form for form in origins(snapshot) if cells(form) + cells(right) + 6 <= right_room), "")
    right = cut(right, right_room)
    gap = width - used - cells(origin) - cells(right) - 1
    middle = max(gap // 2, 1) if origin else 0
    tone = Tone.ACCENT if snapshot.busy or snapshot.question or snapshot.steps else Tone.MUTED
    return line(*left, " " * middle, muted(origin), " " * max(gap - middle, 1), Span(right, tone))


def activity(snapshot: Snapshot, asks: str) -> str:
    """What the session is doing now, in words."""
    if snapshot.progress:
        shown, total = snapshot.progress
        return f"replay {shown} of {total}"
    if snapshot.question:
        return "? asks you"
    if snapshot.steps:
        return "? waits for you"
    if snapshot.under_way:
        return f"• testing: {asks}" if asks else "• still trying"
    return "done" if snapshot.concluded else "deciding"


def origins(snapshot: Snapshot) -> list[str]:
    """Where the checks are run from, the fullest form first."""
    attempts = [attempt for attempt in snapshot.case.all(TcpAttempt) if attempt.device is None]  # by the way that programs take
    source = next((attempt.local_address for attempt in reversed(attempts) if attempt.local_address), None)
    source = source or next((route.source for route in reversed(snapshot.case.all(Route)) if route.source), None)
    if not snapshot.vantage:
        return [f"from {source}"] if source else []
    return [f"from {snapshot.vantage} ({source})", f"from {snapshot.vantage}"] if source else [f"from {snapshot.vantage}"]


def status(snapshot: Snapshot | None, width: int) -> Line:
    """The verdict so far, in one line."""
    if snapshot is None:
        return ()
    differs, under_way = snapshot.assessment.contradiction, so_far(snapshot.case.facts)
    if differs:
        head = f" ○ {under_way}: " if under_way else " ○ "
        return line(Span(head, Tone.WARN), cut(differs.sentence, max(width - cells(head), 0)))
    verdict = snapshot.assessment.verdict
    if verdict:
        mark = mark_so_far(verdict.certainty, under_way)
        head = f" {mark.glyph} {mark.state}: {verdict.cause} "
        return line(Span(head, mark.tone), cut(verdict.summary, max(width - cells(head), 0)))
    if works(snapshot):
        return line(Span(f" ✓ it connects{f', {under_way}' if under_way else ''}", Tone.GOOD))
    if snapshot.concluded:
        return line(muted(f" {MARKS[State.OPEN].glyph} the cause is open"))
    return line(muted(f" {MARKS[State.NOT_LOOKED_AT].glyph} nothing is certain yet"))
