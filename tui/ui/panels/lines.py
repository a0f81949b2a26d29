"""What panels of wrapped lines share: rows that come with their line and, some of them, with a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.ui.panels.panel import Panel
from tui.ui.rows.text import Line

if TYPE_CHECKING:
    from tui.ui.rows.step import StepRow


class LinesPanel(Panel["StepRow"]):
    """Lines of words, each with the command that shows the same by hand, if there is one."""

    @property
    def command(self) -> str:
        """The command under the cursor."""
        return self.picked.command if self.picked else ""

    @property
    def detail(self) -> str:
        """The command under the cursor."""
        return self.command

    def name_of(self, item: StepRow) -> str:
        """Lines are identified by their words."""
        return "".join(span.text for span in item.line)

    def draw(self, item: StepRow, width: int) -> Line:  # noqa: ARG002 -- the lines are wrapped for their width already
        """A row comes with its line."""
        return item.line
