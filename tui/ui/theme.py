"""How tones look in the current theme, and how everything looks without colours or without glyphs beyond ASCII.

The styles come from the theme's own semantic variables. They are made here, not by style sheets: a component class for each
tone and widget costs more at the start than everything that the screen draws.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from textual.color import Color
from textual.scrollbar import ScrollBar, ScrollBarRender

from tui.ui.rows.text import Tone

ASCII = str.maketrans(
    "✓●◐○•▾▸…·∙←→█▇▆▅▄▃▂▁│─\u2013\u2014\u2018\u2019\u201c\u201d\u00d7",
    "+!~o*v>>-.<>87654321|---''\"\"x",
)
"""An ASCII character for each of our glyphs, so that columns stay in line."""
CURSOR = "cursor"
"""The style laid over the row under the cursor."""
_MUTED, _UNDER_CURSOR = 0.6, 0.45
"""How strong muted text, and the colour behind the cursor, are against the background."""
_VARIABLES = {
    Tone.GOOD: "text-success",
    Tone.BAD: "text-error",
    Tone.WARN: "text-warning",
    Tone.ACCENT: "text-accent",
    Tone.COMMAND: "text-primary",
}
_BOLD = frozenset({Tone.STRONG, Tone.BAD, Tone.ACCENT})


def styles(variables: Mapping[str, str], base: Style, *, ansi: bool) -> dict[str, Style]:
    """A style for each tone and for the cursor, over `base`. `variables` are the theme's; `ansi` means that it has no shades."""
    by_tone: dict[str, Style] = {}
    for tone in Tone:
        style = base + Style(bold=True) if tone in _BOLD else base
        if tone in _VARIABLES:
            style += Style(color=Color.parse(variables[_VARIABLES[tone]]).rich_color)
        by_tone[tone] = style
    if ansi or base.color is None or base.bgcolor is None:
        by_tone[Tone.MUTED] = base + Style(dim=True)
        by_tone[CURSOR] = Style(reverse=True, bold=True)
    else:
        text, ground = Color.from_rich_color(base.color), Color.from_rich_color(base.bgcolor)
        behind = ground.blend(Color.parse(variables["primary"]), _UNDER_CURSOR)
        by_tone[Tone.MUTED] = base + Style(color=ground.blend(text, _MUTED).rich_color)
        by_tone[CURSOR] = Style(color=base.color, bgcolor=behind.rich_color, bold=True)
    return by_tone


class PlainScrollBar(ScrollBarRender):
    """Scroll bars drawn without the glyphs for eighths of a cell."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def draw_scroll_bars(*, ascii_only: bool) -> None:
    """Choose how all scroll bars are drawn."""
    ScrollBar.renderer = PlainScrollBar if ascii_only else ScrollBarRender


def wants_ascii(encoding: str | None = None) -> bool:
    """Whether the locale can't show more than ASCII: its encoding is not UTF-8."""
    return "utf" not in (encoding or locale.getencoding()).lower()


def no_color() -> bool:
    """Whether the person wants no colours (https://no-color.org: the variable is set and not empty)."""
    return bool(os.environ.get("NO_COLOR"))
