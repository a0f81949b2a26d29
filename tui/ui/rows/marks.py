"""The marks: a glyph and a word for each state, so that nothing depends on colour alone.

A leaf's title says what should be so ("name exists"), so its word answers that: `yes` where the cause is ruled out,
`no` where it is confirmed.
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
    State.NOT_TESTED: StateMark("–", "not tested", "not tested", "not tested", Tone.MUTED),  # noqa: RUF001 -- the dash is the mark
}

_CERTAIN = {Certainty.CONFIRMED: State.CONFIRMED, Certainty.LIKELY: State.LIKELY, Certainty.POSSIBLE: State.OPEN}


def certainty_mark(certainty: Certainty) -> StateMark:
    """The mark of a verdict's certainty."""
    return MARKS[_CERTAIN[certainty]]


def together(states: list[State]) -> State:
    """The state that a group's mark shows: that of its most telling leaf."""
    for telling in (State.CONFIRMED, State.LIKELY):
        if telling in states:
            return telling
    for same in (State.RULED_OUT, State.NOT_TESTED):
        if states and all(state is same for state in states):
            return same
    return State.OPEN if states else State.NOT_TESTED
