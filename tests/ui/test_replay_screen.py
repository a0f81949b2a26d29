"""A recording on the screen: step by step, forwards and back, and nothing else."""

from tests.ui import scenes
from tests.ui.scenes import HERE
from tests.ui.stage import USUAL, line, playing, replay_of, shown, until, walk, words
from tui.engine.session import Pace, Session


async def recorded() -> Session:
    """A walk that has come to its end."""
    session = scenes.session(HERE, scenes.REFUSED_HERE, pace=Pace.UNATTENDED)
    await session.run()
    return session


async def test_a_recording_opens_at_its_end() -> None:
    """The verdict is shown at once, worked out anew from the recorded facts."""
    app = replay_of((await recorded()).events)
    async with playing(app, USUAL) as pilot:
        found = await shown(pilot)

        assert not found.busy
        assert "● confirmed  port.wrong-port" in words(app, "step")
        assert "replay" in line(app, "title")
        assert "00:07" in line(app, "title")


async def test_forwards_and_back() -> None:
    """Enter shows the next fact or judgement, b takes it away again; at both ends nothing happens."""
    session = await recorded()
    app = replay_of(session.events, at_end=False)
    async with playing(app, USUAL) as pilot:
        await shown(pilot)
        await pilot.press("b")
        first = await shown(pilot)
        assert first.progress == (1, len(session.events))

        for _ in range(len(session.events) + 2):
            await pilot.press("enter")
        last = await shown(pilot, lambda now: now.progress == (len(session.events), len(session.events)))
        assert last.assessment.verdict is not None
        for _ in range(len(session.events) + 2):
            await pilot.press("b")
        await shown(pilot, lambda now: now.progress == (1, len(session.events)) or not now.case.facts)


async def test_nothing_is_asked_of_a_recording() -> None:
    """What would send something is neither offered nor done."""
    session = await recorded()
    app = replay_of(session.events)
    async with playing(app, USUAL) as pilot:
        await shown(pilot)
        assert {"verify", "test", "exclude", "skip", "auto"}.isdisjoint(walk(app).available)

        await pilot.press("v", "t", "x", "s", "a", "3")
        for _ in range(4):
            walk(app)._tick()
        await until(pilot, lambda: walk(app).tab == "sockets")
        replay = walk(app).walk
        assert replay is not None
        assert replay.events == session.events
