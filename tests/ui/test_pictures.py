"""The approved pictures of every state of the screen."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests.ui import scenes
from tests.ui.pictured import IDS, PICTURED
from tests.ui.pictures import approve_picture
from tests.ui.scenes import ELSEWHERE, HERE, SOCKET, Clock
from tests.ui.stage import (
    DOORS,
    LARGE,
    SMALL,
    USUAL,
    app_on,
    asks,
    done,
    playing,
    replay_of,
    shown,
    starting,
    steps,
    to_the_end,
    until,
)
from tui.engine.session import Pace
from tui.model.requests import Connect
from tui.ui.screens.start import StartScreen

SIZES = {"60x20": SMALL, "80x24": USUAL, "120x36": LARGE}
BOTH = pytest.mark.parametrize("size", [USUAL, LARGE], ids=["80x24", "120x36"])
ALL = pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
RECENT = (("2026-11-20 11:02  db-1:5432", Path("1.jsonl")), ("2026-11-19 23:41  10.0.3.9:6379", Path("2.jsonl")))
TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/app/db.py", line 31, in connect
    return psycopg.connect(host=HOST, port=5432)
psycopg.OperationalError: connection failed: connection to server at "10.0.3.9", port 5432 failed: Connection refused
"""


@ALL
async def test_verdict(size: tuple[int, int]) -> None:
    """The end of a walk: the verdict with what to do."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, size) as pilot:
        await to_the_end(pilot)

        approve_picture(app, "verdict")


@ALL
async def test_question(size: tuple[int, int]) -> None:
    """A question to the person, its default under Enter."""
    app = app_on(scenes.session(ELSEWHERE, scenes.REFUSED_ELSEWHERE, pace=Pace.AUTO))
    async with playing(app, size) as pilot:
        await shown(pilot, asks)

        approve_picture(app, "question")


async def test_question_with_an_answer_in_words() -> None:
    """A question that takes any words: the line to type into."""
    app = app_on(scenes.session(HERE, scenes.UNSEEN_HERE))
    async with playing(app, USUAL) as pilot:
        await shown(pilot, asks)
        await pilot.press("i", *"postgresql")
        await pilot.pause()

        approve_picture(app, "answer")


@BOTH
async def test_step(size: tuple[int, int]) -> None:
    """A step that sends more than the attempts waits for Enter, and says what it sends."""
    app = app_on(scenes.session(ELSEWHERE, scenes.SILENT))
    async with playing(app, size) as pilot:
        await shown(pilot, steps)

        approve_picture(app, "step")


@BOTH
async def test_attempt_that_hangs(size: tuple[int, int]) -> None:
    """While an attempt hangs, the panel says for how long."""
    clock = Clock()
    app = app_on(scenes.session(HERE, scenes.WAITING, held=[Connect], clock=clock), clock=clock)
    async with playing(app, size) as pilot:
        await shown(pilot, lambda now: now.assessment.verdict)
        clock.pass_s(4.2)
        await pilot.press("5")
        await until(pilot, lambda: app.walks[0].view and app.walks[0].view.now == clock.now)

        approve_picture(app, "attempts")


@pytest.mark.parametrize(("key", "name"), [("2", "walk"), ("3", "sockets"), ("4", "resolver"), ("6", "path")])
async def test_panels_as_tabs(key: str, name: str) -> None:
    """In a usual terminal each panel is a tab of its own."""
    app = app_on(scenes.session(ELSEWHERE, scenes.SILENT))
    async with playing(app, USUAL) as pilot:
        await to_the_end(pilot)
        await pilot.press(key)
        await pilot.pause()

        approve_picture(app, name)


async def test_path_beside_the_attempts() -> None:
    """In a large terminal the path takes the place of the attempts."""
    app = app_on(scenes.session(ELSEWHERE, scenes.SILENT))
    async with playing(app, LARGE) as pilot:
        await to_the_end(pilot)
        await pilot.press("6")
        await pilot.pause()

        approve_picture(app, "path")


@BOTH
async def test_code(size: tuple[int, int]) -> None:
    """The line of code that asked, beside the verdict that names it."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE, code=scenes.CODE))
    async with playing(app, size) as pilot:
        await to_the_end(pilot)
        await pilot.press("7")
        await pilot.pause()

        approve_picture(app, "code")


