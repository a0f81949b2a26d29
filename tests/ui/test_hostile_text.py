"""Text from outside is only ever text: no markup, no escape sequence, no direction of its own."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed

from tests.ui import checks, scenes
from tests.ui.scenes import ELSEWHERE, HERE
from tests.ui.stage import DOORS, LARGE, USUAL, app_on, done, playing, replay_of, rows, shown, starting, to_the_end, until, walk
from tui.engine.session import Pace
from tui.model.facts import AnyFact, NameserverAnswer
from tui.model.requests import AnyRequest, AskNameserver, Connect, ListListeners
from tui.model.target import Target, TargetError, TcpTarget
from tui.ui.screens.start import StartScreen

HOSTILE = (
    "[/red]",
    "[red]x[/]",
    "[$y] [@click=app.quit]quit[/]",
    "\x1b[2J\x1b]0;owned\x07\x1b[31mred",
    "\u202egnp.exe\u2066",
    "a\r\nb\tc\x00",
    "${jndi}`id`",
    "数据库" * 30,
    "e\u0301" * 50,
    "x" * 4000,
)


@pytest.mark.parametrize("size", [USUAL, LARGE], ids=["80x24", "120x36"])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_processes_and_answers(text: str, size: tuple[int, int]) -> None:
    """A process, a unit, a DNS answer, a first byte of that text: shown, and nothing more."""
    listening = checks.table(
        checks.listener(5433, text, 812, unit=text, user=text, command=text), checks.listener(80, "x", 1, address=text)
    )

    def answers(request: AnyRequest) -> Iterable[AnyFact]:
        for fact in checks.answered(request):
            assert isinstance(fact, NameserverAnswer)
            yield changed(fact, detail=text, cnames=(text,), command=text, rcode=text, addresses=())

    def connects(request: AnyRequest) -> Iterable[AnyFact]:
        for fact in scenes.REFUSED_HERE[Connect](request):
            yield changed(fact, command=text, first_bytes=text, errno=text, stopped=text)

    script = {**scenes.REFUSED_HERE, ListListeners: listening, AskNameserver: answers, Connect: connects}
    app = app_on(scenes.session(ELSEWHERE, script, pace=Pace.AUTO))
    async with playing(app, size) as pilot:
        await to_the_end(pilot)
        for key in ("1", "d", "2", "3", "4", "5", "6"):
            await pilot.press(key)
            await pilot.pause()
            _harmless(rows(app), size)
        await pilot.press("1", "c")
        await pilot.pause()
        _harmless(rows(app), size)


def _harmless(lines: list[str], size: tuple[int, int]) -> None:
    """Nothing on the screen steers a terminal, and no line is longer than the screen."""
    width, height = size
    assert len(lines) == height
    assert all(line.isprintable() for line in lines)
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_recording_of_somebody_else(text: str) -> None:
    """A recorded session whose header, answers and causes are hostile is shown as text."""
    session = scenes.session(HERE, scenes.UNSEEN_HERE, pace=Pace.UNATTENDED)
    await session.run()
    opened = changed(session.events[0], vantage=text, target=TcpTarget(text=text, host=text, port=5432))
    app = replay_of([opened, *session.events[1:]])
    async with playing(app, USUAL) as pilot:
        await shown(pilot)
        for key in ("1", "2", "3", "4", "5", "6"):
            await pilot.press(key)
            await pilot.pause()
            _harmless(rows(app), USUAL)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_pasted_text(text: str) -> None:
    """What is pasted, and the sentence that says what is wrong with it, are text."""

    def read_target(_text: str) -> Target:
        raise TargetError(f"{text} is no target")

    app = starting(replace(DOORS, read_target=read_target, recent=lambda: ((text, Path("x")),)))
    async with playing(app, USUAL) as pilot:
        assert isinstance(app.screen, StartScreen)
        app.screen.text.insert(text.replace("\x1b", "").replace("\x00", ""))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()

        assert app.is_running
        assert all(line.replace("\u202e", "").replace("\u2066", "").isprintable() for line in rows(app))


async def test_an_answer_in_hostile_words() -> None:
    """What the person types is text too."""
    session = scenes.session(HERE, scenes.UNSEEN_HERE)
    app = app_on(session)
    async with playing(app, USUAL) as pilot:
        await shown(pilot, lambda now: now.question)
        await pilot.press("i")
        await until(pilot, lambda: app.screen.query("TextEntry"))
        await pilot.press(*"[/x]", "enter")
        await until(pilot, lambda: session.case.answers)
        await pilot.press("s")
        await shown(pilot, done)
        walk(app).show("question:service")
        await pilot.pause()

        assert session.case.answer("service") == "[/x]"
        assert any("[/x]" in line for line in rows(app))
