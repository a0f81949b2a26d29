"""The verdict: one sentence, the culprit, what to do, what it rests on, what would disprove it, what else is possible."""

from tui.diagnosis.readings.so_far import so_far
from tui.model.judgement import Alternative, Remedy, Status, Verdict
from tui.report.outline import culprit_words
from tui.report.proved import proved, state_words, unproved
from tui.report.unseen import unseen
from tui.ui.rows.marks import certainty_mark, mark_so_far
from tui.ui.rows.recovery import recovery_words
from tui.ui.rows.step import StepRow, command, fact_rows
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
    """The whole verdict, or what is known so far without one."""
    main = snapshot.assessment.verdict
    recovered = recovery_words(snapshot.case)
    rows = [*(StepRow(row) for row in paragraph(recovered, width, Tone.GOOD)), StepRow(EMPTY)] if recovered else []
    rows += [*_behind(snapshot, width), *_contradiction(snapshot, width)]
    if main is None:
        return [*rows, *([] if snapshot.assessment.contradiction else _without(snapshot, width)), *_unseen(snapshot, width)]
    rows += _one_verdict(snapshot, main, width)
    if snapshot.assessment.status is Status.DEGRADED:
        rows += [StepRow(EMPTY), *_proved(snapshot, width)]
    rows += _still_checking(snapshot, width)
    for other in snapshot.assessment.also:
        rows += [StepRow(EMPTY), StepRow(line(muted("also")))]
        rows += _one_verdict(snapshot, other, width)
    if snapshot.assessment.alternatives:
        rows += [StepRow(EMPTY), StepRow(line(muted("still possible")))]
        for alternative in snapshot.assessment.alternatives:
            rows += _alternative(alternative, width)
    return rows + _unseen(snapshot, width)


def _behind(snapshot: Snapshot, width: int) -> list[StepRow]:
    """Where the walk came by, as this verdict is about what stands behind that."""
    words = [f"Behind {before.target.label} ({before.cause}):" for before in snapshot.case.behind]
    return [*(StepRow(row) for text in words for row in paragraph(text, width, Tone.MUTED)), *([StepRow(EMPTY)] if words else [])]


def _one_verdict(snapshot: Snapshot, verdict: Verdict, width: int) -> list[StepRow]:
    mark = mark_so_far(verdict.certainty, so_far(snapshot.case.facts))
    rows = [StepRow(line(Span(f"{mark.glyph} {mark.state}", mark.tone), muted(f"  {verdict.cause}")))]
    status = _STATUS[snapshot.assessment.status]
    rows += [StepRow(row) for row in paragraph(f"{verdict.summary} {status}".strip(), width, Tone.STRONG)]
    rows.append(StepRow(EMPTY))
    if verdict.culprit:
        rows += [StepRow(row) for row in labelled("culprit", culprit_words(verdict.culprit), width, gutter=GUTTER)]
    for number, remedy in enumerate(verdict.remedies, start=1):
        rows += _remedy(remedy, width, label=f"{remedy.kind} {number}" if len(verdict.remedies) > 1 else remedy.kind)
    if verdict.remedies or verdict.culprit:
        rows.append(StepRow(EMPTY))
    wanted = frozenset(verdict.evidence)
    rows += fact_rows([fact for fact in snapshot.case.facts if fact.id in wanted], width, gutter=GUTTER)
    if verdict.refuted_by:
        rows += [StepRow(EMPTY), *(StepRow(row) for row in labelled("unless", verdict.refuted_by, width, gutter=GUTTER))]
    return rows


