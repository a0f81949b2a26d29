"""A session decides, checks, absorbs and records; it can be steered and cancelled at any moment."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.checks import NOTHING_LISTENS, Script, ScriptedChecks, table
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import Ask, Conclude, Run
from tui.diagnosis.ranking import assess
from tui.engine.replay import Replay
from tui.engine.runner import OnFact
from tui.engine.session import Pace, Session
from tui.engine.walk import Walk
from tui.model.case import fold_all
from tui.model.events import Answered, AnyEvent, CheckEnded, CheckStarted, FactSeen, Judged, Opened
from tui.model.facts import Echo, Listener, Listeners, Outcome, Route, TcpAttempt
from tui.model.options import Options
from tui.model.requests import AnyRequest, Connect, ListListeners, LookUpRoute, SendEcho, TraceHops
from tui.model.target import parse_target

NOW = datetime(2026, 11, 20, 11, 2, 3, 123456, tzinfo=UTC)
LOCAL = parse_target("127.0.0.1:8081")


def session(
    check: ScriptedChecks, *, pace: Pace = Pace.UNATTENDED, target: str = "127.0.0.1:8081", options: Options | None = None
) -> Session:
    """A session on scripted checks and a clock that stands still."""
    return Session(parse_target(target), options or Options(), check, pace=pace, clock=lambda: NOW)


async def until(condition: object) -> None:
    """Let the event loop turn until `condition()` holds."""
    assert callable(condition)
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- any state of the session may be waited for
            await asyncio.sleep(0.005)


async def test_an_unattended_walk_ends_with_the_cause() -> None:
    """Without a person the walk runs to its end and names the cause."""
    found = await session(ScriptedChecks(NOTHING_LISTENS)).run()

    assert found.verdict is not None
    assert (found.verdict.cause, found.verdict.certainty) == ("server.not-listening", "confirmed")


async def test_every_fact_has_an_id_and_a_time() -> None:
    """Facts are numbered by kind and stamped, and the verdict's evidence names them."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))

    found = await walk.run()

    ids = [fact.id for fact in walk.case.facts]
    assert len(ids) == len(set(ids))
    assert {"attempt-1", "attempt-2", "attempt-3", "listeners-1"} <= set(ids)
    assert {fact.at for fact in walk.case.facts} == {"2026-11-20T11:02:03.123456Z"}
    assert found.verdict is not None
    assert set(found.verdict.evidence) <= set(ids)


async def test_no_check_is_made_twice() -> None:
    """However many hypotheses need a check, it is asked once."""
    check = ScriptedChecks(NOTHING_LISTENS)

    await session(check).run()

    assert len(check.asked) == len(set(check.asked))


async def test_the_events_are_the_session() -> None:
    """The header comes first, the final judgement last, and folding the events gives the case."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    heard: list[object] = []
    walk.subscribe(heard.append)

    await walk.run()

    assert heard == walk.events
    assert isinstance(walk.events[0], Opened)
    last = walk.events[-1]
    assert isinstance(last, Judged)
    assert last.final
    assert fold_all(walk.events) == walk.case


async def test_the_walk_waits_for_its_checks() -> None:
    """A check that is under way keeps the walk from ending, and its fact is judged."""
    release = asyncio.Event()

    async def slow(request: AnyRequest, on_fact: OnFact) -> None:
        if isinstance(request, ListListeners):
            await release.wait()
        await ScriptedChecks(NOTHING_LISTENS)(request, on_fact)

    walk = Session(LOCAL, Options(), slow, pace=Pace.UNATTENDED)
    running = asyncio.create_task(walk.run())
    await until(lambda: len(walk.case.all(TcpAttempt)) == 3)
    assert not running.done()
    assert walk.assessment.verdict is None or walk.assessment.verdict.certainty != "confirmed"

    release.set()
    found = await running

    assert found.verdict is not None
    assert found.verdict.certainty == "confirmed"


async def test_cancelling_ends_every_check() -> None:
    """Whoever cancels the walk gets control back with no check left running."""
    stuck: list[AnyRequest] = []
    ended: list[AnyRequest] = []

    async def hang(request: AnyRequest, _tell: OnFact) -> None:
        stuck.append(request)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(request)

    running = asyncio.create_task(Session(LOCAL, Options(), hang).run())
    await until(lambda: len(stuck) >= 3)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert set(ended) == set(stuck)


async def test_a_cancelled_walk_says_what_its_facts_say() -> None:
    """Facts that came in a moment before the end count: the assessment is that of the case."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    running = asyncio.create_task(walk.run())

    def cancel_at_the_first_fact(event: AnyEvent) -> None:
        if isinstance(event, FactSeen):
            running.cancel()

    walk.subscribe(cancel_at_the_first_fact)
    with pytest.raises(asyncio.CancelledError):
        await running

    assert walk.case.facts
    assert walk.assessment == assess(walk.case, hypotheses())


