"""Whatever is pressed, the screen stays: random keys over every kind of walk."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ui import scenes
from tests.ui.scenes import ELSEWHERE, HERE, SOCKET, Script
from tests.ui.stage import LARGE, SMALL, USUAL, app_on, playing, shown
from tui.model.events import Answered
from tui.model.requests import AnyRequest, TryPorts
from tui.ui.commands import COMMANDS

LEAVING = {"q", "ctrl+q", "ctrl+c"}
"""What ends the app is left out; so is the palette, which is not ours and slow."""
KEYS = sorted(
    {key for command in COMMANDS for key in command.keys} - LEAVING - {"ctrl+p"}
    | {"up", "down", "home", "end", "pageup", "pagedown", "space", "tab", "shift+tab", "backspace", "z", "[", "]", "f5"}
)
WALKS: tuple[tuple[str, Script], ...] = (
    (HERE, scenes.REFUSED_HERE),
    (HERE, scenes.UNSEEN_HERE),
    (ELSEWHERE, scenes.REFUSED_ELSEWHERE),
    (ELSEWHERE, scenes.SILENT),
    (ELSEWHERE, scenes.CONNECTS),
    (SOCKET, scenes.COMMON),
)


@pytest.mark.parametrize(("target", "script"), WALKS, ids=["local", "unseen", "remote", "silent", "connects", "unix"])
@given(
    keys=st.lists(st.sampled_from(KEYS), max_size=25),
    sizes=st.lists(st.sampled_from([SMALL, USUAL, LARGE, (30, 8)]), min_size=1, max_size=3),
    early=st.booleans(),
)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_no_key_breaks_it(target: str, script: Script, keys: list[str], sizes: list[tuple[int, int]], early: bool) -> None:
    """Any keys, in any sizes, before and after the walk has settled: the app runs, and nobody was asked without consent."""
    asyncio.run(_press(target, script, keys, sizes, early=early))


async def _press(target: str, script: Script, keys: list[str], sizes: list[tuple[int, int]], *, early: bool) -> None:
    session = scenes.session(target, script)
    app = app_on(session, write_report=_no_report)
    async with playing(app, sizes[0]) as pilot:
        if not early:
            await shown(pilot)
        for number, key in enumerate(keys):
            await pilot.press(key)
            if number < len(sizes):
                await pilot.resize_terminal(*sizes[number])
        await pilot.pause()

        assert app.is_running
        assert app._exception is None
    answers = {(event.question, event.answer) for event in session.events if isinstance(event, Answered)}
    if ("consent.ports", "yes") not in answers:
        assert not any(isinstance(request, TryPorts) for request in _asked(session))


def _asked(session: object) -> list[AnyRequest]:
    from tests.ui.test_walk_screen import checks_of
    from tui.engine.session import Session

    assert isinstance(session, Session)
    return checks_of(session).asked


def _no_report(_walk: object) -> Path:
    raise OSError(28, "No space left on device")
