"""The walk as a folding tree (groups, their leaves and questions, and the verdict at its end), and as one line of marks."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.readings.code import code_location
from tui.diagnosis.readings.so_far import so_far
from tui.diagnosis.tree import QUESTIONS, UNKNOWN, Group, Question
from tui.model.judgement import Judgement, State
from tui.ui.rows.marks import MARKS, mark_so_far, together
from tui.ui.rows.place import CODE, CODE_GROUP, GROUP, QUESTION, VERDICT, group_id, group_of_place, groups_of, of_target, works
from tui.ui.rows.text import Line, Span, Tone, cells, cut, fit, line
from tui.ui.snapshot import Snapshot

UNFOLDED, FOLDED = "▾", "▸"
_TELLING = frozenset({State.CONFIRMED, State.LIKELY})


class Node(NamedTuple):
    """A row of the tree."""

    key: str
    """The place that it stands for."""
    line: Line


def tree(
    snapshot: Snapshot, causes: Iterable[Hypothesis], places: tuple[str, str], folds: Mapping[str, bool], width: int
) -> list[Node]:
    """The visible rows. `places` are what the step shows and where the walk is; the groups of both are unfolded.

    `folds` holds what the person folded (True) or unfolded (False).
    """
    place, walk_at = places
    known = of_target(causes, snapshot.case)
    # The cursor on a branch does not unfold it: moving across would make the tree jump.
    here = {group_of_place(walk_at), "" if place.startswith(GROUP) else group_of_place(place)}
    nodes: list[Node] = []
    for group in groups_of(causes, snapshot.case):
        leaves = [cause for cause in known if group_id(cause.id) == group.id]
        states = [judgement_of(snapshot, cause).state for cause in leaves]
        folded = folds.get(group.id, group.id not in here and not _TELLING & set(states))
        nodes.append(_group(group, together(states), folded=folded, width=width))
        if not folded:
            code = code_location(snapshot.case) if group.id == CODE_GROUP else None
            nodes += [_code(code, here=place == CODE, width=width)] if code else []
            nodes += [_leaf(cause, judgement_of(snapshot, cause), here=cause.id == place, width=width) for cause in leaves]
            nodes += [
                _question(question, snapshot, place, width)
                for question in QUESTIONS
                if question.group == group.id and _shown(question, snapshot)
            ]
    return [*nodes, _verdict(snapshot, place, width)]


def judgement_of(snapshot: Snapshot, cause: Hypothesis) -> Judgement:
    """What the case says about a leaf."""
    untested = Judgement(state=State.NOT_LOOKED_AT, reason="Nothing is known yet.")
    return snapshot.assessment.judgements.get(cause.id, untested)


def group_states(snapshot: Snapshot, causes: Iterable[Hypothesis]) -> list[tuple[Group, State]]:
    """Each branch with the state that its leaves come to."""
    known = of_target(causes, snapshot.case)
    return [
        (group, together([judgement_of(snapshot, cause).state for cause in known if group_id(cause.id) == group.id]))
        for group in groups_of(causes, snapshot.case)
    ]


def group_marks(snapshot: Snapshot, causes: Iterable[Hypothesis], place: str) -> list[tuple[str, Line]]:
    """The walk in few words: each branch's id, with its mark and title; the current branch stands out."""
    here = group_of_place(place)
    marks = []
    for group, state in group_states(snapshot, causes):
        name = Span(f" {group.title}", Tone.STRONG if group.id == here else Tone.PLAIN)
        marks.append((group.id, line(FOLDED if group.id == here else " ", MARKS[state].span(), name)))
    return marks


def _group(group: Group, state: State, *, folded: bool, width: int) -> Node:
    mark = MARKS[state]
    left = line(f"{FOLDED if folded else UNFOLDED} ", mark.span(), " ", Span(group.title, Tone.STRONG))
    return Node(f"{GROUP}{group.id}", _spread(left, Span(mark.group, mark.tone), width))


def _leaf(cause: Hypothesis, judgement: Judgement, *, here: bool, width: int) -> Node:
    mark = MARKS[judgement.state]
    room = width - 5 - cells(mark.answer)
    left = line(_pointer(here=here), mark.span(), " ", cut(cause.title, room))
    return Node(cause.id, _spread(left, Span(mark.answer, mark.tone), width))


def _code(where: str, *, here: bool, width: int) -> Node:
    """The line of code that asked: no cause, so no mark."""
    left = line(_pointer(here=here), Span("·", Tone.ACCENT), " code")
    return Node(CODE, _spread(left, Span(cut(where, max(width - 10, 1)), Tone.ACCENT), width))


def _shown(question: Question, snapshot: Snapshot) -> bool:
    asked = snapshot.question is not None and snapshot.question.id == question.id
    return asked or snapshot.case.answer(question.id) is not None


def _question(question: Question, snapshot: Snapshot, place: str, width: int) -> Node:
    answer = snapshot.case.answer(question.id)
    words = "asks you" if answer is None else "you: " + ("don't know" if answer == UNKNOWN.key else answer)
    tone = Tone.ACCENT if answer is None else Tone.MUTED
    key = f"{QUESTION}{question.id}"
    return Node(key, line(_pointer(here=key == place), Span("?", tone), " ", Span(cut(words, width - 4), tone)))


def _verdict(snapshot: Snapshot, place: str, width: int) -> Node:
    verdict = snapshot.assessment.verdict
    if verdict:
        mark = mark_so_far(verdict.certainty, "so far" if so_far(snapshot.case.facts) else "")
        glyph, word = mark.span(), Span(mark.state, mark.tone)
    elif works(snapshot) and snapshot.assessment.contradiction:
        glyph, word = MARKS[State.OPEN].span(), Span("text differs", Tone.WARN)
    elif works(snapshot):
        glyph, word = MARKS[State.RULED_OUT].span(), Span("connects", Tone.GOOD)
    else:
        glyph, word = MARKS[State.NOT_LOOKED_AT].span(), Span("not yet", Tone.MUTED)
    left = line(_pointer(here=place == VERDICT), glyph, Span(" Verdict", Tone.STRONG))
    return Node(VERDICT, _spread(left, word, width))


def _pointer(*, here: bool) -> str:
    """The sign beside the place that the step shows."""
    return f"{FOLDED} " if here else "  "


def _spread(left: Line, right: Span, width: int) -> Line:
    """`left` and, at the right edge, one more word."""
    gap = width - sum(cells(span.text) for span in left) - cells(right.text)
    return (*left, Span(fit("", max(gap, 1))), right)
