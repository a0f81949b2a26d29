"""From lines of text with tones to what the screen draws. The last gate: nothing here is markup or moves the cursor."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.model.safe_text import safe_text
from tui.ui.rows.text import Line
from tui.ui.theme import ASCII, CURSOR, styles


class LineWidget(Widget):
    """A widget that draws lines of text by itself."""

    _tones: Mapping[str, Style] | None = None
    _ground: Style = Style.null()
    _blank: Strip = Strip.blank(0)

    def painted(self, line: Line, width: int, *, cursor: bool = False) -> Strip:
        """`line` in exactly `width` cells; with `cursor`, as the row that the cursor is on."""
        tones = self._tones_now()
        if not line and not cursor:
            if self._blank.cell_length != width:
                self._blank = Strip.blank(width, self._ground)
            return self._blank
        over = tones[CURSOR] if cursor else Style.null()
        return Strip([Segment(self.shown(text), tones[tone] + over) for text, tone in line]).adjust_cell_length(
            width, self._ground + over
        )

    def shown(self, text: str) -> str:
        """`text` without anything that would control the terminal; in ASCII if the terminal shows no more."""
        if not text.isprintable():
            text = safe_text(text)
        if not text.isascii() and self.app.has_class("-ascii"):
            text = text.translate(ASCII).encode("ascii", "replace").decode("ascii")
        return text

    def notify_style_update(self) -> None:
        """The theme or the background has changed: work the tones out again."""
        self._tones = None
        super().notify_style_update()

    def _tones_now(self) -> Mapping[str, Style]:
        if self._tones is None:
            self._ground, self._blank = self.rich_style, Strip.blank(0)
            self._tones = styles(self.app.theme_variables, self._ground, ansi=self.app.native_ansi_color)
        return self._tones
