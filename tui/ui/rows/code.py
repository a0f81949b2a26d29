"""The line of code that asked for the connection: its source, where host and port come from, how failure is handled there."""

from tui.diagnosis.readings.code import call_words
from tui.model.case import Case
from tui.model.facts import Code, NotObserved
from tui.model.requests import ReadCode
from tui.ui.rows.step import StepRow, command
from tui.ui.rows.text import EMPTY, Line, Span, Tone, cut, labelled, line, muted, paragraph, strong

GUTTER = 8
NONE_KNOWN = (
    "No line of code is known. Paste the whole error with its stack, or run the program under refused: refused run -- COMMAND."
)


def code(case: Case, width: int) -> list[StepRow]:
    """Everything about each frame that was read, newest first; or, without any, how to get one."""
    rows: list[StepRow] = []
    for frame in reversed(case.all(Code)):
        rows += [StepRow(EMPTY)] if rows else []
        rows += _frame(frame, width)
    for fact in case.all(NotObserved):
        if isinstance(fact.request, ReadCode):
            rows += _rows(labelled("code", f"{fact.request.path}:{fact.request.line}", width, Tone.STRONG, gutter=GUTTER))
            rows += _rows(labelled("", f"{fact.reason} {fact.remedy}".strip(), width, Tone.WARN, gutter=GUTTER))
    return rows or _rows(paragraph(NONE_KNOWN, width, Tone.MUTED))


def _frame(fact: Code, width: int) -> list[StepRow]:
    within = f" in {fact.function}" if fact.function else ""
    rows = _rows(labelled("code", f"{fact.path}:{fact.line}{within}", width, Tone.STRONG, gutter=GUTTER))
    if fact.read_as:
        rows += _rows(labelled("", f"read here as {fact.read_as}", width, Tone.MUTED, gutter=GUTTER))
    if fact.changed:
        return rows + _rows(
            labelled("", "The file has changed since; that line is a different one now.", width, Tone.WARN, gutter=GUTTER)
        )
    if fact.values:
        rows += _rows(labelled("says", f"{call_words(fact)}.", width, Tone.ACCENT, gutter=GUTTER))
    rows.append(StepRow(EMPTY))
    rows += [StepRow(_source(number, text, width, here=number == (fact.call_line or fact.line))) for number, text in fact.source]
    rows += command(fact.command, width, indent=0) if fact.command else []
    for value in fact.values:
        rows += [StepRow(EMPTY)] if value is fact.values[0] else []
        known = f"{value.value}, " if value.value is not None else ""
        rows += _rows(labelled(value.part, f"{known}{value.sentence}", width, gutter=GUTTER))
    for other in fact.elsewhere:
        rows += _rows(labelled("but", other.sentence, width, Tone.WARN, gutter=GUTTER))
    for advice in fact.advice:
        rows.append(StepRow(EMPTY))
        rows += _rows(labelled("advice", advice.sentence, width, gutter=GUTTER))
        rows += [StepRow(line(muted("   + "), Span(cut(text, max(width - 5, 1)), Tone.COMMAND))) for text in advice.suggestion]
    return rows


def _source(number: int, text: str, width: int, *, here: bool) -> Line:
    shown = cut(text, max(width - 7, 1))
    return line(Span("▸" if here else " ", Tone.ACCENT), muted(f"{number:>4}  "), strong(shown) if here else shown)


def _rows(lines: list[Line]) -> list[StepRow]:
    return [StepRow(row) for row in lines]
