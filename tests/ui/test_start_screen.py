"""The start: typing, pasting, correcting, opening a session of the past, and going from one walk to another."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from tests.ui import scenes
from tests.ui.scenes import HERE
from tests.ui.stage import DOORS, USUAL, app_on, closed, done, line, opening, playing, shown, starting, until, walk
from tui.engine.recording import SessionFileError
from tui.engine.replay import Replay
from tui.engine.session import Pace
from tui.model.target import Target, TargetError, parse_target
from tui.ui.app import RefusedApp
from tui.ui.screens.start import LONGEST_TEXT, RecentSessions, StartScreen
from tui.ui.screens.walk import WalkScreen

ERROR = 'psycopg.OperationalError: connection to server at\n"127.0.0.1", port 5432 failed: Connection refused\n'


def read_error(text: str) -> Target:
    """A reader that finds the target in this one error."""
    return parse_target("127.0.0.1:5432" if "\n" in text.strip() else text)


def start_of(app: RefusedApp) -> StartScreen:
    """The start screen, which is shown."""
    assert isinstance(app.screen, StartScreen)
    return app.screen


async def test_typing_a_target() -> None:
    """What was understood is shown while one types; Enter starts the walk on it."""
    session = scenes.session(HERE, scenes.REFUSED_HERE)
    app = starting(replace(DOORS, open_session=opening(session)))
    async with playing(app, USUAL) as pilot:
        await pilot.press(*"127.0.0.1:5432")
        await until(pilot, lambda: "Understood: 127.0.0.1:5432 · tcp" in line(app, "understood"))
        await pilot.press("enter")

        await until(pilot, lambda: app.walks)
        await shown(pilot, done)
        assert isinstance(app.screen, WalkScreen)
        assert walk(app).target == parse_target("127.0.0.1:5432")


async def test_what_is_no_target_is_said() -> None:
    """A slip is said in one line, Enter does nothing, and the field can be corrected."""
    app = starting(replace(DOORS, open_session=closed))
    async with playing(app, USUAL) as pilot:
        await pilot.press(*"db-1:99999", "enter")
        await pilot.pause()

        assert "is not a number from 1 to 65535" in line(app, "understood")
        assert start_of(app).understood is None
        await pilot.press("backspace")
        await until(pilot, lambda: start_of(app).understood)


async def test_pasting_an_error() -> None:
    """A whole error can be pasted; Enter shows what was read from it to be corrected, the next Enter starts."""
    session = scenes.session(HERE, scenes.REFUSED_HERE)
    app = starting(replace(DOORS, read_target=read_error, open_session=opening(session)))
    async with playing(app, USUAL) as pilot:
        start_of(app).text.post_message(events.Paste(ERROR))
        await until(pilot, lambda: start_of(app).understood)
        await pilot.press("enter")
        await until(pilot, lambda: start_of(app).text.text == "127.0.0.1:5432")
        await until(pilot, lambda: start_of(app).understood)
        await pilot.press("enter")

        await until(pilot, lambda: app.walks)


async def test_a_huge_paste() -> None:
    """A paste without end is read up to a bound, and the screen stays alive."""
    seen: list[int] = []

    def read(text: str) -> Target:
        seen.append(len(text))
        raise TargetError("no target")

    app = starting(replace(DOORS, read_target=read))
    async with playing(app, USUAL) as pilot:
        start_of(app).text.insert("x" * (LONGEST_TEXT + 5000))
        await until(pilot, lambda: seen)

        assert max(seen) == LONGEST_TEXT


async def test_letters_are_text_here() -> None:
    """Q and ? are typed into the field; Ctrl-C leaves, with the status of an interruption."""
    app = starting()
    async with playing(app, USUAL) as pilot:
        await pilot.press("q", "question_mark", "escape")
        await pilot.pause()
        assert start_of(app).text.text == "q?"

        await pilot.press("ctrl+c")
        await until(pilot, lambda: not app.is_running)
    assert app.return_code == 130


async def test_opening_a_session_of_the_past() -> None:
    """Tab leads to the list, Enter opens the session under the cursor."""
    session = scenes.session(HERE, scenes.REFUSED_HERE, pace=Pace.UNATTENDED)
    await session.run()
    asked: list[Path] = []

    def open_recording(path: Path) -> Replay:
        asked.append(path)
        return Replay(session.events)

    recent = (("yesterday", Path("1.jsonl")), ("last week", Path("2.jsonl")))
    app = starting(replace(DOORS, open_recording=open_recording, recent=lambda: recent))
    async with playing(app, USUAL) as pilot:
        await pilot.press("tab", "down", "enter")
        await until(pilot, lambda: app.walks)
        found = await shown(pilot)

        assert asked == [Path("2.jsonl")]
        assert not found.live
        assert "replay" in line(app, "title")


@pytest.mark.parametrize("problem", [SessionFileError("1.jsonl: it has no session header"), FileNotFoundError(2, "No such file")])
async def test_a_session_that_can_not_be_opened(problem: Exception) -> None:
    """A file that is no session is said in one line."""

    def open_recording(_path: Path) -> Replay:
        raise problem

    app = starting(replace(DOORS, open_recording=open_recording, recent=lambda: (("yesterday", Path("1.jsonl")),)))
    async with playing(app, USUAL) as pilot:
        await pilot.click(RecentSessions, offset=(3, 1))
        await pilot.pause()

        assert str(problem) in line(app, "understood")
        assert isinstance(app.screen, StartScreen)


async def test_another_target_leaves_the_walk_as_it_is() -> None:
    """N goes to the start, Esc back; a second walk does not end the first, which can be shown again."""
    first, second = scenes.session(HERE, scenes.REFUSED_HERE), scenes.session("127.0.0.1:5434", scenes.REFUSED_HERE)
    app = app_on(first)
    app.backend = replace(app.backend, open_session=lambda target: first if target == first.case.target else second)
    async with playing(app, USUAL) as pilot:
        await shown(pilot, done)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, StartScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.walks[0])

        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, StartScreen))
        await pilot.press(*"127.0.0.1:5434", "enter")
        await until(pilot, lambda: len(app.walks) == 2)
        await shown(pilot, done)
        assert app.screen is app.walks[1]

        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, StartScreen))
        await pilot.press("tab", "down", "enter")
        await until(pilot, lambda: app.screen is app.walks[0])
        assert app.walks[0].walk is first
        assert "port.wrong-port" in line(app, "status")
