"""The stage: the app with everything that it is given from outside, and waiting for what it shows, without sleeping."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.ui.pictured import PICTURED
from tests.ui.scenes import Clock
from tui.diagnosis.decide import Run, decide
from tui.diagnosis.ranking import assess
from tui.engine.replay import Replay
from tui.engine.session import Session
from tui.model.events import AnyEvent
from tui.model.target import Target, parse_target
from tui.ui.app import RefusedApp
from tui.ui.backend import Backend
from tui.ui.panels.panel import Panel
from tui.ui.screens.walk import WalkScreen
from tui.ui.snapshot import Snapshot

PATIENCE_S = 30
"""A state that has not come by then does not come."""
SMALL, USUAL, LARGE = (60, 20), (80, 24), (120, 36)


def closed(*_given: object) -> Any:
    """A door that the test at hand does not use."""
    raise AssertionError("this door is not used here")


DOORS = Backend(
    read_target=parse_target,
    open_session=closed,
    open_recording=closed,
    write_report=closed,
    record_problem=lambda _walk: "",
)


def app_on(
    session: Session, *, clock: Clock | None = None, ascii_only: bool = False, write_report: Callable[..., Path] = closed
) -> RefusedApp:
    """The app on one session."""
    backend = replace(DOORS, open_session=lambda _target: session, write_report=write_report)
    return RefusedApp(backend, target=session.case.target, ascii_only=ascii_only, clock=clock or Clock())


def replay_of(events: Iterable[AnyEvent], *, at_end: bool = True) -> RefusedApp:
    """The app on a recording."""
    return RefusedApp(DOORS, recording=Replay(events, at_end=at_end, causes=PICTURED), ascii_only=False, clock=Clock())


def starting(backend: Backend = DOORS) -> RefusedApp:
    """The app at its start screen."""
    return RefusedApp(backend, ascii_only=False, clock=Clock())


def opening(session: Session) -> Callable[[Target], Session]:
    """A door that opens this session, whatever the target."""
    return lambda _target: session


@asynccontextmanager
async def playing(app: RefusedApp, size: tuple[int, int] = LARGE) -> AsyncIterator[Pilot[None]]:
    """The app, running in a terminal of this size."""
    async with app.run_test(size=size, notifications=True) as pilot:
        yield pilot


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app go on until the condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await pilot.pause(0.01)
    await pilot.pause()


def walk(app: RefusedApp) -> WalkScreen:
    """The newest walk."""
    return app.walks[-1]


async def shown(pilot: Pilot[None], wanted: Callable[[Snapshot], object] = lambda _now: True) -> Snapshot:
    """Wait until the session has settled, its state is on the screen, and it is the wanted one."""
    assert isinstance(pilot.app, RefusedApp)
    screen = walk(pilot.app)
    await until(pilot, lambda: _settled(screen) and screen.view and wanted(screen.view.snapshot))
    assert screen.view
    return screen.view.snapshot


def asks(snapshot: Snapshot) -> object:
    """A question waits."""
    return snapshot.question


def steps(snapshot: Snapshot) -> object:
    """Looks wait for the person to go on."""
    return snapshot.steps


def done(snapshot: Snapshot) -> object:
    """Nothing is left to check."""
    return snapshot.concluded


async def to_the_end(pilot: Pilot[None]) -> None:
    """Go on with Enter until nothing is left to check."""
    snapshot = await shown(pilot, _stands)
    while not snapshot.concluded:
        await pilot.press("enter")
        snapshot = await shown(pilot, partial(_stands, before=snapshot))


def _stands(now: Snapshot, *, before: Snapshot | None = None) -> object:
    """The walk waits for the person or is done, and it is further than before."""
    return (now.concluded or now.question or now.steps) and (before is None or now.count > before.count)


def _settled(screen: WalkScreen) -> bool:
    session = screen.walk
    if screen.view is None or screen.bridge is None or session is None:
        return False
    if screen.view.snapshot != screen.bridge.snapshot():
        return False
    if not isinstance(session, Session):
        return True
    decided = decide(session.case, session.causes)
    stands = not isinstance(decided, Run) or decided.steps
    return stands and session.waiting == decided and session.assessment == assess(session.case, session.causes)


def words(app: RefusedApp, panel: str) -> str:
    """What a panel says, line by line."""
    return "\n".join(app.screen.query_one(f"#{panel}", Panel).words)


def flat(app: RefusedApp, panel: str) -> str:
    """What a panel says, as if it were one long line."""
    return " ".join(words(app, panel).split())


def line(app: RefusedApp, bar: str) -> str:
    """What one of the lines across the screen says."""
    from tui.ui.widgets.bar import Bar

    return app.screen.query_one(f"#{bar}", Bar).words


def rows(app: RefusedApp) -> list[str]:
    """The whole screen as text, row by row, as it was drawn."""
    width, _ = app.size
    return [strip.text[:width] for strip in app.screen._compositor.render_strips()]
