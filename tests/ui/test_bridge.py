"""From events to snapshots: few, in order, and none that says nothing new."""

import asyncio

from tests.ui import scenes
from tests.ui.scenes import ELSEWHERE, HERE
from tui.engine.replay import Replay
from tui.engine.session import Pace, Session
from tui.model.facts import TcpAttempt
from tui.model.requests import Connect
from tui.ui.bridge import BURST, EVERY_S, Bridge
from tui.ui.snapshot import Snapshot


async def until(condition: object) -> None:
    """Let the event loop turn until the condition holds."""
    assert callable(condition)
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- any state of the session may be waited for
            await asyncio.sleep(0.005)


async def watched(session: Session) -> tuple[Bridge, list[Snapshot], asyncio.Task[object]]:
    """A session that runs, and what its bridge publishes."""
    published: list[Snapshot] = []
    bridge = Bridge(session, published.append)
    return bridge, published, asyncio.ensure_future(session.run(linger=True))


async def test_the_end_of_a_walk_is_published() -> None:
    """The last snapshot is the session as it stands, what it waits for included."""
    session = scenes.session(HERE, scenes.REFUSED_HERE)
    bridge, published, running = await watched(session)

    await until(lambda: published and published[-1].concluded)
    assert published[-1] == bridge.snapshot()
    assert published[-1].case == session.case

    running.cancel()
    bridge.close()


async def test_what_the_session_waits_for_is_seen_although_no_event_tells() -> None:
    """A question comes without an event of its own, and still reaches the screen."""
    session = scenes.session(ELSEWHERE, scenes.REFUSED_ELSEWHERE, pace=Pace.AUTO)
    bridge, published, running = await watched(session)

    await until(lambda: published and published[-1].question)
    assert published[-1].question is not None
    assert published[-1].question.id == "consent.ports"

    running.cancel()
    bridge.close()


async def test_a_flood_of_events_makes_few_snapshots() -> None:
    """Many facts at once are shown together; afterwards it is quiet."""
    loop = asyncio.get_running_loop()
    session = scenes.session(HERE, scenes.REFUSED_HERE)
    bridge, published, running = await watched(session)
    begun = loop.time()
    await until(lambda: published and published[-1].concluded)
    for number in range(500):
        session._absorb(TcpAttempt(address="127.0.0.1", port=5432, number=number, outcome="refused", latency_ms=1))  # type: ignore[arg-type]  # its value

    await until(lambda: len(published[-1].case.all(TcpAttempt)) > 500)
    assert len(published) <= BURST + (loop.time() - begun) / EVERY_S + 1

    running.cancel()
    bridge.close()


async def test_nothing_new_is_not_published() -> None:
    """Looking without news publishes nothing."""
    session = scenes.session(HERE, scenes.REFUSED_HERE)
    bridge, published, running = await watched(session)
    await until(lambda: published and published[-1].concluded)
    known = len(published)

    for _ in range(5):
        bridge._check()

    assert len(published) == known
    running.cancel()
    bridge.close()


async def test_looks_under_way_have_their_begin() -> None:
    """A check that has not ended is known with the time at which it began."""
    clock = scenes.Clock()
    session = scenes.session(HERE, scenes.WAITING, held=[Connect], clock=clock)
    bridge, published, running = await watched(session)

    await until(lambda: published and set(map(type, published[-1].under_way)) == {Connect})
    assert set(published[-1].under_way.values()) == {"2026-11-20T11:02:03.000000Z"}
    assert published[-1].busy

    running.cancel()
    bridge.close()


async def test_a_closed_bridge_is_silent() -> None:
    """After the screen is gone nothing is published."""
    session = scenes.session(HERE, scenes.REFUSED_HERE)
    bridge, published, running = await watched(session)
    bridge.close()

    await until(lambda: session.assessment.verdict)
    assert published == []
    running.cancel()


async def test_a_replay_that_goes_back_forgets() -> None:
    """Going back in a recording brings back the checks that were under way then."""
    session = scenes.session(HERE, scenes.REFUSED_HERE, pace=Pace.UNATTENDED)
    await session.run()
    replay = Replay(session.events)
    bridge = Bridge(replay, lambda _snapshot: None)
    assert not bridge.snapshot().under_way

    while len(bridge.snapshot().case.facts) > 1:
        replay.back()

    earlier = bridge.snapshot()
    assert earlier.under_way
    assert not earlier.busy
    assert earlier.progress == replay.progress
    bridge.close()
