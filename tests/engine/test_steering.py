"""What a person may do while a session walks: go on, verify a repair, look again, take one cause's looks."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

import pytest

from tests.engine.checks import NOTHING_LISTENS, ScriptedChecks
from tests.engine.test_session import REMOTE, session, until
from tui.diagnosis.decide import Ask, Conclude, Run
from tui.diagnosis.tree import QUESTIONS
from tui.engine import session as module
from tui.engine.session import Pace, Session, unanswered
from tui.model.events import Answered, CheckEnded, CheckStarted, FactSeen, Judged, Opened, SetAside
from tui.model.facts import AnyFact, Echo, Listener, Listeners, Outcome, TcpAttempt
from tui.model.options import Options
from tui.model.requests import AnyRequest, Connect, ListAddresses, ListListeners, ReadConfinement, SendEcho, TraceHops


@asynccontextmanager
async def walking(walk: Session) -> AsyncIterator[Session]:
    """The walk under way, ended with the block."""
    running = asyncio.create_task(walk.run(linger=True))
    try:
        yield walk
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _attempts(outcomes: Iterable[Outcome]) -> Callable[[AnyRequest], list[AnyFact]]:
    """Each attempt ends as the next of these."""
    left = iter(outcomes)

    def attempt(request: AnyRequest) -> list[AnyFact]:
        assert isinstance(request, Connect)
        outcome = next(left) if request.purpose == "verify" else Outcome.REFUSED
        return [TcpAttempt(address=request.address, port=request.port, purpose=request.purpose, outcome=outcome, latency_ms=0.1)]

    return attempt


C, R = Outcome.CONNECTED, Outcome.REFUSED


@pytest.mark.parametrize(("outcomes", "rounds"), [((C, C, C), 3), ((R, C, C, R, C, C, C), 7), ((R, R, R, R), 4)])
async def test_a_repair_is_verified_until_it_stays_so(
    monkeypatch: pytest.MonkeyPatch, outcomes: tuple[Outcome, ...], rounds: int
) -> None:
    """Single attempts on the target, each with its number, until three in a row connect or it has taken too long."""
    monkeypatch.setattr(module, "VERIFY_EVERY_S", 0.0)
    monkeypatch.setattr(module, "LONGEST_VERIFY", rounds if outcomes[-1] is R else 100)
    check = ScriptedChecks({**NOTHING_LISTENS, Connect: _attempts(outcomes)})
    async with walking(session(check)) as walk:
        await until(lambda: isinstance(walk.waiting, Conclude))

        walk.verify()
        await until(lambda: not walk._running)

    asked = [one for one in check.asked if isinstance(one, Connect) and one.purpose == "verify"]
    facts = [fact for fact in walk.case.all(TcpAttempt) if fact.purpose == "verify"]
    assert [(one.address, one.attempts) for one in asked] == [("127.0.0.1", 1)] * rounds
    assert [(one.number, one.total) for one in facts] == [(number, 0) for number in range(1, rounds + 1)]
    assert [one.outcome for one in facts] == list(outcomes)


async def test_nothing_is_verified_before_the_first_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no attempt on the target was asked for, verifying attempts nothing, and does not call that steady."""
    monkeypatch.setattr(module, "VERIFY_EVERY_S", 0.0)
    monkeypatch.setattr(module, "LONGEST_VERIFY", 5)
    check = ScriptedChecks({})
    walk = session(check)

    walk.verify()
    await until(lambda: not walk._running)

    assert check.asked == []


async def test_each_step_is_granted_by_itself() -> None:
    """`next` takes the steps that wait and no later ones; in automatic tempo no grant is needed."""
    check = ScriptedChecks({**REMOTE, TraceHops: lambda _request: []})
    async with walking(session(check, pace=Pace.GUIDED, target="10.0.3.9:5432", options=Options(probe_ports=True))) as walk:
        await until(lambda: isinstance(walk.waiting, Run) and walk.waiting.steps)
        first = walk.waiting
        assert isinstance(first, Run)
        walk.next()
        await until(lambda: set(first.requests) <= set(walk.case.ended))
        await until(lambda: walk.waiting != first)
        before = len(check.asked)
        if isinstance(walk.waiting, Run):
            await asyncio.sleep(0.1)
            assert len(check.asked) == before

        walk.set_pace(Pace.AUTO)
        await until(lambda: not (isinstance(walk.waiting, Run) and walk.waiting.steps))


