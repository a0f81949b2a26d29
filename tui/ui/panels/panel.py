"""What all panels share: they are given the same view, draw it only while they are visible, and have their own help text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.content import Content

from tui.ui.widgets.keyed_table import KeyedTable

if TYPE_CHECKING:
    from tui.diagnosis.hypothesis import Hypothesis
    from tui.ui.snapshot import Snapshot

T = TypeVar("T")


@dataclass(frozen=True)
class PanelView:
    """What is shown: the session at one moment, and where the person is in it."""

    snapshot: Snapshot
    causes: Sequence[Hypothesis]
    place: str
    """What the step shows."""
    walk_at: str
    """Where the walk is, whatever the person is looking at."""
    now: datetime


class Panel(KeyedTable[T]):
    """A table with a title in its border. A subclass fills in its rows in `fill`."""

    TITLE: ClassVar[str]
    HELP: ClassVar[str]

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self.number = 0
        """Its key."""
        self.view: PanelView | None = None
        self.title = ""
        """What the border says, without the key."""

    def on_mount(self) -> None:
        """Show the panel's own title until there is a better one."""
        self.entitle(self.TITLE)

    def present(self, view: PanelView) -> None:
        """Show this view, now or as soon as the panel becomes visible."""
        self.view = view
        if self.visible_now:
            self.fill(view)

    def fill(self, view: PanelView) -> None:
        """Set the rows for this view."""
        raise NotImplementedError

    def has_something(self, view: PanelView) -> bool:  # noqa: ARG002 -- most panels always have something
        """Whether `view` has anything for it to show."""
        return True

    def entitle(self, title: str) -> bool:
        """Set the title in the border, after the panel's key; returns whether it has changed."""
        if title == self.title:
            return False
        self.title = title
        # A string would be read as markup.
        self.border_title = Content(self.shown(f"{self.number} {title}"))
        return True

    @property
    def command(self) -> str:
        """The command under the cursor, if rows have one."""
        return ""

    @property
    def detail(self) -> str:
        """Everything about the row under the cursor, if there is more than the row shows."""
        return ""

    @property
    def visible_now(self) -> bool:
        """Whether the panel is on the screen."""
        return self.room.width > 0 and self.is_on_screen

    def on_resize(self) -> None:
        """Fill again: the width decides how lines break."""
        if self.view:
            self.fill(self.view)
