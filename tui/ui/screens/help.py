"""Help: what the focused panel shows, and every key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from tui.ui.commands import COMMANDS, shown_key
from tui.ui.rows.text import EMPTY, Line, Span, Tone, fit, line, paragraph, strong, wrap
from tui.ui.widgets.keyed_table import KeyedTable

KEYS = 14
"""The width of the column with the keys."""


class HelpText(KeyedTable[Line]):
    """The lines of the help; nothing in it can be picked, so the arrows scroll."""

    def __init__(self, about: str, text: str) -> None:
        super().__init__(id="help")
        self._about = about
        self._text = text
        self.border_title = "Help"
        self.border_subtitle = "Esc closes"

    def on_resize(self) -> None:
        """Wrap for the width."""
        self.set_rows(help_lines(self._about, self._text, self.room.width))

    def name_of(self, item: Line) -> str:
        """Lines have no key of their own."""
        return str(id(item))

    def draw(self, item: Line, width: int) -> Line:  # noqa: ARG002 -- the lines are wrapped for their width already
        """The line itself."""
        return item

    def can_pick(self, item: Line) -> bool:  # noqa: ARG002 -- no line can
        """Help is only read."""
        return False


def help_lines(about: str, text: str, width: int) -> list[Line]:
    """The help of one panel, then every command with its keys."""
    lines: list[Line] = []
    if about:
        lines += [line(strong(about)), *paragraph(text, width), EMPTY]
    for command in COMMANDS:
        keys = " ".join(shown_key(key) for key in command.keys)
        first, *rest = wrap(command.says, width - KEYS)
        lines.append(line(Span(fit(keys, KEYS), Tone.ACCENT), first))
        lines += [line(" " * KEYS, part) for part in rest]
    return [
        *lines,
        EMPTY,
        *paragraph("Move with the arrows or h j k l, Page up, Page down, Home, End, Tab, or the mouse.", width),
    ]


class HelpScreen(ModalScreen[None]):
    """The help, over what it explains."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss(None)", "close", show=False),
    ]

    def __init__(self, about: str = "", text: str = "") -> None:
        super().__init__()
        self._about = about
        self._text = text

    def compose(self) -> ComposeResult:
        """One box of lines."""
        yield HelpText(self._about, self._text)
