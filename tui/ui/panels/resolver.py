"""Resolver: what each source says about the name, and where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tui.ui.panels.panel import Panel, PanelView
from tui.ui.rows.text import Line, cut_line, line, muted, wrap

if TYPE_CHECKING:
    from tui.ui.rows.resolver import ResolverRow


class ResolverPanel(Panel["ResolverRow"]):
    """Hosts file, system and nameservers, side by side."""

    TITLE = "Resolver"
    HELP: ClassVar[str] = (
        "Who says what about the name: the hosts file, what programs here get (system), and each nameserver asked directly "
        "for A and AAAA, with the time to live and the round trip. “differs” marks an answer that programs here do not get."
    )

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._rooms = (0, 0)

    def fill(self, view: PanelView) -> None:
        """Show the sources."""
        from tui.ui.rows.resolver import empty_words, notes, resolver, rooms_for

        rows = resolver(view.snapshot)
        width = self.room.width
        if not rows:
            self.set_rows((), head=[line(muted(part)) for part in wrap(empty_words(view.snapshot), width)])
            return
        self._rooms = rooms_for(rows)
        self.set_rows(rows, foot=[cut_line(note, width) for note in notes(view.snapshot)])

    @property
    def detail(self) -> str:
        """Everything about the source under the cursor."""
        return f"{self.picked.who} {self.picked.kind} {self.picked.answer} · {self.picked.detail}" if self.picked else ""

    def name_of(self, item: ResolverRow) -> str:
        """Sources are identified by server, name and type."""
        return item.key

    def draw(self, item: ResolverRow, width: int) -> Line:
        """One source."""
        from tui.ui.rows.resolver import source_line

        return source_line(item, width, self._rooms)

    def can_pick(self, item: ResolverRow) -> bool:
        """Everything but a heading, which says nothing of its own."""
        return not item.heading


PANEL = ResolverPanel
