"""What a person can do in a walk: each command's action, passed on to the session. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.ui.commands import COMMANDS
from tui.ui.panels import FROM_LEFT_TO_RIGHT
from tui.ui.panels.panel import Panel, PanelView
from tui.ui.panels.step import StepPanel
from tui.ui.panels.tree import TreePanel

if TYPE_CHECKING:
    from tui.diagnosis.hypothesis import Hypothesis
    from tui.engine.walk import Walk
    from tui.ui.backend import Backend
    from tui.ui.bridge import Bridge
    from tui.ui.panels.sockets import SocketsPanel
    from tui.ui.widgets.entry import TextEntry

UNKNOWN = "unknown"
"""The key of "I don't know" (tui.diagnosis.tree)."""

CONDITIONAL = frozenset(command.id for command in COMMANDS if command.where == "walk" and "(" not in command.id)
"""The commands that do something only at times; going to a panel always works."""

ACTIONS = frozenset(command.id.partition("(")[0] for command in COMMANDS if command.where == "walk")
"""All actions of a walk; none does anything until there is something to show."""


class WalkActions(Screen[None]):
    """The actions; the screen itself says how things are shown."""

    backend: Backend

    def __init__(self, *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.walk: Walk | None = None
        self.causes: Sequence[Hypothesis] = ()
        self.bridge: Bridge | None = None
        self.view: PanelView | None = None
        self.selected: str | None = None
        """The place that the person chose; None while the step follows the walk."""
        self.tab = "step"

    def present(self) -> None:
        """Show again what is known."""
        raise NotImplementedError

    def show_tab(self, name: str) -> None:
        """Bring a panel to the front."""
        raise NotImplementedError

    @property
    def available(self) -> frozenset[str]:
        """The ids of the commands that would do something now."""
        if self.view is None:
            return frozenset()
        from tui.ui.rows.available import available

        return available(self.view.snapshot, self.view.place, picked=self.selected is not None, copyable=bool(self._command()))

    @property
    def step(self) -> StepPanel:
        """The panel with the step."""
        return self.query_one("#step", StepPanel)

    @property
    def sockets(self) -> SocketsPanel:
        """The panel with the sockets."""
        from tui.ui.panels.sockets import SocketsPanel

        return self.query_one("#sockets", SocketsPanel)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 -- Textual's signature
        """Whether an action may run: a command that would do nothing may not."""
        if self.view is None:
            return action not in ACTIONS
        return action not in CONDITIONAL or action in self.available

    async def action_press(self, command: str) -> None:
        """What a click in the footer does."""
        if command in {"quit", "help"}:
            await self.app.run_action(f"app.{command}")
        else:
            await self.run_action(f"screen.{command}")

    def action_next(self) -> None:
        """Go back to where the walk is, give the answer under the cursor, or let the waiting checks run."""
        tree = self.query_one("#tree", TreePanel)
        if tree.has_focus and tree.toggle():
            return
        if self.selected is not None:
            self._follow()
            return
        picked = self.step.picked
        if self.view and self.view.snapshot.question and picked and picked.choice:
            self.answer(picked.choice)
        elif self.walk:
            self.walk.next()
            self._asked()

    def answer(self, choice: str) -> None:
        """Give the person's answer to the question that waits."""
        question = self.view.snapshot.question if self.view else None
        if question and self.walk:
            self.walk.answer(question.id, choice)
            self._asked()

    def action_type(self) -> None:
        """Type the answer."""
        question = self.view.snapshot.question if self.view else None
        if question and self.view:
            self._enter(question.text(self.view.snapshot.case), lambda text: self.answer(text.strip() or UNKNOWN))

    def action_auto(self) -> None:
        """Let the walk go on by itself, or step by step again."""
        from tui.engine.session import Pace

        if self.walk:
            guided = self.walk.pace is Pace.GUIDED
            self.walk.set_pace(Pace.AUTO if guided else Pace.GUIDED)
            self._say("It goes on by itself and stops only for questions." if guided else "It stops before each step.")
            self._asked()

    def action_back(self) -> None:
        """Take back the last answer, or go back one step in a replay."""
        if self.walk and self.walk.back():
            self._asked()

    def action_skip(self) -> None:
        """Skip the question, or the leaf that is shown."""
        if self.view and self.view.snapshot.question and self.selected is None:
            self.answer(UNKNOWN)
        elif self.walk and self.view:
            self.walk.set_aside(self.view.place, "skipped")
            self._asked()

    def action_exclude(self) -> None:
        """Rule this cause out on the person's word."""
        if self.walk and self.view:
            self.walk.set_aside(self.view.place, "excluded")
            self._asked()

    def action_test(self) -> None:
        """Run all checks of this leaf now."""
        if self.walk and self.view:
            self.selected = self.view.place
            self.walk.test(self.view.place)
            self._wake()

    def action_verify(self) -> None:
        """Try until it connects and keeps connecting."""
        from tui.ui.rows.recovery import verifying

        if self.walk and self.view:
            if verifying(self.view.snapshot.case):
                self._say("It is already trying, once a second.")
            else:
                self.walk.verify()
            self.action_verdict()

    def action_verdict(self) -> None:
        """Show the verdict so far."""
        from tui.ui.rows.place import VERDICT

        self.show(VERDICT)
        self.action_panel("step")

    def action_show(self, place: str) -> None:
        """Show the place that was clicked."""
        self.show(place)
        self.action_panel("tree")

    def show(self, place: str) -> None:
        """Show a place in the step until the person goes on; choosing where the walk is follows it again."""
        from tui.ui.rows.place import followed

        if self.view:
            self.selected = None if place == followed(self.view.snapshot, self.causes) else place
            self.present()

    def action_copy(self) -> None:
        """Copy a command, and show it: not every terminal passes it to the clipboard."""
        command = self._command()
        if command:
            self.app.copy_to_clipboard(command)
            self._say(f"Copied: {command}")

    def action_report(self) -> None:
        """Write the report, and put its Markdown on the clipboard."""
        if self.walk is None:
            return
        try:
            path = self.backend.write_report(self.walk)
            self.app.copy_to_clipboard(path.read_text(encoding="utf-8"))
        except OSError as error:
            self._say(f"The report could not be written: {error.strerror or error}")
        else:
            self._say(f"The report is in {path}, and on the clipboard where the terminal allows it.")

    def action_filter(self) -> None:
        """Filter the sockets as the person types."""
        panel = self.sockets
        self.show_tab("sockets")
        self._enter("port, address, process or user", lambda _text: None, typed=panel.filter, value=panel.wanted)

    def action_sort(self) -> None:
        """Sort the sockets in the next order."""
        panel = self.sockets
        self._say(f"The sockets are sorted by {panel.sort_next()}.")

    def action_panel(self, name: str) -> None:
        """Go to a panel."""
        self.show_tab(name)
        self.call_after_refresh(self.query_one(f"#{name}", Panel).focus)

    def action_neighbour(self, step: int) -> None:
        """Go to the next panel; in the tree, fold and unfold first, if that changes anything."""
        tree = self.query_one("#tree", TreePanel)
        if tree.has_focus and tree.fold(folded=step < 0):
            return
        index = FROM_LEFT_TO_RIGHT.index(self.tab) + step
        self.action_panel(FROM_LEFT_TO_RIGHT[index % len(FROM_LEFT_TO_RIGHT)])

    def action_escape(self) -> None:
        """Go back: drop the filter, or follow the walk again."""
        panel = self.sockets
        if panel.wanted:
            panel.filter("")
        elif self.selected is not None:
            self._follow()
        elif self.tab != "step":
            self.action_panel("step")

    async def action_new(self) -> None:
        """Choose another target; this walk stays as it is."""
        await self.app.run_action("app.choose")

    def _command(self) -> str:
        focused = self.focused
        return (focused.command if isinstance(focused, Panel) else "") or self.step.command

    def _follow(self) -> None:
        self.selected = None
        self.present()
        self.action_panel("step")

    def _asked(self) -> None:
        """Follow the walk, which goes on."""
        self.selected = None
        self._wake()

    def _wake(self) -> None:
        if self.bridge:
            self.bridge.wake()
        self.present()

    def _say(self, words: str) -> None:
        self.notify(self.step.shown(words), markup=False, timeout=4)

    def _enter(
        self, prompt: str, done: Callable[[str], None], *, typed: Callable[[str], None] | None = None, value: str = ""
    ) -> None:
        """Open the line at the bottom to type into; `typed` is called on each change."""
        from tui.ui.widgets.entry import TextEntry

        if not self.query(TextEntry):
            entry = TextEntry(self.step.shown(prompt), done, typed=typed, value=value)
            self.mount(entry, before="#status")
            entry.focus()

    async def action_done(self) -> None:
        """What a click on Enter does while something is being typed."""
        for entry in self.query("#entry"):
            await entry.run_action("submit")

    async def action_leave(self) -> None:
        """What a click on Esc does while something is being typed."""
        for entry in self.query("#entry"):
            await entry.run_action("leave")

    def on_text_entry_closed(self, message: TextEntry.Closed) -> None:
        """The field is no longer needed: go back to the panel that was in front."""
        message.stop()
        if message.entry.is_attached:
            message.entry.remove()
            if self.focused in {None, message.entry}:
                self.action_panel(self.tab)