async def test_next_gives_a_question_its_first_answer() -> None:
    """Where a question waits, going on is the first of its choices."""
    async with walking(session(ScriptedChecks(REMOTE), pace=Pace.AUTO, target="10.0.3.9:5432")) as walk:
        await until(lambda: isinstance(walk.waiting, Ask))
        asked = walk.waiting
        assert isinstance(asked, Ask)

        walk.next()

        assert walk.case.answer(asked.question.id) == asked.question.choices[0].key
        await until(lambda: walk.waiting != asked)


async def test_an_unattended_walk_answers_that_it_does_not_know() -> None:
    """Every question that would be put gets "I don't know", and none is left waiting."""
    walk = session(ScriptedChecks(REMOTE), target="10.0.3.9:5432")

    await walk.run()

    answers = [event.answer for event in walk.events if isinstance(event, Answered)]
    assert answers
    assert "unknown" in answers
    assert isinstance(walk.waiting, Conclude)


async def test_one_causes_looks_can_be_taken_now() -> None:
    """All looks of one cause, steps too, each of them once; none of a cause about another kind of target, or of no cause."""
    check = ScriptedChecks(REMOTE)
    async with walking(session(check, pace=Pace.GUIDED, target="10.0.3.9:5432")) as walk:
        await until(lambda: isinstance(walk.waiting, Run))
        assert not any(isinstance(one, SendEcho) for one in check.asked)

        walk.test("path.routing-loop")
        walk.test("path.routing-loop")
        walk.test("unix.missing")
        walk.test("no.such-cause")
        await until(lambda: walk.case.all(Echo))

        assert [type(one) for one in check.asked].count(SendEcho) == 1
        assert len(check.asked) == len(set(check.asked))


async def test_a_cause_is_set_aside_while_it_walks() -> None:
    """The word is recorded with its reason, and the walk decides anew."""
    async with walking(session(ScriptedChecks(REMOTE), pace=Pace.GUIDED, target="10.0.3.9:5432")) as walk:
        await until(lambda: isinstance(walk.waiting, Run))

        for cause in ("path.filtered", "path.routing-loop", "path.local-firewall", "path.host-unreachable"):
            walk.set_aside(cause, "skipped")

        assert next((event.cause, event.why) for event in walk.events if isinstance(event, SetAside)) == (
            "path.filtered",
            "skipped",
        )
        assert dict(walk.case.set_aside)["path.filtered"] == "skipped"
        await until(lambda: walk.assessment.judgements["path.filtered"].reason == "Skipped by you.")


async def test_a_refresh_tells_what_it_sees_and_keeps_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """The panel gets the newest sight every time, the case only news, and nothing more once it is full."""
    rows = [Listener(proto="tcp", address="127.0.0.1", port=port) for port in (9, 10)]
    first, second = (Listeners(listeners=(row,)) for row in rows)
    tables = iter([[Listeners()], [Listeners()], [Listeners(), first], [], [second]])
    told: list[AnyFact] = []
    async with walking(session(ScriptedChecks({**NOTHING_LISTENS, ListListeners: lambda _request: next(tables)}))) as walk:
        await until(lambda: isinstance(walk.waiting, Conclude))

        async def refresh() -> int:
            walk.refresh(ListListeners(), told.append)
            await until(lambda: not walk._running)
            return len(walk.case.all(Listeners))

        assert [await refresh() for _ in range(3)] == [1, 2, 2]
        assert [getattr(fact, "listeners", None) for fact in told] == [(), (rows[0],)]
        monkeypatch.setattr(module, "MOST_FACTS", len(walk.case.facts))
        assert await refresh() == 2
        assert getattr(told[-1], "listeners", None) == (rows[1],)


async def test_a_refresh_is_no_look_of_the_walk() -> None:
    """What a panel looks at again is neither asked nor ended in the record."""
    walk = session(ScriptedChecks({ListAddresses: lambda _request: []}))
    walk.refresh(ListAddresses())
    await until(lambda: not walk._running)

    assert walk.case.asked == ()
    assert walk.events == []