def _contradiction(snapshot: Snapshot, width: int) -> list[StepRow]:
    """What a pasted text says and is not so here, and where to look then; nothing where it is so."""
    differs = snapshot.assessment.contradiction
    if differs is None:
        return []
    under_way = so_far(snapshot.case.facts)
    sentence = f"{under_way.capitalize()}: {differs.sentence}" if under_way else differs.sentence
    rows = [StepRow(row) for row in paragraph(f"○ {sentence}", width, Tone.STRONG)]
    rows.append(StepRow(EMPTY))
    for number, place in enumerate(differs.places, start=1):
        rows += _remedy(place, width, label=f"{place.kind} {number}" if len(differs.places) > 1 else place.kind)
    return [*rows, StepRow(EMPTY), *([StepRow(line(muted("seen from here")))] if snapshot.assessment.verdict else [])]


def _remedy(remedy: Remedy, width: int, *, label: str) -> list[StepRow]:
    rows = [StepRow(row) for row in labelled(label, remedy.do, width, gutter=GUTTER)]
    if remedy.command:
        rows += command(remedy.command, width, indent=GUTTER)
    if remedy.verify:
        rows += [StepRow(row) for row in labelled("", f"Then: {remedy.verify}", width, Tone.MUTED, gutter=GUTTER)]
    return rows


def _alternative(alternative: Alternative, width: int) -> list[StepRow]:
    mark = certainty_mark(alternative.certainty)
    rows = [StepRow(line(mark.span(), " ", Span(mark.state, mark.tone), muted(f"  {alternative.cause}")))]
    rows += [StepRow(row) for row in paragraph(alternative.summary, width, indent=2)]
    if alternative.next_check:
        rows += [StepRow(row) for row in paragraph(f"To tell: {alternative.next_check}", width, Tone.MUTED, indent=2)]
    return rows


def _without(snapshot: Snapshot, width: int) -> list[StepRow]:
    target = snapshot.case.target.label
    under_way = so_far(snapshot.case.facts)
    if snapshot.assessment.status is Status.REACHABLE and under_way:
        return [StepRow(row) for row in paragraph(f"✓ {target} connects, {under_way}.", width, Tone.GOOD)]
    if snapshot.assessment.status is Status.REACHABLE:
        return [*_reachable(snapshot, width), StepRow(EMPTY), *_proved(snapshot, width)]
    if not snapshot.concluded:
        return [StepRow(line(muted("Nothing is certain yet. Checks are under way.")))]
    return [StepRow(row) for row in paragraph(f"○ {target} fails, and the cause stays open.", width, Tone.STRONG)]


def _reachable(snapshot: Snapshot, width: int) -> list[StepRow]:
    """How it does: well only where everything was asked and answered as asked."""
    missing, mute = unproved(snapshot.case), bool(snapshot.assessment.alternatives)
    mark, tone = ("○", Tone.STRONG) if missing or mute else ("✓", Tone.GOOD)
    text = f"{mark} {snapshot.case.target.label} {state_words(missing, mute=mute)}"
    return [StepRow(row) for row in paragraph(text, width, tone)]


def _proved(snapshot: Snapshot, width: int) -> list[StepRow]:
    """What was asked and what answered, a line each."""
    return [StepRow(row) for proof in proved(snapshot.case) for row in paragraph(f"{proof.sentence}.", width, Tone.MUTED)]


def _still_checking(snapshot: Snapshot, width: int) -> list[StepRow]:
    if not snapshot.busy:
        return []
    number = len(snapshot.under_way)
    text = f"{number} checks are under way and may refine this." if number > 1 else "1 check is under way and may refine this."
    return [StepRow(EMPTY), *(StepRow(row) for row in paragraph(text, width, Tone.MUTED))]


def _unseen(snapshot: Snapshot, width: int) -> list[StepRow]:
    """What could not be checked, and what would allow it; while checks are under way, that is not yet known."""
    rows: list[StepRow] = []
    for text in unseen(snapshot.case) if snapshot.concluded or not snapshot.live else ():
        rows += [StepRow(row) for row in labelled("" if rows else "not seen", text, width, Tone.MUTED, gutter=GUTTER)]
    return [StepRow(EMPTY), *rows] if rows else []
