"""Attempts: the schedule with its countdown, a plot over time, and each attempt in words, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.panel import Panel, PanelView
from tui.ui.rows.text import Line, Span, Tone, cut, line, muted

if TYPE_CHECKING:
    from tui.model.facts import Attempt

MOST_PENDING = 3
"""How many schedules are named one by one; a name with many addresses has many."""


class AttemptsPanel(Panel["Attempt"]):
    """What was tried, how it ended, and what comes next."""

    TITLE = "Attempts"
    HELP: ClassVar[str] = (
        "Each attempt to connect: its number, time, outcome, who answered and how long it took; the newest is first. "
        "Above them are the schedule, with the wait until the next attempt, and a plot: the height is the latency "
        "(logarithmic), the letter the outcome."
    )

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._several = False

    def fill(self, view: PanelView) -> None:
        """Show the attempts, with the schedule and the plot above them."""
        from tui.ui.rows.attempts import newest_first, of_target, pending, schedule_words, several_addresses, sign_lines
        from tui.ui.rows.plot import plot

        width = self.room.width
        self._several = several_addresses(view.snapshot)
        now = pending(view.snapshot, view.now)
        head: list[Line] = []
        for schedule in now[:MOST_PENDING]:
            where = f"{schedule.where} " if self._several else ""
            head.append(line(Span(cut(f"{where}{schedule.words}", width), schedule.tone)))
        if len(now) > MOST_PENDING:
            head.append(line(muted(f"and {len(now) - MOST_PENDING} more under way")))
        if not now:
            head.append(line(Span(cut(schedule_words(view.snapshot), width), Tone.MUTED)))
        head += plot(of_target(view.snapshot), width)
        head += sign_lines(view.snapshot, width)
        self.set_rows(newest_first(view.snapshot), head=head)

    @property
    def detail(self) -> str:
        """Everything about the attempt under the cursor."""
        from tui.ui.rows.attempts import detail

        return detail(self.picked) if self.picked else ""

    def name_of(self, item: Attempt) -> str:
        """Attempts are identified by the fact's id."""
        return item.id

    def draw(self, item: Attempt, width: int) -> Line:
        """One attempt."""
        from tui.ui.rows.attempts import attempt_line

        return attempt_line(item, width, several=self._several)


PANEL = AttemptsPanel