async def test_as_many_looks_at_once_as_descriptors_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many looks no more than the limit are under way, and each is taken in the end."""
    monkeypatch.setattr(module, "MOST_CHECKS", 2)
    under_way = most = 0

    async def check(request: AnyRequest, tell: Callable[[AnyFact], None]) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        await ScriptedChecks(NOTHING_LISTENS)(request, tell)
        under_way -= 1

    walk = Session(session(ScriptedChecks({})).case.target, Options(), check, pace=Pace.UNATTENDED)
    await walk.run()

    assert most == 2
    assert set(walk.case.asked) == set(walk.case.ended)


async def test_a_walk_that_goes_on_has_one_header_and_judges_what_changed() -> None:
    """Run again it is the same session: one header, one final judgement, and no judgement twice in a row."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    await walk.run()
    await walk.run()

    judged = [event for event in walk.events if isinstance(event, Judged)]
    assert len([event for event in walk.events if isinstance(event, Opened)]) == 1
    assert [event.final for event in judged].count(True) == 1
    assert all(one.assessment != other.assessment or other.final for one, other in itertools.pairwise(judged))
    assert all(not event.assessment.judgements for event in judged)


async def test_what_says_nothing_new_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many attempts end alike, the record gets no further judgement; the assessment itself knows them all."""
    monkeypatch.setattr(module, "VERIFY_EVERY_S", 0.0)
    monkeypatch.setattr(module, "JUDGE_EVERY_S", 0.0)
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    await walk.run()
    before = [event for event in walk.events if isinstance(event, Judged)]

    running = asyncio.create_task(walk.run(linger=True))
    walk.verify()
    await until(lambda: len(walk.case.all(TcpAttempt)) >= 20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert [event for event in walk.events if isinstance(event, Judged)] == before
    assert walk.assessment.verdict is not None
    assert walk.case.all(TcpAttempt)[-1].id in walk.assessment.verdict.evidence


async def test_a_fact_keeps_its_own_time() -> None:
    """A look that says when it saw something is believed; every other fact gets the session's time."""
    own = "2026-11-20T09:00:00.000000Z"
    check = ScriptedChecks({**NOTHING_LISTENS, ListListeners: lambda _request: [Listeners(at=own)]})
    walk = session(check)
    await walk.run()

    assert walk.case.all(Listeners)[0].at == own
    assert {fact.at for fact in walk.case.facts if not isinstance(fact, Listeners)} == {"2026-11-20T11:02:03.123456Z"}
    assert {event.at for event in walk.events} == {"2026-11-20T11:02:03.123456Z"}


async def test_facts_are_counted_by_kind() -> None:
    """The number in a fact's id counts its own kind, from one, in the order in which they came."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    await walk.run()

    ids = [event.fact.id for event in walk.events if isinstance(event, FactSeen) and isinstance(event.fact, TcpAttempt)]
    assert ids == ["attempt-1", "attempt-2", "attempt-3"]


async def test_a_session_knows_its_header_and_its_first_assessment() -> None:
    """Before it runs nothing has happened, and the case has target, options and code already."""
    walk = session(ScriptedChecks(NOTHING_LISTENS), options=Options(attempts=7))

    assert (walk.events, walk.case.options.attempts, walk.assessment.verdict) == ([], 7, None)
    assert not walk.back()


def test_the_open_questions_are_those_without_an_answer() -> None:
    """All of the tree's questions at first; an answered one is none of them."""
    walk = session(ScriptedChecks(NOTHING_LISTENS))
    every = [one.id for one in QUESTIONS]

    assert unanswered(walk.case) == every
    walk.answer(every[0], "unknown")
    assert unanswered(walk.case) == every[1:]


async def test_a_look_that_ended_is_recorded_after_its_facts() -> None:
    """Start, facts, end: in this order for each look, also one that sees nothing."""
    check = ScriptedChecks({**NOTHING_LISTENS, ReadConfinement: lambda _request: []})
    walk = session(check)
    await walk.run()

    for request in walk.case.asked:
        started = walk.events.index(next(one for one in walk.events if isinstance(one, CheckStarted) and one.request == request))
        ended = walk.events.index(next(one for one in walk.events if isinstance(one, CheckEnded) and one.request == request))
        assert started < ended
