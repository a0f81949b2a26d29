"""The step: what is asked, why, what was seen (with the command that shows it by hand), and what it means."""

from collections.abc import Iterable
from typing import NamedTuple

from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.tree import GROUPS
from tui.model.case import Case
from tui.model.facts import AnyFact, NotObserved
from tui.model.judgement import Judgement
from tui.report.sentences import fact_words
from tui.ui.rows.checks import sends
from tui.ui.rows.marks import MARKS
from tui.ui.rows.place import group_id
from tui.ui.rows.text import EMPTY, Line, Span, Tone, labelled, line, muted, paragraph
from tui.ui.rows.walk import judgement_of
from tui.ui.snapshot import Snapshot

GUTTER = 7
"""The width of the labels at the left."""
MOST_FACTS_SHOWN = 12
"""If a step rests on more facts, the others are only counted; the record has them all."""

MOST_CHECKS_NAMED = 6
"""A name with many addresses asks for many similar checks; the rest are only counted."""


class StepRow(NamedTuple):
    """A line of the step; a `command` can be copied, a `choice` answers the question."""

    line: Line
    command: str = ""
    choice: str = ""


def leaf(snapshot: Snapshot, cause: Hypothesis, width: int) -> list[StepRow]:
    """The step of one hypothesis."""
    judgement = judgement_of(snapshot, cause)
    rows = [
        *_rows(labelled("asks", cause.question, width, Tone.STRONG)),
        *_rows(labelled("why", cause.why, width)),
        StepRow(EMPTY),
    ]
    rows += fact_rows(evidence(snapshot.case, judgement), width)
    rows += _not_seen(snapshot.case, cause, width)
    rows.append(StepRow(EMPTY))
    return rows + means(judgement, width)


def group(snapshot: Snapshot, identifier: str, causes: Iterable[Hypothesis], width: int) -> list[StepRow]:
    """A branch: what it asks, and what each of its leaves says."""
    branch = next(branch for branch in GROUPS if branch.id == identifier)
    rows = [*_rows(labelled("asks", branch.question, width, Tone.STRONG)), StepRow(EMPTY)]
    for cause in causes:
        if group_id(cause.id) != identifier:
            continue
        judgement = judgement_of(snapshot, cause)
        mark = MARKS[judgement.state]
        rows.append(StepRow(line(mark.span(), " ", Span(cause.title, Tone.STRONG), " ", Span(mark.answer, mark.tone))))
        rows += _rows(paragraph(judgement.reason, width, Tone.MUTED, indent=2))
    return rows


def evidence(case: Case, judgement: Judgement) -> list[AnyFact]:
    """The facts that a judgement rests on, in the order in which they were seen."""
    wanted = frozenset(judgement.evidence)
    return [fact for fact in case.facts if fact.id in wanted]


def fact_rows(facts: list[AnyFact], width: int, *, label: str = "seen", gutter: int = GUTTER) -> list[StepRow]:
    """Facts in words, each followed by the command that shows the same by hand."""
    rows: list[StepRow] = []
    shown: set[str] = set()
    for fact in facts[:MOST_FACTS_SHOWN]:
        rows += _rows(labelled(label if not rows else "", fact_words(fact), width, gutter=gutter))
        if fact.command and fact.command not in shown:
            shown.add(fact.command)
            rows += command(fact.command, width, indent=gutter)
    rest = facts[MOST_FACTS_SHOWN:]
    if rest:
        rows += _rows(labelled("", f"and {len(rest)} more facts", width, Tone.MUTED, gutter=gutter))
    return rows or _rows(labelled(label, "nothing yet", width, Tone.MUTED, gutter=gutter))


def command(text: str, width: int, *, indent: int = GUTTER) -> list[StepRow]:
    """A command that can be copied: its first line carries it."""
    first, *rest = paragraph(text, width, Tone.COMMAND, indent=indent + 2)
    return [StepRow((Span(f"{' ' * indent}$ ", Tone.MUTED), *first[1:]), command=text), *_rows(rest)]


def means(judgement: Judgement, width: int) -> list[StepRow]:
    """The state, the reason for it, and what would tell more."""
    mark = MARKS[judgement.state]
    text = f"{mark.glyph} {mark.state}: {judgement.reason}"
    first, *rest = labelled("means", text, width, mark.tone, gutter=GUTTER)
    rows = _rows([first, *rest])
    if judgement.next_check:
        rows += _rows(labelled("", f"To tell: {judgement.next_check}", width, Tone.MUTED, gutter=GUTTER))
    return rows


def going_on(snapshot: Snapshot, width: int) -> list[StepRow]:
    """What waits for Enter: the next checks, and what they send."""
    rows = [StepRow(line(Span("Next", Tone.ACCENT), muted("  Enter runs it, s skips it")))]
    for request in snapshot.steps[:MOST_CHECKS_NAMED]:
        rows += _rows(paragraph(sends(request), width, indent=2))
    rest = len(snapshot.steps) - MOST_CHECKS_NAMED
    if rest > 0:
        rows += _rows(paragraph(f"The same for {rest} more.", width, indent=2))
    return [*rows, StepRow(EMPTY)]


def _not_seen(case: Case, cause: Hypothesis, width: int) -> list[StepRow]:
    """Checks that this leaf needs and that could not be made, and what would allow them."""
    needed = frozenset(cause.needs(case))
    rows: list[StepRow] = []
    for fact in case.all(NotObserved):
        if fact.request in needed:
            rows += _rows(labelled("", f"{fact_words(fact)} {fact.remedy}".strip(), width, Tone.WARN))
    return rows


def _rows(lines: list[Line]) -> list[StepRow]:
    return [StepRow(row) for row in lines]
