"""Rows that are set, never edited: the table is given all rows that it should show, and works out what has changed.

The cursor stays on its row, by the row's key. Only visible rows are drawn, and of those only the ones that differ from
what is on the screen, so twenty thousand rows cost no more than forty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.ui.rows.text import EMPTY, Line, plain
from tui.ui.widgets.line_widget import LineWidget

T = TypeVar("T")


class KeyedTable(ScrollView, LineWidget, Generic[T], can_focus=True):
    """A scrolling list of rows with a fixed head and foot. A subclass says how a row is named and drawn."""

    DEFAULT_CSS = """
    KeyedTable {
        overflow-x: hidden;
        scrollbar-size: 1 1;
        scrollbar-gutter: stable;
        scrollbar-color: $foreground 30%;
        scrollbar-background: $background;
        &:ansi { scrollbar-color: $scrollbar; scrollbar-background: $scrollbar-background; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,space", "leaf(1)", show=False),
        Binding("pageup", "leaf(-1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
    ]

    class Moved(Message):
        """The person moved the cursor, or clicked a row."""

        def __init__(self, table: KeyedTable[Any], *, clicked: bool) -> None:
            super().__init__()
            self.table = table
            self.clicked = clicked

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self.items: Sequence[T] = ()
        self.cursor = 0
        self._head: tuple[Line, ...] = ()
        self._foot: tuple[Line, ...] = ()
        self._drawn: dict[int, tuple[Line, bool]] = {}

    def name_of(self, item: T) -> str:
        """The row's key: what identifies it when the rows are set again."""
        raise NotImplementedError

    def draw(self, item: T, width: int) -> Line:
        """A row in `width` cells."""
        raise NotImplementedError

    def can_pick(self, item: T) -> bool:  # noqa: ARG002 -- what a subclass may narrow
        """Whether the cursor may stand on this row."""
        return True

    def set_rows(self, items: Sequence[T], *, head: Sequence[Line] = (), foot: Sequence[Line] = ()) -> None:
        """Show these rows instead of the present ones. The cursor stays on its row, or where its row was."""
        held = self.name_of(self.items[self.cursor]) if self.cursor < len(self.items) else None
        self.items, self._head, self._foot = items, tuple(head), tuple(foot)
        if held is not None and not (self.cursor < len(items) and self.name_of(items[self.cursor]) == held):
            row = next((index for index, item in enumerate(items) if self.name_of(item) == held), None)
            self.cursor = self.cursor if row is None else row
        self.cursor = self._pickable(min(self.cursor, max(len(items) - 1, 0)))
        self._measure()
        self._redraw()

    @property
    def picked(self) -> T | None:
        """The row under the cursor, if it can be picked."""
        if self.cursor < len(self.items) and self.can_pick(self.items[self.cursor]):
            return self.items[self.cursor]
        return None

    @property
    def words(self) -> list[str]:
        """All lines as text, including the fixed ones."""
        width = self.room.width or 80
        rows = (plain(self.draw(item, width)) for item in self.items)
        return [*map(plain, self._head), *rows, *map(plain, self._foot)]

    @property
    def room(self) -> Size:
        """The cells that lines can use."""
        return self.scrollable_content_region.size

    def render_line(self, y: int) -> Strip:
        """The visible line `y`."""
        content = self._content(y)
        self._drawn[y] = content
        line, cursor = content
        return self.painted(line, self.room.width, cursor=cursor)

    def action_move(self, step: int) -> None:
        """Move to the next row that can be picked, or scroll if none is near."""
        row = self.cursor + step
        while 0 <= row < len(self.items) and not self.can_pick(self.items[row]):
            row += step
        first, last = self._window()
        if 0 <= row < len(self.items) and first - 1 <= row <= last + 1:
            self.pick(row)
        else:
            self.scroll_relative(y=step, animate=False)

    def action_leaf(self, step: int) -> None:
        """Move by a page."""
        self.pick(self._pickable(self.cursor + step * max(self._rows_shown() - 1, 1)))
        if self.picked is None:
            self.scroll_relative(y=step * max(self._rows_shown() - 1, 1), animate=False)

    def action_end(self, step: int) -> None:
        """Move to the first or the last row."""
        self.pick(self._pickable(0 if step < 0 else len(self.items) - 1))
        self.scroll_to(y=0 if step < 0 else self.max_scroll_y, animate=False)

    def pick(self, row: int, *, clicked: bool = False) -> None:
        """Put the cursor on a row and bring it into view."""
        if not 0 <= row < len(self.items):
            return
        self.cursor = row
        self.keep_in_view(row)
        self._redraw()
        self.post_message(self.Moved(self, clicked=clicked))

    def keep_in_view(self, row: int) -> None:
        """Scroll no farther than needed to bring the row into view."""
        first, last = self._window()
        if row < first:
            self.scroll_to(y=row, animate=False)
        elif row > last:
            self.scroll_to(y=row - self._rows_shown() + 1, animate=False)

    def on_click(self, event: events.Click) -> None:
        """Pick the row that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < len(self._head):
            self.head_clicked(offset.x)
            return
        row = offset.y - len(self._head) + round(self.scroll_y)
        if offset.y < self.room.height - len(self._foot) and row < len(self.items) and self.can_pick(self.items[row]):
            self.pick(row, clicked=True)

    def head_clicked(self, cell: int) -> None:
        """What a click on the head, that many cells from the left, asks for."""

    def on_resize(self) -> None:
        """Measure again: the width decides how rows are drawn. A subclass's own handler is called as well as this one."""
        self._measure()

    def on_focus(self) -> None:
        """Show the cursor as active."""
        self._redraw()

    def on_blur(self) -> None:
        """Show the cursor as resting."""
        self._redraw()

    def _content(self, y: int) -> tuple[Line, bool]:
        """What belongs on the visible line `y`: its text, and whether the cursor is there."""
        width, height = self.room
        if y < len(self._head):
            return self._head[y], False
        if y >= height - len(self._foot):
            return self._foot[y - height + len(self._foot)], False
        row = y - len(self._head) + round(self.scroll_y)
        if not 0 <= row < len(self.items):
            return EMPTY, False
        item = self.items[row]
        here = row == self.cursor and self.has_focus and self.can_pick(item)
        return self.draw(item, width), here

    def _redraw(self) -> None:
        """Draw the visible lines that differ from what is on the screen."""
        width, height = self.room
        for y in range(height):
            if self._drawn.get(y) != self._content(y):
                self.refresh(Region(0, y, width, 1))

    def _measure(self) -> None:
        # Never less than what is visible: a change of the virtual size redraws the whole table.
        lines = len(self._head) + len(self.items) + len(self._foot)
        size = Size(self.room.width, max(lines, self.room.height))
        if size != self.virtual_size:
            self.virtual_size = size

    def _rows_shown(self) -> int:
        return max(self.room.height - len(self._head) - len(self._foot), 1)

    def _window(self) -> tuple[int, int]:
        first = round(self.scroll_y)
        return first, first + self._rows_shown() - 1

    def _pickable(self, row: int) -> int:
        """The nearest row to `row` that can be picked, later ones first; `row` itself if there is none."""
        row = min(max(row, 0), max(len(self.items) - 1, 0))
        later = (index for index in range(row, len(self.items)) if self.can_pick(self.items[index]))
        earlier = (index for index in range(row - 1, -1, -1) if self.can_pick(self.items[index]))
        return next(later, next(earlier, row))
