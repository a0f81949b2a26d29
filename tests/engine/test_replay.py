"""A recorded session is stepped through by its facts and judgements, and nothing is asked of it."""

import asyncio

from tests.engine.checks import NOTHING_LISTENS, ScriptedChecks
from tests.engine.test_session import session
from tui.diagnosis.decide import Conclude, Wait
from tui.engine.replay import Replay
from tui.engine.session import Pace
from tui.model.events import AnyEvent, FactSeen, Judged
from tui.model.requests import ListListeners


def _events() -> list[AnyEvent]:
    async def recorded() -> list[AnyEvent]:
        walk = session(ScriptedChecks(NOTHING_LISTENS))
        await walk.run()
        return list(walk.events)

    return asyncio.run(recorded())


def test_forwards_stops_at_each_fact_and_judgement() -> None:
    """Each step shows everything up to the next fact or judgement, and listeners hear all of it, once."""
    events = _events()
    replay = Replay(events, at_end=False)
    heard: list[AnyEvent] = []
    replay.subscribe(heard.append)
    stops = [number for number, event in enumerate(events, start=1) if isinstance(event, FactSeen | Judged)]

    positions = []
    while isinstance(replay.waiting, Wait):
        replay.next()
        positions.append(replay.progress[0])

    assert positions == stops
    assert heard == events[1:]
    assert isinstance(replay.waiting, Conclude)
    replay.next()
    assert replay.progress == (len(events), len(events))
    assert heard == events[1:]


def test_backwards_takes_one_fact_or_judgement_away() -> None:
    """Each step back hides the last fact or judgement that is shown, down to the header, which stays."""
    events = _events()
    replay = Replay(events)
    shown = len([one for one in events if isinstance(one, FactSeen | Judged)])

    for left in range(shown - 1, -1, -1):
        assert replay.back()
        assert len([one for one in replay.events if isinstance(one, FactSeen | Judged)]) == left

    while replay.back():
        pass
    assert replay.progress[0] == 1
    assert replay.events == events[:1]
    assert replay.assessment.verdict is None


def test_nothing_changes_a_recording() -> None:
    """Answers, exclusions, tests, refreshing and verifying do nothing; only the pace is remembered."""
    replay = Replay(_events())
    before = (replay.case, replay.events, replay.assessment)

    replay.answer("ever-worked", "yes")
    replay.set_aside("server.down", "excluded")
    replay.test("server.down")
    replay.refresh(ListListeners())
    replay.verify()
    replay.set_pace(Pace.AUTO)

    assert (replay.case, replay.events, replay.assessment) == before
    assert replay.pace is Pace.AUTO
    assert asyncio.run(replay.run()) == replay.assessment
