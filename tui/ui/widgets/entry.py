"""One line at the bottom to type into, for a filter or an answer; it exists only while it is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class TextEntry(Input):
    """A field that passes on what was typed and then goes away. Esc drops it."""

    DEFAULT_CSS = "TextEntry.-textual-compact { height: 1; padding: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    class Closed(Message):
        """The field is no longer needed."""

        def __init__(self, entry: TextEntry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(
        self, prompt: str, done: Callable[[str], None], *, typed: Callable[[str], None] | None = None, value: str = ""
    ) -> None:
        super().__init__(value=value, placeholder=prompt, id="entry", compact=True, select_on_focus=False)
        self.cursor_blink = False
        self._done = done
        self._typed = typed

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on each change, if somebody wants it."""
        event.stop()
        if self._typed:
            self._typed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass on what was typed."""
        event.stop()
        self._done(event.value)
        self.post_message(self.Closed(self))

    def action_leave(self) -> None:
        """Go away; a filter that was typed is dropped."""
        if self._typed:
            self._typed("")
        self.post_message(self.Closed(self))

    def on_blur(self, event: events.Blur) -> None:
        """Go away when something else gets the focus; what was typed so far stays as it is."""
        event.stop()
        self.post_message(self.Closed(self))
