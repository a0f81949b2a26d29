"""The start: type or paste a target or a whole error, see what was understood, and press Enter to start the walk.

refused  finds out why a connection fails                                                      #title
Type what cannot be reached, or paste the whole error:
┌──────────────────────────────────────────────────────────────────────────────────────────┐
│ psycopg2.OperationalError: connection to server at "db-1", port 5432 failed: …             │   #text
└──────────────────────────────────────────────────────────────────────────────────────────┘
db-1:5432 · tcp                                                                          #understood
┌ Sessions ────────────────────────────────────────────────────────────────────────────────┐
│ 2026-11-20 11:02  db-1:5432                                                                │   #recent
└──────────────────────────────────────────────────────────────────────────────────────────┘
Enter start  ? help  q quit                                                                      #keys
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import TextArea

from tui.model.target import EXAMPLES, Target, TargetError
from tui.ui.commands import bindings
from tui.ui.rows.text import Line, Span, Tone, cut, line, muted, strong
from tui.ui.widgets.bar import ActionBar, Bar, Part
from tui.ui.widgets.keyed_table import KeyedTable

if TYPE_CHECKING:
    from tui.engine.walk import Walk
    from tui.ui.backend import Backend
    from tui.ui.screens.walk import WalkScreen

PROMPT = "Type what cannot be reached, or paste the whole error:"
HINT = f"For example {EXAMPLES}"
LONGEST_TEXT = 200_000
"""Anything beyond this is not read, in characters: no error is that long."""


class Recent(NamedTuple):
    """A session that can be shown: a walk of this run, or a file."""

    label: str
    path: Path | None = None
    walk: WalkScreen | None = None


Choice: TypeAlias = "Target | Walk | WalkScreen"
"""What the person can choose: a new target, a recording, or a walk that is still open."""


class RecentSessions(KeyedTable[Recent]):
    """The sessions that can be opened again."""

    def name_of(self, item: Recent) -> str:
        """Sessions are identified by their label and file."""
        return f"{item.label} {item.path}"

    def draw(self, item: Recent, width: int) -> Line:
        """The label, and whether the session is still open."""
        return line(cut(item.label, width - 7), muted("  open") if item.walk else "")


class StartScreen(Screen[None]):
    """Where a walk begins."""

    class Chosen(Message):
        """The person made a choice, or (None) went back."""

        def __init__(self, choice: Choice | None) -> None:
            super().__init__()
            self.choice = choice

    CSS_PATH = "start.tcss"
    AUTO_FOCUS = "#text"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("start", "screens")]

    def __init__(self, backend: Backend, walks: Sequence[Recent] = ()) -> None:
        super().__init__()
        self._doors = backend
        self._recent = [*walks, *(Recent(label, path=path) for label, path in backend.recent())]
        self._can_go_back = bool(walks)
        self.understood: Target | None = None
        """The target that the text names so far."""

    def compose(self) -> ComposeResult:
        """The parts, as in the drawing above."""
        yield Bar(id="title")
        yield Bar(id="prompt")
        text = TextArea(id="text", soft_wrap=True, compact=True, tab_behavior="focus")
        text.cursor_blink = False
        yield text
        yield Bar(id="understood")
        if self._recent:
            yield RecentSessions(id="recent")
        yield Bar(id="rest")
        yield ActionBar(id="keys")

    @property
    def text(self) -> TextArea:
        """The field."""
        return self.query_one("#text", TextArea)

    def on_mount(self) -> None:
        """Say what can be typed."""
        self.query_one("#title", Bar).say(lambda _width: line(strong(" refused  "), muted("finds out why a connection fails")))
        self.query_one("#prompt", Bar).say(lambda width: line(f" {cut(PROMPT, width - 1)}"))
        self._say(HINT)
        for table in self.query(RecentSessions):
            table.border_title = "Sessions"
            table.set_rows(self._recent)
        keys = [("Enter", "start", "screen.start"), ("Tab", "sessions", "app.focus_next")][: 2 if self._recent else 1]
        back = [("Esc", "back", "screen.escape")] if self._can_go_back else []
        keys += [*back, ("F1", "help", "app.help"), ("Ctrl+C", "quit", "app.interrupt")]
        self.query_one("#keys", ActionBar).offer(
            [Part(line(Span(key, Tone.ACCENT), f" {word}"), action) for key, word, action in keys]
        )

    @on(TextArea.Changed)
    def read(self) -> None:
        """Say how the text was understood, or what is wrong with it."""
        text = self.text.text[:LONGEST_TEXT]
        self.understood = None
        if not text.strip():
            self._say(HINT)
            return
        try:
            self.understood = self._doors.read_target(text)
        except TargetError as error:
            self._say(str(error), Tone.WARN)
        else:
            scheme = f" · {self.understood.scheme}" if self.understood.scheme else ""
            self._say(f"Understood: {self.understood.label} · {self.understood.transport}{scheme}", Tone.GOOD)

    def action_start(self) -> None:
        """Open the session under the cursor, start the walk, or put the target read from a longer text into the field."""
        table = next(iter(self.query(RecentSessions)), None)
        if table is not None and table.has_focus:
            self._open(table.picked)
            return
        text = self.text
        if self.understood is None:
            return
        if "\n" in text.text.strip() or " " in text.text.strip():
            text.text = self.understood.text
            text.move_cursor(text.document.end)
            return
        self.post_message(self.Chosen(self.understood))

    def action_escape(self) -> None:
        """Go back to the walk, if there is one."""
        if self._can_go_back:
            self.post_message(self.Chosen(None))

    @on(KeyedTable.Moved)
    def open_clicked(self, message: KeyedTable.Moved) -> None:
        """A click opens the session."""
        message.stop()
        if message.clicked and isinstance(message.table, RecentSessions):
            self._open(message.table.picked)

    def _open(self, recent: Recent | None) -> None:
        if recent is None:
            return
        if recent.walk is not None:
            self.post_message(self.Chosen(recent.walk))
        elif recent.path is not None:
            try:
                self.post_message(self.Chosen(self._doors.open_recording(recent.path)))
            except (ValueError, OSError) as error:
                self._say(str(error), Tone.WARN)

    def _say(self, words: str, tone: Tone = Tone.MUTED) -> None:
        self.query_one("#understood", Bar).say(lambda width: line(Span(f" {cut(words, width - 1)}", tone)))
