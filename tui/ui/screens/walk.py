"""The walk's screen: where its parts are, what they show, and when they are updated.

     refused  db-1:5432 · tcp          from web-3 (10.0.5.7)           00:07  • testing: Is it the right port?   #title
    ┌ 2 The walk ─────────┐┌ 1 Does anything listen on this port? ────┐┌ 3 Sockets here (14) ───────────┐
    │ ▾ ✓ Name       fine ││ asks   Does anything listen on this port? ││ ▸tcp 127.0.0.1   5433 postgres │  #sockets
    │   ✓ name exists yes ││ why    A reset is an answer: the machine… │├ 4 Resolver ────────────────────┤
    │ ▾ ◐ Server   likely ││ seen   attempt 1: … refused by reset      ││ system  10.0.3.9       0.4 ms  │  #resolver
    │   ◐ listens likely… ││        $ nc -vz 10.0.3.9 5432             │├ 5 Attempts ─ 6 Path ─ 7 Code ──┤
    │ ▸ ○ Client     open ││ means  ◐ likely: a reset came back, …     ││ #3 11:02:03 refused by reset   │  #attempts, #path
    └─────────────── #tree┘└──────────────────────────────────── #step ┘└────────────────────────────────┘
     ◐ likely: server.not-listening  nothing listens on 10.0.3.9:5432                                     #status
     Enter next  a auto  s skip  b back  c copy  ? help  q quit                                           #keys

In a small terminal the tree is one line of marks (#marks), and the panels are tabs (#tabs), one at a time.
What the first paint does not show is imported only after it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from tui.ui.commands import bindings, footer, key_of
from tui.ui.panels import PANELS, number_of, panels_in
from tui.ui.panels.panel import Panel, PanelView
from tui.ui.panels.step import StepPanel
from tui.ui.panels.tree import TreePanel
from tui.ui.rows.text import Line, Span, Tone, cut, line, muted, strong
from tui.ui.screens.walk_actions import WalkActions
from tui.ui.widgets.bar import ActionBar, Bar, Part, fitting
from tui.ui.widgets.keyed_table import KeyedTable

if TYPE_CHECKING:
    from tui.engine.walk import Walk
    from tui.model.target import Target
    from tui.ui.backend import Backend
    from tui.ui.snapshot import Snapshot

TICK_S = 0.5
"""How often a countdown moves on while checks are under way."""
TICKS_A_TABLE = 2
"""The sockets are read once a second."""
LOST_S = 20.0
"""How long it is shown that nothing is recorded any more; the lines at the end say it again."""
ALL_TABS = 70
"""From this many columns on, every tab has room; below, some are there only if they have something to show."""
COLUMNS = [(0, "-too-narrow"), (40, "-narrow"), (120, "-wide")]
ROWS = [(0, "-too-short"), (12, "-short"), (30, "-tall")]
"""The number of columns and rows from which each class applies."""


class WalkScreen(WalkActions):
    """One session, live or recorded."""

    CSS_PATH = "walk.tcss"
    AUTO_FOCUS = "#step"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("walk", "screens")]
    HORIZONTAL_BREAKPOINTS = COLUMNS
    VERTICAL_BREAKPOINTS = ROWS

    class Changed(Message):
        """The session has something new to show."""

        def __init__(self, snapshot: Snapshot) -> None:
            super().__init__()
            self.snapshot = snapshot

    def __init__(
        self, target: Target, open_walk: Callable[[], Walk], backend: Backend, clock: Callable[[], datetime], size: Size
    ) -> None:
        # The classes that the first resize would set: without them, everything is styled twice before the first paint.
        super().__init__(classes=f"{_class_for(size.width, COLUMNS)} {_class_for(size.height, ROWS)}")
        self.target = target
        self.backend = backend
        self._open_walk = open_walk
        self._clock = clock
        self._timer: Timer | None = None
        self._ticks = 0
        self._begun = False
        self._complete = False
        """Whether all panels have been added."""
        self.failure: BaseException | None = None
        """The defect that ended the walk, if one did."""
        self._lost = False
        """Whether it was shown that the session is not recorded any more."""

    def compose(self) -> ComposeResult:
        """The parts, as in the drawing above."""
        yield Bar(id="title")
        yield ActionBar(id="marks")
        yield ActionBar(id="tabs")
        with Horizontal(id="body"):
            for panel in panels_in("left", "middle"):
                # Setting the class later would style everything twice before the first paint.
                yield panel.set_class(panel.id == self.tab, "-tab")
            yield Vertical(id="live")
        yield Bar(id="status")
        yield ActionBar(id="keys")
        yield Bar(id="too-small")

    def on_mount(self) -> None:
        """Show the frame first; everything else comes after the first paint."""
        self.bar("too-small").say(lambda width: line(cut("refused needs 40 columns and 12 rows", width)))
        self.bar("title").say(lambda _width: line(strong(" refused  "), Span(self.target.label, Tone.ACCENT)))
        self.show_tab("step")

    async def _begin(self) -> None:
        """Open the session and let it run; then add the live panels, while the first checks are under way."""
        from tui.ui.bridge import Bridge

        self.walk = self._open_walk()
        self.causes = self.walk.causes
        self.bridge = Bridge(self.walk, self._publish)
        self._walk_on()
        shared = panels_in("shared")
        shared[0].add_class("-in-front")
        await self.query_one("#live", Vertical).mount(*panels_in("right"), *shared)
        self._complete = True
        self.bridge.wake()
        self._timer = self.set_interval(TICK_S, self._tick)

    @work(group="walk", exit_on_error=False)
    async def _walk_on(self) -> None:
        """Run the session. A function, because a coroutine that is dropped before its start leaves a warning on the terminal."""
        if self.walk:
            await self.walk.run(linger=True)

    def _publish(self, snapshot: Snapshot) -> None:
        self.post_message(self.Changed(snapshot))

    @on(Changed)
    def show_news(self, message: Changed) -> None:
        """Show the session as it is now."""
        message.stop()
        if self._complete:
            self.present(message.snapshot)

    def present(self, snapshot: Snapshot | None = None) -> None:
        """Show `snapshot`, or the last one again after the person moved to another part of it."""
        snapshot = snapshot or (self.view.snapshot if self.view else None)
        if snapshot is None:
            return
        from tui.ui.rows.place import followed

        walk_at = followed(snapshot, self.causes)
        self.view = PanelView(snapshot, self.causes, self.selected or walk_at, walk_at, self._now(snapshot))
        with self.app.batch_update():
            for panel in self.panels:
                panel.present(self.view)
            self._draw_bars(self.view)

    @property
    def panels(self) -> list[Panel[object]]:
        """All panels, in the order of their keys."""
        return [self.panel(slot.name) for slot in PANELS]

    def panel(self, name: str) -> Panel[object]:
        """The panel of this name."""
        return self.query_one(f"#{name}", Panel)

    def bar(self, name: str) -> Bar:
        """The line of this name."""
        return self.query_one(f"#{name}", Bar)

    def _now(self, snapshot: Snapshot) -> datetime:
        """The clock; in a replay, the time of the last event that is shown."""
        from tui.ui.rows.words import moment

        return (None if snapshot.live else moment(snapshot.newest)) or self._clock()

    def _draw_bars(self, view: PanelView) -> None:
        from tui.ui.rows.header import header, status
        from tui.ui.rows.place import current_leaf
        from tui.ui.rows.walk import group_marks

        leaf = current_leaf(view.snapshot, view.causes)
        self.bar("title").say(partial(header, self.target, view.snapshot, leaf.question if leaf else "", view.now))
        marks = group_marks(view.snapshot, view.causes, view.place)
        self.query_one("#marks", ActionBar).offer([Part(mark, f"screen.show('group:{group}')") for group, mark in marks])
        self._draw_tabs()
        self.bar("status").say(lambda width: self._status(width) or status(view.snapshot, width))
        self._draw_keys()

    def _status(self, width: int) -> Line:
        """What the line at the bottom shows instead of the verdict: a defect, or everything about the row under the cursor."""
        if self.failure:
            words = f" The walk itself failed: {type(self.failure).__name__}: {self.failure}. What was seen is recorded."
            return line(Span(cut(words, width), Tone.BAD))
        focused = self.focused
        detail = focused.detail if isinstance(focused, Panel) else ""
        return line(muted(cut(f" {detail}", width))) if detail else ()

    def _draw_keys(self) -> None:
        keys = [(key_of(command), command.word, f"screen.press('{command.id}')") for command in footer(self.available)]
        if self.focused and not isinstance(self.focused, Panel):
            keys = [("Enter", "done", "screen.done"), ("Esc", "leave", "screen.leave")]
        parts = [Part(line(Span(key, Tone.ACCENT), f" {word}"), action) for key, word, action in keys]
        self.query_one("#keys", ActionBar).offer(fitting(parts, self.size.width, kept=2))

    def _tick(self) -> None:
        """Update the clock and the countdowns while checks are under way, and the sockets while they are visible."""
        self._ticks += 1
        self._watch_record()
        if self.bridge:
            self.bridge.wake()
        if self.view and self.view.snapshot.busy:
            self.present()
        if self._ticks % TICKS_A_TABLE == 0:
            self._refresh_sockets()

    def _watch_record(self) -> None:
        """Say once that nothing more is recorded, where that fails: a disk is full, a directory is not this user's."""
        problem = self.backend.record_problem(self.walk) if self.walk and not self._lost else ""
        if problem:
            from tui.model.safe_text import safe_text

            self._lost = True
            self.notify(self.step.shown(safe_text(problem)), severity="warning", markup=False, timeout=LOST_S)

    def _refresh_sockets(self) -> None:
        panel = self.sockets
        if self.walk is None or not self.walk.live or not panel.wants_news:
            return
        from tui.model.requests import ListListeners

        panel.asked()
        self.walk.refresh(ListListeners(), panel.take)

    def on_screen_suspend(self) -> None:
        """Stop the updates: nobody sees this screen."""
        if self._timer:
            self._timer.pause()

    def on_screen_resume(self) -> None:
        """The first time, begin right after the first paint, which follows this; later, go on with the updates."""
        if not self._begun:
            self._begun = True
            self.call_later(self._begin)
        if self._timer:
            self._timer.resume()
        self.present()

    def on_unmount(self) -> None:
        """Take nothing more from the session."""
        if self.bridge:
            self.bridge.close()

    @on(Worker.StateChanged)
    def note_defect(self, event: Worker.StateChanged) -> None:
        """A defect ends the walk, not the screen: what was seen can still be read."""
        if event.worker.group == "walk" and event.state is WorkerState.ERROR:
            self.failure = event.worker.error
            self.present()

    @on(KeyedTable.Moved)
    def follow_cursor(self, message: KeyedTable.Moved) -> None:
        """Moving in the tree shows the step there; a click on an answer gives it."""
        message.stop()
        match message.table:
            case TreePanel(picked=node) if node is not None:
                self.show(node.key)
            case StepPanel(picked=row) as step if row is not None and row.choice and message.clicked:
                self.answer(row.choice)
                step.focus()
            case _ if self.view:
                self._draw_bars(self.view)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A small terminal shows the focused panel."""
        if isinstance(event.widget, Panel) and event.widget.id:
            self.show_tab(event.widget.id)
        self.present()

    def on_resize(self) -> None:
        """Give the focus back to a panel that was hidden while the terminal was too small."""
        self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        if self.focused is None and self.query(f"#{self.tab}"):
            self.panel(self.tab).focus()

    def show_tab(self, name: str) -> None:
        """Bring a panel to the front, if panels hide one another."""
        self.tab = name
        chosen = PANELS[number_of(name) - 1]
        self.query_one("#live", Vertical).set_class(chosen.column in {"right", "shared"}, "-tab")
        self.query(Panel).set_class(False, "-tab")  # noqa: FBT003 -- Textual's own form
        self.query(f"#{name}").add_class("-tab")
        if chosen.column == "shared":
            self.query("Panel.-shared").remove_class("-in-front")
            self.query(f"#{name}").add_class("-in-front")
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        parts = []
        for slot in PANELS:
            in_front = slot.name == self.tab
            if not (slot.always or in_front or self.size.width >= ALL_TABS or self._has_something(slot.name)):
                continue
            word = f"{number_of(slot.name)} {slot.word}"
            shown = line("▸", strong(word)) if in_front else line(" ", muted(word))
            parts.append(Part(shown, f"screen.panel('{slot.name}')"))
        self.query_one("#tabs", ActionBar).offer(parts, gap=1)

    def _has_something(self, name: str) -> bool:
        return self.view is not None and self._complete and self.panel(name).has_something(self.view)


def _class_for(cells: int, points: list[tuple[int, str]]) -> str:
    """The class that applies at this many columns or rows."""
    return [name for least, name in points if cells >= least][-1]
