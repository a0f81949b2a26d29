"""The marks: a glyph and a word for each state, so that nothing depends on colour alone.

A leaf's title says what should be so ("name exists"), so its word answers that: `yes` where a fact rules the cause
out, `no` where it is confirmed; what does not apply here and what nobody looked at have marks of their own.
"""

from typing import NamedTuple

from tui.model.judgement import Certainty, State
from tui.ui.rows.text import Span, Tone


class StateMark(NamedTuple):
    """How a state is shown."""

    glyph: str
    answer: str
    """Beside a leaf's title."""
    group: str
    """Beside a group's title."""
    state: str
    """Of the cause itself."""
    tone: Tone

    def span(self) -> Span:
        """The glyph in its tone."""
        return Span(self.glyph, self.tone)


MARKS = {
    State.RULED_OUT: StateMark("✓", "yes", "fine", "ruled out", Tone.GOOD),
    State.CONFIRMED: StateMark("●", "no", "not fine", "confirmed", Tone.BAD),
    State.LIKELY: StateMark("◐", "likely no", "likely", "likely", Tone.WARN),
    State.OPEN: StateMark("○", "open", "open", "open", Tone.PLAIN),
    State.NOT_RELEVANT: StateMark("∙", "not relevant", "not relevant", "not relevant", Tone.MUTED),
    State.NOT_LOOKED_AT: StateMark("–", "not looked at", "not looked at", "not looked at", Tone.MUTED),  # noqa: RUF001 -- the dash is the mark
}

_CERTAIN = {Certainty.CONFIRMED: State.CONFIRMED, Certainty.LIKELY: State.LIKELY, Certainty.POSSIBLE: State.OPEN}


def certainty_mark(certainty: Certainty) -> StateMark:
    """The mark of a verdict's certainty."""
    return MARKS[_CERTAIN[certainty]]


def mark_so_far(certainty: Certainty, under_way: str) -> StateMark:
    """The mark of a verdict's certainty; while attempts are `under_way`, in these words, nothing is confirmed."""
    if not under_way:
        return certainty_mark(certainty)
    mark = certainty_mark(Certainty.LIKELY if certainty is Certainty.CONFIRMED else certainty)
    return mark._replace(state=under_way)


def together(states: list[State]) -> State:
    """The state that a group's mark shows: that of its most telling leaf."""
    for leading in (State.CONFIRMED, State.LIKELY):
        if leading in states:
            return leading
    telling = {*states} - {State.NOT_RELEVANT}
    if len(telling) == 1:
        return telling.pop()
    return State.OPEN if telling else State.NOT_RELEVANT if states else State.NOT_LOOKED_AT
