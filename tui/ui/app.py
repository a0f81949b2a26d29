"""The application: which screen is shown, how it looks, and how the program ends. It opens nothing by itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from tui.engine.ending import ANY_END, SHELL_BASE, in_good_order
from tui.model.target import Target
from tui.ui.commands import COMMANDS, Command, bindings, shown_key
from tui.ui.driver import Driver
from tui.ui.panels.panel import Panel
from tui.ui.screens.walk import WalkScreen
from tui.ui.theme import draw_scroll_bars, no_color, wants_ascii

if TYPE_CHECKING:
    from tui.engine.walk import Walk
    from tui.ui.backend import Backend
    from tui.ui.screens.start import Choice, StartScreen

SCREENS = Path(__file__).parent / "screens"
INTERRUPTED = SHELL_BASE + signal.SIGINT


class RefusedApp(App[None]):
    """The screen of `refused`: with a target, with a recording, or with neither, which shows the start screen."""

    TITLE = "refused"
    ALLOW_SELECT = False
    CSS = "SearchIcon { display: none; } .-ascii Toast { border: none; }"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("anywhere")]

    def __init__(
        self,
        backend: Backend,
        *,
        target: Target | None = None,
        recording: Walk | None = None,
        ascii_only: bool | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        first = "walk.tcss" if target or recording else "start.tcss"
        # Without colours, only the terminal's own style is right: shades of grey are colours too.
        super().__init__(driver_class=Driver, css_path=[str(SCREENS / first)], ansi_color=True if no_color() else None)
        self.backend = backend
        self.walks: list[WalkScreen] = []
        """Every walk of this run, oldest first."""
        self._target = target
        self._recording = recording
        self._clock = clock
        self._signals = ExitStack()
        self.animation_level = "none"
        if no_color():
            self.theme = "ansi-dark"
        plain = wants_ascii() if ascii_only is None else ascii_only
        self.set_class(plain, "-ascii")
        draw_scroll_bars(ascii_only=plain)

    def get_default_screen(self) -> Screen[Any]:
        """The first screen, so that no blank one comes before it."""
        if self._recording is not None:
            return self._new_walk(self._recording.case.target, partial(_as_it_is, self._recording))
        if self._target is not None:
            return self._new_walk(self._target, partial(self.backend.open_session, self._target))
        return self._start_screen()

    def on_mount(self) -> None:
        """End in good order on every signal that would end the program and leave the terminal as it is now."""
        self._turning = asyncio.get_running_loop()
        self._signals.enter_context(in_good_order(self._told_to_end, ANY_END))

    def on_unmount(self) -> None:
        """Restore signal handling."""
        self._signals.close()

    def _told_to_end(self, number: signal.Signals) -> None:
        self._turning.call_soon_threadsafe(partial(self.exit, return_code=SHELL_BASE + number))

    async def on_start_screen_chosen(self, message: StartScreen.Chosen) -> None:
        """Go to what was chosen on the start screen, or back to the walk below it."""
        message.stop()
        if message.choice is None:
            await self.pop_screen()
        else:
            await self._bring_up(self._screen_for(message.choice))

    async def _bring_up(self, screen: WalkScreen) -> None:
        """Show a walk above the first screen, which stays below: Textual can't replace that one."""
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        if screen is not self.screen:
            await self.push_screen(screen)

    def action_choose(self) -> None:
        """Choose another target or session; the walks of this run stay open."""
        self.push_screen(self._start_screen())

    def action_help(self) -> None:
        """Explain the focused panel, and every key."""
        from tui.ui.screens.help import HelpScreen

        panel = self.focused
        about = (panel.TITLE, panel.HELP) if isinstance(panel, Panel) else ("", "")
        self.push_screen(HelpScreen(*about))

    def action_palette(self) -> None:
        """Search the commands by name."""
        self.action_command_palette()

    def action_stop(self) -> None:
        """Stop, as Ctrl-Z does to other programs; `fg` in the shell goes on."""
        self.action_suspend_process()

    def action_interrupt(self) -> None:
        """Leave the way other programs do on Ctrl-C."""
        self.exit(return_code=INTERRUPTED)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every command of the screen that would do something now, and the choice of a theme."""
        for command in COMMANDS:
            scope = "app" if command.where == "anywhere" else "screen"
            if command.where == "anywhere" or (isinstance(screen, WalkScreen) and _offered(screen, command)):
                name = f"{command.word.capitalize()} ({shown_key(command.keys[0])})"
                yield SystemCommand(name, command.says, partial(screen.run_action, f"{scope}.{command.id}"))
        yield SystemCommand("Theme", "Choose other colours.", self.action_change_theme)

    def _start_screen(self) -> StartScreen:
        from tui.ui.screens.start import Recent, StartScreen

        return StartScreen(self.backend, [Recent(walk.target.label, walk=walk) for walk in reversed(self.walks)])

    def _screen_for(self, choice: Choice) -> WalkScreen:
        if isinstance(choice, WalkScreen):
            return choice
        if isinstance(choice, Target):
            return self._new_walk(choice, partial(self.backend.open_session, choice))
        return self._new_walk(choice.case.target, partial(_as_it_is, choice))

    def _new_walk(self, target: Target, open_walk: Callable[[], Walk]) -> WalkScreen:
        """A screen that stays alive, with its walk, while another one is shown."""
        screen = WalkScreen(target, open_walk, self.backend, self._clock, self.size)
        self.walks.append(screen)
        self.install_screen(screen, f"walk-{len(self.walks)}")
        return screen


def _as_it_is(walk: Walk) -> Walk:
    return walk


def _offered(screen: WalkScreen, command: Command) -> bool:
    """Whether a command of the walk would do something now."""
    return command.where in {"walk", "screens"} and bool(screen.check_action(command.id, ()))