async def test_a_session_and_its_replay_are_both_walks() -> None:
    """A front end is given either, knows which checks are possible, and shows the same of both."""
    begun = session(ScriptedChecks(NOTHING_LISTENS))
    await begun.run()
    walks: tuple[Walk, ...] = (begun, Replay(begun.events))

    assert [(one.live, one.progress) for one in walks] == [(True, None), (False, (len(begun.events),) * 2)]
    assert walks[0].case == walks[1].case
    assert walks[0].assessment == walks[1].assessment


async def test_a_defect_in_the_engine_is_not_swallowed() -> None:
    """A check that breaks its promise and raises ends the walk with its error."""

    async def broken(_request: AnyRequest, _tell: OnFact) -> None:
        raise RuntimeError("a check may not raise")

    with pytest.raises(RuntimeError, match="may not raise"):
        await Session(LOCAL, Options(), broken).run()


def silent_remote(request: AnyRequest) -> list[TcpAttempt]:
    """One silent attempt on another machine."""
    assert isinstance(request, Connect)
    return [TcpAttempt(address=request.address, port=request.port, outcome=Outcome.TIMEOUT, errno="ETIMEDOUT", latency_ms=3500.0)]


REMOTE: Script = {
    Connect: silent_remote,
    LookUpRoute: lambda _request: [Route(address="10.0.3.9", type="unicast", gateway="10.0.0.1", device="eth0")],
    ListListeners: table(),
    SendEcho: lambda _request: [Echo(address="10.0.3.9", sent=3, received=3, rtt_ms=(1.0, 1.0, 1.0), ttl=62)],
    TraceHops: lambda _request: [],
}


async def test_the_guided_walk_stops_before_a_step() -> None:
    """Checks that send more than the attempts wait for the person, and `next` grants them."""
    check = ScriptedChecks(REMOTE)
    walk = session(check, pace=Pace.GUIDED, target="10.0.3.9:5432")
    running = asyncio.create_task(walk.run(linger=True))

    await until(lambda: isinstance(walk.waiting, Run))
    assert not any(isinstance(request, SendEcho | TraceHops) for request in check.asked)
    walk.next()
    await until(lambda: walk.case.all(Echo))

    running.cancel()


async def test_the_automatic_walk_stops_at_questions_only() -> None:
    """In automatic tempo steps are taken; a question waits, and its answer goes into the case."""
    walk = session(ScriptedChecks(REMOTE), pace=Pace.AUTO, target="10.0.3.9:5432")
    running = asyncio.create_task(walk.run(linger=True))

    await until(lambda: isinstance(walk.waiting, Ask))
    await until(lambda: walk.case.all(Echo))
    asked = walk.waiting
    assert isinstance(asked, Ask)
    walk.answer(asked.question.id, "no")

    assert walk.case.answer(asked.question.id) == "no"
    running.cancel()


