"""Leaving: at any moment, at once, and with the verdict on the normal screen."""

import asyncio
import signal

import pytest

from tests.ui import scenes
from tests.ui.scenes import HERE, Clock
from tests.ui.stage import USUAL, app_on, done, playing, shown, until, walk
from tui.engine.ending import ANY_END
from tui.engine.runner import OnFact
from tui.engine.session import Session
from tui.model.case import Case
from tui.model.facts import Outcome
from tui.model.judgement import Assessment, Certainty, Status, Verdict
from tui.model.options import Options
from tui.model.requests import AnyRequest
from tui.model.target import parse_target
from tui.ui.closing import closing_lines

TARGET = parse_target("db-1:5432")


@pytest.mark.parametrize(("key", "status"), [("q", 0), ("ctrl+q", 0), ("ctrl+c", 130)])
async def test_leaving_cancels_every_check(key: str, status: int) -> None:
    """With checks that would never end, leaving ends them all."""
    begun: list[AnyRequest] = []
    ended: list[AnyRequest] = []

    async def hang(request: AnyRequest, _tell: OnFact) -> None:
        begun.append(request)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(request)

    app = app_on(Session(parse_target(HERE), Options(), hang, clock=Clock()))
    async with playing(app, USUAL) as pilot:
        await until(pilot, lambda: len(begun) >= 3)
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running)

    assert sorted(map(repr, ended)) == sorted(map(repr, begun))
    assert app.return_code == status


async def test_escape_never_leaves() -> None:
    """However often it is pressed, Esc goes back and stays."""
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, USUAL) as pilot:
        await shown(pilot, done)
        await pilot.press("2", "home", "slash", *["escape"] * 8)
        await pilot.pause()

        assert app.is_running
        assert walk(app).selected is None
        assert walk(app).tab == "step"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1])
async def test_being_told_to_end(number: signal.Signals) -> None:
    """A signal that would end the program ends the app in good order, and afterwards signals are as they were."""
    before = [signal.getsignal(each) for each in ANY_END]
    app = app_on(scenes.session(HERE, scenes.REFUSED_HERE))
    async with playing(app, USUAL) as pilot:
        await shown(pilot, done)
        signal.raise_signal(number)
        await until(pilot, lambda: not app.is_running)

    assert app.return_code == 128 + number
    assert [signal.getsignal(each) for each in ANY_END] == before


@pytest.mark.parametrize(
    ("assessment", "said"),
    [
        (
            Assessment(
                status=Status.FAILING,
                outcome=Outcome.REFUSED,
                verdict=Verdict(cause="server.not-listening", certainty=Certainty.LIKELY, summary="Nothing listens."),
            ),
            "db-1:5432: likely: server.not-listening: Nothing listens.",
        ),
        (Assessment(status=Status.REACHABLE, outcome=Outcome.CONNECTED), "db-1:5432: connects. No attempt has connected."),
        (Assessment(status=Status.FAILING, outcome=Outcome.TIMEOUT), "db-1:5432: the cause is open."),
    ],
)
def test_two_lines_on_the_normal_screen(assessment: Assessment, said: str) -> None:
    """The verdict, and where the session lies."""
    assert closing_lines(Case(target=TARGET), assessment, "/home/app/s.jsonl") == (said, "Session: /home/app/s.jsonl")


def test_the_last_words_steer_no_terminal() -> None:
    """What stands on the normal screen is text, too."""
    hostile = Verdict(cause="name.not-found", certainty=Certainty.CONFIRMED, summary="\x1b[2Jgone")
    lines = closing_lines(
        Case(target=TARGET), Assessment(status=Status.FAILING, outcome=Outcome.NAME_ERROR, verdict=hostile), "\x1b]0;x\x07"
    )

    assert all(line.isprintable() for line in lines)
