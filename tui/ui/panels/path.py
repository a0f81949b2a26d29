"""Path: the route and neighbour in use, the answers to echo requests, and who answers at which distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.lines import LinesPanel
from tui.ui.panels.panel import PanelView
from tui.ui.rows.text import line, muted

if TYPE_CHECKING:
    from tui.ui.rows.step import StepRow


class PathPanel(LinesPanel):
    """How packets get there, as far as is known."""

    TITLE = "Path"
    HELP: ClassVar[str] = (
        "The route that the kernel takes to each address, the neighbour on this link, the answers to echo requests, and who "
        "answers an attempt at which distance (hop)."
    )

    def fill(self, view: PanelView) -> None:
        """Show what is known about the path."""
        from tui.ui.rows.path import path

        rows = path(view.snapshot.case, self.room.width)
        self.set_rows(rows, head=() if rows else [line(muted("Not checked yet."))])

    def can_pick(self, item: StepRow) -> bool:
        """Only rows whose check can be repeated by hand."""
        return bool(item.command)


PANEL = PathPanel
