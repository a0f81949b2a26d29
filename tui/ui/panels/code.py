"""Code: the line that asked for the connection, where its values come from, and how failure is handled there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.lines import LinesPanel
from tui.ui.panels.panel import PanelView

if TYPE_CHECKING:
    from tui.ui.rows.step import StepRow


class CodePanel(LinesPanel):
    """The user's own innermost frame, if its file is on this machine."""

    TITLE = "Code"
    HELP: ClassVar[str] = (
        "The line of code that asked for the connection, as a pasted stack or refused run names it: the source around it, "
        "where host and port come from, settings beside it that say otherwise, and advice on how failure is handled there. "
        "Nothing is run or changed; passwords are masked."
    )

    def fill(self, view: PanelView) -> None:
        """Show what is known about the code."""
        from tui.ui.rows.code import code

        self.set_rows(code(view.snapshot.case, self.room.width))

    def has_something(self, view: PanelView) -> bool:
        """Whether the line of code that asked is known."""
        from tui.diagnosis.readings.code import code_location

        return code_location(view.snapshot.case) is not None

    def can_pick(self, item: StepRow) -> bool:
        """Every line can be picked, so that a long source can be read through."""
        return bool(item.line)


PANEL = CodePanel
