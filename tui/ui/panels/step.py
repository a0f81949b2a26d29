"""The step: the question, the leaf, the branch or the verdict at the current place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.panel import Panel, PanelView
from tui.ui.rows.text import Line

if TYPE_CHECKING:
    from tui.ui.rows.step import StepRow


class StepPanel(Panel["StepRow"]):
    """What is asked, why, what was seen, what it means; or the question to answer; or the verdict."""

    TITLE = "Step"
    HELP: ClassVar[str] = (
        "What is asked here, why it is asked, what was seen (each fact with the command that shows the same by hand), and "
        "what it means. A question lists its answers: move to one and press Enter. c copies the command under the cursor."
    )

    def fill(self, view: PanelView) -> None:
        """Show the lines of the current place."""
        from tui.ui.rows.steps import step

        title, rows = step(view.snapshot, view.causes, view.place, self.room.width)
        if self.entitle(title):
            self.items, self.cursor = (), 0
            self.scroll_to(y=0, animate=False)
        self.set_rows(rows)

    def name_of(self, item: StepRow) -> str:
        """Rows that can be picked are identified by what they do."""
        return item.choice or item.command

    def draw(self, item: StepRow, width: int) -> Line:  # noqa: ARG002 -- the lines are wrapped for their width already
        """A row comes with its line."""
        return item.line

    def can_pick(self, item: StepRow) -> bool:
        """Commands can be copied and answers given; the rest is read."""
        return bool(item.choice or item.command)

    @property
    def command(self) -> str:
        """The command under the cursor, or the first one shown; empty if there is none."""
        if self.picked and self.picked.command:
            return self.picked.command
        return next((row.command for row in self.items if row.command), "")


PANEL = StepPanel
