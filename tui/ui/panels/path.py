"""Path: the route and neighbour used, the echo, and who answers at which distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.panel import Panel, View
from tui.ui.rows.text import Line, line, muted

if TYPE_CHECKING:
    from tui.ui.rows.step import StepRow


class PathPanel(Panel["StepRow"]):
    """How packets get there, as far as it was seen."""

    TITLE = "Path"
    NUMBER = 6
    HELP: ClassVar[str] = (
        "The route that the kernel takes to each address, the neighbour on this link, the answers to echo requests, and who "
        "answers an attempt at which distance (hop)."
    )

    def fill(self, view: View) -> None:
        """Tell what is known of the path."""
        from tui.ui.rows.path import path

        rows = path(view.snapshot.case, self.room.width)
        self.tell(rows, head=() if rows else [line(muted("Not looked at yet."))])

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
        """The rows whose look can be repeated by hand."""
        return bool(item.command)
