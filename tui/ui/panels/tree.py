"""The walk: the whole tree, folded to where we are. Moving in it shows each leaf's step."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.panel import Panel, PanelView
from tui.ui.rows.text import Line

if TYPE_CHECKING:
    from tui.ui.rows.walk import Node

WIDEST = 48
"""A title and its answer that are farther apart are no longer read together, in cells."""


class TreePanel(Panel["Node"]):
    """The tree of groups, leaves and questions, with the verdict at its end."""

    TITLE = "The walk"
    HELP: ClassVar[str] = (
        "Every cause that is considered, by group. Each line says what should be so, and the answer: yes (this cause is "
        "ruled out), no (it is the cause), likely no, open, not relevant here, not looked at. Moving here shows the step of "
        "each leaf."
    )

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self.folds: dict[str, bool] = {}
        """What the person folded (True) and unfolded (False)."""

    def fill(self, view: PanelView) -> None:
        """Show the visible nodes; while the panel has no focus, the cursor follows the walk."""
        from tui.ui.rows.walk import tree

        nodes = tree(view.snapshot, view.causes, (view.place, view.walk_at), self.folds, min(self.room.width, WIDEST))
        self.set_rows(nodes)
        if not self.has_focus:
            self.follow(view.place)

    def follow(self, place: str) -> None:
        """Put the cursor on a place without posting a message."""
        row = next((index for index, node in enumerate(self.items) if node.key == place), None)
        if row is not None and row != self.cursor:
            self.cursor = row
            self.keep_in_view(row)

    def name_of(self, item: Node) -> str:
        """Nodes are identified by their place."""
        return item.key

    def draw(self, item: Node, width: int) -> Line:  # noqa: ARG002 -- nodes are drawn for their width already
        """A node comes with its line."""
        return item.line

    def fold(self, *, folded: bool) -> bool:
        """Fold or unfold the group under the cursor, or the one its leaf is in; returns whether anything changed."""
        from tui.ui.rows.place import GROUP, VERDICT, group_of_place

        if self.picked is None or self.view is None or self.picked.key == VERDICT:
            return False
        group = group_of_place(self.picked.key)
        before = [node.key for node in self.items]
        self.folds[group] = folded
        self.fill(self.view)
        if folded:
            self.pick(next(row for row, node in enumerate(self.items) if node.key == f"{GROUP}{group}"))
        return before != [node.key for node in self.items]

    def toggle(self) -> bool:
        """Fold or unfold the group under the cursor; False if there is no group or nothing changed."""
        from tui.ui.rows.place import GROUP

        if self.picked is None or not self.picked.key.startswith(GROUP):
            return False
        group = self.picked.key.removeprefix(GROUP)
        leaves = [node for node in self.items if not node.key.startswith(GROUP)]
        return self.fold(folded=any(node.key.startswith(f"{group}.") for node in leaves))


PANEL = TreePanel