async def test_unix_socket() -> None:
    """A socket in the file system: no name, no listening table, and the path under Path."""
    app = app_on(scenes.session(SOCKET, scenes.COMMON))
    async with playing(app, LARGE) as pilot:
        await to_the_end(pilot)
        await pilot.press("6")
        await pilot.pause()

        approve_picture(app, "unix-socket")


async def test_all_is_well() -> None:
    """A target that connects, with nothing wrong."""
    app = app_on(scenes.session(ELSEWHERE, scenes.CONNECTS))
    async with playing(app, USUAL) as pilot:
        await to_the_end(pilot)

        approve_picture(app, "reachable")


@BOTH
async def test_start(size: tuple[int, int]) -> None:
    """The start: a field, and the sessions of the past."""
    app = starting(replace(DOORS, recent=lambda: RECENT))
    async with playing(app, size) as pilot:
        await pilot.pause()

        approve_picture(app, "start")


async def test_pasted_error() -> None:
    """A pasted error, and the target that was understood."""
    target = DOORS.read_target("10.0.3.9:5432")
    app = starting(replace(DOORS, read_target=lambda _text: target))
    async with playing(app, USUAL) as pilot:
        assert isinstance(app.screen, StartScreen)
        app.screen.text.insert(TRACEBACK)
        await until(pilot, lambda: isinstance(app.screen, StartScreen) and app.screen.understood)

        approve_picture(app, "pasted")


@BOTH
async def test_help(size: tuple[int, int]) -> None:
    """Help: what the panel with the focus shows, and every key."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, size) as pilot:
        await shown(pilot, done)
        await pilot.press("4", "question_mark")
        await pilot.pause()

        approve_picture(app, "help")


async def test_palette() -> None:
    """The palette knows every command."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, USUAL) as pilot:
        await shown(pilot, done)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: any(one.display and one.highlighted is not None for one in app.screen.query(OptionList)))

        approve_picture(app, "palette")


async def test_replay() -> None:
    """A recording in its middle: nothing is asked, Enter goes on."""
    session = scenes.session(HERE, scenes.REFUSED_HERE, pace=Pace.UNATTENDED)
    await session.run()
    app = replay_of(session.events, at_end=False)
    async with playing(app, USUAL) as pilot:
        await shown(pilot)
        for _ in range(5):
            await pilot.press("enter")
        await shown(pilot, lambda now: now.progress and now.progress[0] > 1)

        approve_picture(app, "replay")


async def test_ascii() -> None:
    """Where the locale is not UTF-8, nothing but ASCII is drawn."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE), ascii_only=True)
    async with playing(app, LARGE) as pilot:
        await to_the_end(pilot)

        approve_picture(app, "ascii")


async def test_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR everything can be told apart without colours."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_on(scenes.session(HERE, scenes.UNSEEN_HERE))
    async with playing(app, USUAL) as pilot:
        await shown(pilot, asks)

        approve_picture(app, "no-color")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
async def test_themes(theme: str) -> None:
    """The light theme, and the terminal's own colours."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, USUAL) as pilot:
        await to_the_end(pilot)
        app.theme = theme
        await pilot.pause()

        approve_picture(app, theme.replace("textual-", "theme-").replace("ansi-dark", "theme-ansi"))


async def test_too_small() -> None:
    """Below what anything can be read in, one line says so."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, (38, 10)) as pilot:
        await shown(pilot, done)

        approve_picture(app, "too-small")


def test_every_pictured_cause_exists() -> None:
    """What stands on the pictures are causes of the catalogue."""
    assert {cause.id for cause in PICTURED} == IDS