async def test_back_takes_the_last_answer_back() -> None:
    """After `back` the question is asked again; without an answer there is nothing to take back."""
    walk = session(ScriptedChecks(REMOTE), pace=Pace.AUTO, target="10.0.3.9:5432")
    running = asyncio.create_task(walk.run(linger=True))
    await until(lambda: isinstance(walk.waiting, Ask))
    asked = walk.waiting
    assert isinstance(asked, Ask)
    assert not walk.back()

    walk.answer(asked.question.id, "no")
    await until(lambda: walk.waiting != asked)
    assert walk.back()

    await until(lambda: walk.waiting == asked)
    running.cancel()


async def test_what_the_options_answer_is_not_asked() -> None:
    """A question that the options answer is recorded as answered, without a person."""
    walk = session(ScriptedChecks(REMOTE), pace=Pace.AUTO, target="10.0.3.9:5432", options=Options(probe_ports=False))
    running = asyncio.create_task(walk.run(linger=True))

    await until(lambda: any(isinstance(event, Answered) and event.question == "consent.ports" for event in walk.events))

    assert walk.case.answer("consent.ports") == "no"
    running.cancel()


async def test_an_excluded_cause_is_not_relevant() -> None:
    """The person's word counts: an excluded cause is no verdict any more."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    await walk.run()

    walk.set_aside("server.not-listening", "excluded")
    found = await walk.run()

    assert found.judgements["server.not-listening"].state == "not-relevant"
    assert found.verdict is None or found.verdict.cause != "server.not-listening"


async def test_a_refresh_keeps_only_news() -> None:
    """Looking again adds a fact when something changed, and nothing when nothing did."""
    late = Listener(proto="tcp", address="127.0.0.1", port=9)
    tables = iter([Listeners(), Listeners(), Listeners(listeners=(late,))])
    check = ScriptedChecks({**NOTHING_LISTENS, ListListeners: lambda _request: [next(tables)]})
    walk = session(check)
    running = asyncio.create_task(walk.run(linger=True))
    await until(lambda: isinstance(walk.waiting, Conclude))

    walk.refresh(ListListeners())
    await until(lambda: len([one for one in check.asked if isinstance(one, ListListeners)]) == 2)
    await until(lambda: not walk._running)
    assert len(walk.case.all(Listeners)) == 1
    walk.refresh(ListListeners())
    await until(lambda: len(walk.case.all(Listeners)) == 2)

    running.cancel()


async def test_a_replay_reaches_the_same_verdict() -> None:
    """Folding a recorded session, step by step, ends at the verdict that was recorded."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    found = await walk.run()

    replay = Replay(walk.events, at_end=False)
    while replay.progress[0] < replay.progress[1]:
        replay.next()

    assert replay.assessment == found
    assert Replay(walk.events).assessment == found


@given(st.lists(st.sampled_from(["next", "back"]), max_size=30))
@settings(max_examples=30, deadline=None)  # the first example loads every cause
def test_a_replay_is_where_it_is_whatever_way_it_came(moves: list[str]) -> None:
    """The case of a replay is the fold of the events up to its position, after any moves."""
    events = asyncio.run(_recorded())
    replay = Replay(events, at_end=False)

    for move in moves:
        if move == "next":
            replay.next()
        else:
            replay.back()

    assert replay.case == fold_all(events[: replay.progress[0]])


async def _recorded() -> list[AnyEvent]:
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    await walk.run()
    return list(walk.events)


def test_checks_are_opened_and_closed_in_the_record() -> None:
    """Each check that starts is recorded with its end."""
    events = asyncio.run(_recorded())

    started = [event.request for event in events if isinstance(event, CheckStarted)]
    ended = [event.request for event in events if isinstance(event, CheckEnded)]
    assert sorted(map(repr, started)) == sorted(map(repr, ended))
    assert any(isinstance(event, FactSeen) for event in events)
