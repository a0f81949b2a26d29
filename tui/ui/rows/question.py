"""A question for the person: what is asked and why, and the answers with what each will do, the default first."""

from tui.diagnosis.readings.so_far import so_far
from tui.diagnosis.tree import UNKNOWN, Choice, Question
from tui.ui.rows.marks import mark_so_far
from tui.ui.rows.step import StepRow
from tui.ui.rows.text import EMPTY, Span, Tone, labelled, line, muted, paragraph
from tui.ui.snapshot import Snapshot


def choices(question: Question) -> tuple[Choice, ...]:
    """The answers; "I don't know" is always one of them."""
    known = {choice.key for choice in question.choices}
    return question.choices if UNKNOWN.key in known else (*question.choices, UNKNOWN)


def asked(snapshot: Snapshot, question: Question, width: int) -> list[StepRow]:
    """The question that waits for an answer."""
    rows = [*_so_far(snapshot, width)]
    rows += [StepRow(row) for row in paragraph(question.text(snapshot.case), width, Tone.STRONG)]
    rows.append(StepRow(EMPTY))
    rows += [StepRow(row) for row in labelled("why", question.why, width)]
    rows.append(StepRow(EMPTY))
    for index, choice in enumerate(choices(question)):
        rows.append(StepRow(line(f"[ {choice.label} ]", muted("  Enter") if index == 0 else ""), choice=choice.key))
        rows += [StepRow(row) for row in paragraph(choice.effect, width, Tone.MUTED, indent=2)]
    if question.free_text:
        rows += [StepRow(EMPTY), StepRow(line(muted("Or press i to type it.")))]
    return rows


def answered(snapshot: Snapshot, question: Question, width: int) -> list[StepRow]:
    """An earlier question, with the answer that was given."""
    answer = snapshot.case.answer(question.id)
    label = next((choice.label for choice in choices(question) if choice.key == answer), answer or "no answer")
    rows = [StepRow(row) for row in labelled("asked", question.text(snapshot.case), width, Tone.STRONG)]
    rows += [StepRow(row) for row in labelled("why", question.why, width)]
    rows += [StepRow(EMPTY), *(StepRow(row) for row in labelled("you", label, width))]
    return rows


def _so_far(snapshot: Snapshot, width: int) -> list[StepRow]:
    verdict = snapshot.assessment.verdict
    if verdict is None:
        return []
    under_way = so_far(snapshot.case.facts)
    mark = mark_so_far(verdict.certainty, under_way)
    words = under_way.capitalize() or f"So far {mark.state}"
    text = f"{mark.glyph} {words}: {verdict.summary}"
    return [
        *(StepRow(row) for row in paragraph(text, width, mark.tone)),
        StepRow(line(Span("d shows all of it", Tone.MUTED))),
        StepRow(EMPTY),
    ]
