"""Code: the line that asked for the connection, where its values come from, and how failure is handled there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.panel import Panel, View
from tui.ui.rows.text import Line

if TYPE_CHECKING:
    from tui.ui.rows.step import StepRow


class CodePanel(Panel["StepRow"]):
    """The user's own innermost frame, as far as the file is here."""

    TITLE = "Code"
    NUMBER = 7
    HELP: ClassVar[str] = (
        "The line of code that asked for the connection, as a pasted stack or refused run names it: the source around it, "
        "where host and port come from, settings beside it that say otherwise, and advice on how failure is handled there. "
        "Nothing is run or changed; passwords are masked."
    )

    def fill(self, view: View) -> None:
        """Tell what is known of the code."""
        from tui.ui.rows.code import code

        self.tell(code(view.snapshot.case, self.room.width))

    @property
    def command(self) -> str:
        """The command that shows the same by hand."""
        return self.picked.command if self.picked else ""

    @property
    def detail(self) -> str:
        """The command that shows the same by hand."""
        return self.command

    def name_of(self, item: StepRow) -> str:
        """Lines are known by their words."""
        return "".join(span.text for span in item.line)

    def draw(self, item: StepRow, width: int) -> Line:  # noqa: ARG002 -- the lines are wrapped for their width already
        """Rows bring their line."""
        return item.line

    def can_pick(self, item: StepRow) -> bool:
        """Every line, so that a long source can be read through."""
        return bool(item.line)
