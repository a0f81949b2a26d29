"""The verdict: one sentence, the culprit, what to do, what it rests on, what would disprove it, what else is possible."""

from tui.model.judgement import Alternative, Remedy, Status, Verdict
from tui.report.outline import culprit_words
from tui.report.unseen import unseen
from tui.ui.rows.marks import certainty_mark
from tui.ui.rows.recovery import recovery_words
from tui.ui.rows.step import StepRow, command, seen
from tui.ui.rows.text import EMPTY, Span, Tone, labelled, line, muted, paragraph
from tui.ui.snapshot import Snapshot

GUTTER = 9
_STATUS = {
    Status.INTERMITTENT: "It comes and goes.",
    Status.DEGRADED: "It connects, although something is wrong.",
    Status.FAILING: "",
    Status.REACHABLE: "",
}


def verdict(snapshot: Snapshot, width: int) -> list[StepRow]:
    """The whole verdict, or what is known instead of one."""
    found = snapshot.assessment.verdict
    recovered = recovery_words(snapshot.case)
    rows = [*(StepRow(one) for one in paragraph(recovered, width, Tone.GOOD)), StepRow(EMPTY)] if recovered else []
    if found is None:
        return [*rows, *_without(snapshot, width), *_unseen(snapshot, width)]
    rows += _one(snapshot, found, width)
    rows += _still_looking(snapshot, width)
    for other in snapshot.assessment.also:
        rows += [StepRow(EMPTY), StepRow(line(muted("also")))]
        rows += _one(snapshot, other, width)
    if snapshot.assessment.alternatives:
        rows += [StepRow(EMPTY), StepRow(line(muted("still possible")))]
        for alternative in snapshot.assessment.alternatives:
            rows += _alternative(alternative, width)
    return rows + _unseen(snapshot, width)


def _one(snapshot: Snapshot, found: Verdict, width: int) -> list[StepRow]:
    mark = certainty_mark(found.certainty)
    rows = [StepRow(line(Span(f"{mark.glyph} {mark.state}", mark.tone), muted(f"  {found.cause}")))]
    status = _STATUS[snapshot.assessment.status]
    rows += [StepRow(one) for one in paragraph(f"{found.summary} {status}".strip(), width, Tone.STRONG)]
    rows.append(StepRow(EMPTY))
    if found.culprit:
        rows += [StepRow(one) for one in labelled("culprit", culprit_words(found.culprit), width, gutter=GUTTER)]
    for number, remedy in enumerate(found.remedies, start=1):
        rows += _remedy(remedy, width, label=f"do {number}" if len(found.remedies) > 1 else "do")
    if found.remedies or found.culprit:
        rows.append(StepRow(EMPTY))
    wanted = frozenset(found.evidence)
    rows += seen([fact for fact in snapshot.case.facts if fact.id in wanted], width, gutter=GUTTER)
    if found.refuted_by:
        rows += [StepRow(EMPTY), *(StepRow(one) for one in labelled("unless", found.refuted_by, width, gutter=GUTTER))]
    return rows


def _remedy(remedy: Remedy, width: int, *, label: str) -> list[StepRow]:
    rows = [StepRow(one) for one in labelled(label, remedy.do, width, gutter=GUTTER)]
    if remedy.command:
        rows += command(remedy.command, width, indent=GUTTER)
    if remedy.verify:
        rows += [StepRow(one) for one in labelled("", f"Then: {remedy.verify}", width, Tone.MUTED, gutter=GUTTER)]
    return rows


def _alternative(alternative: Alternative, width: int) -> list[StepRow]:
    mark = certainty_mark(alternative.certainty)
    rows = [StepRow(line(mark.span(), " ", Span(mark.state, mark.tone), muted(f"  {alternative.cause}")))]
    rows += [StepRow(one) for one in paragraph(alternative.summary, width, indent=2)]
    if alternative.next_check:
        rows += [StepRow(one) for one in paragraph(f"To tell: {alternative.next_check}", width, Tone.MUTED, indent=2)]
    return rows


def _without(snapshot: Snapshot, width: int) -> list[StepRow]:
    target = snapshot.case.target.label
    if snapshot.assessment.status is Status.REACHABLE and snapshot.assessment.alternatives:
        text = f"○ {target} connects, but does not talk as its port suggests."
        return [StepRow(one) for one in paragraph(text, width, Tone.STRONG)]
    if snapshot.assessment.status is Status.REACHABLE:
        return [StepRow(one) for one in paragraph(f"✓ {target} connects, and nothing is wrong.", width, Tone.GOOD)]
    if not snapshot.concluded:
        return [StepRow(line(muted("Nothing is certain yet. The looks are under way.")))]
    return [StepRow(one) for one in paragraph(f"○ {target} fails, and the cause stays open.", width, Tone.STRONG)]


def _still_looking(snapshot: Snapshot, width: int) -> list[StepRow]:
    if not snapshot.busy:
        return []
    text = f"{len(snapshot.under_way)} looks are under way, and may refine this."
    return [StepRow(EMPTY), *(StepRow(one) for one in paragraph(text, width, Tone.MUTED))]


def _unseen(snapshot: Snapshot, width: int) -> list[StepRow]:
    """What could not be looked at, and what would allow it; while looks are under way that is not yet known."""
    rows: list[StepRow] = []
    for text in unseen(snapshot.case) if snapshot.concluded or not snapshot.live else ():
        rows += [StepRow(one) for one in labelled("" if rows else "not seen", text, width, Tone.MUTED, gutter=GUTTER)]
    return [StepRow(EMPTY), *rows] if rows else []
