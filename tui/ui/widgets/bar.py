"""One line across the screen; its parts can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual import events
from textual.strip import Strip

from tui.ui.rows.text import EMPTY, Line, Span, cells, line
from tui.ui.widgets.line_widget import LineWidget


class Bar(LineWidget):
    """A line that is redrawn only when it has changed. `draw` is given the width in cells."""

    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._draw: Callable[[int], Line] = lambda _width: EMPTY
        self._drawn: Line = EMPTY

    def say(self, draw: Callable[[int], Line]) -> None:
        """Show what `draw` returns from now on."""
        self._draw = draw
        if self.size.width and draw(self.size.width) != self._drawn:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        self._drawn = self._draw(self.size.width) if y == 0 else EMPTY
        return self.painted(self._drawn, self.size.width)

    @property
    def words(self) -> str:
        """Its text now, without tones."""
        return "".join(span.text for span in self._draw(self.size.width or 80))


class Part(NamedTuple):
    """A part of an action bar: its text and the action behind it."""

    line: Line
    action: str


class ActionBar(Bar):
    """A line of parts; a click on one runs its action."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 -- Textual's own name for it
        super().__init__(id=id)
        self._parts: tuple[Part, ...] = ()
        self._gap = 2

    def offer(self, parts: Sequence[Part], *, gap: int = 2) -> None:
        """Show these parts, `gap` cells apart."""
        self._parts, self._gap = tuple(parts), gap
        spans: list[str | Span] = [" "]
        for part in self._parts:
            spans += [*part.line, " " * gap]
        whole = line(*spans)
        self.say(lambda _width: whole)

    async def on_click(self, event: events.Click) -> None:
        """Run the action of the part that was clicked."""
        end = 1
        for part in self._parts:
            end += width_of(part) + self._gap
            if event.x < end:
                await self.screen.run_action(part.action)
                return


def width_of(part: Part) -> int:
    """The cells that a part takes."""
    return sum(cells(span.text) for span in part.line)


def fitting(parts: Sequence[Part], width: int, *, kept: int, gap: int = 2) -> list[Part]:
    """As many parts as fit into `width` cells: always the last `kept` ones, and of the others as many from the start as fit."""
    first, last = list(parts[: len(parts) - kept]), list(parts[len(parts) - kept :])
    while first and 1 + sum(width_of(part) + gap for part in (*first, *last)) - gap > width:
        first.pop()
    return [*first, *last]
