"""The word that an attempt is quiet: told once, before the attempt's end, and only where there is reason to."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from msgspec.structs import replace

from tui.engine import quiet
from tui.engine.quiet import with_quiet
from tui.model.facts import Outcome, Quiet, Talk, TcpAttempt
from tui.model.requests import Connect, TalkTo

TARGET = Connect(address="10.0.3.9", port=80, attempts=2)


class Schedule:
    """Two attempts, the first of which ends when it is let go."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.closed = False

    async def attempts(self) -> AsyncGenerator[TcpAttempt, None]:
        """As a schedule yields them."""
        try:
            await self.gate.wait()
            yield TcpAttempt(address=TARGET.address, port=TARGET.port, number=1, outcome=Outcome.TIMEOUT, latency_ms=3500.0)
            yield TcpAttempt(address=TARGET.address, port=TARGET.port, number=2, outcome=Outcome.TIMEOUT, latency_ms=3500.0)
        finally:
            self.closed = True


async def test_a_quiet_attempt_is_told_of_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """First that it is quiet, then the attempts, all of them."""
    monkeypatch.setattr(quiet, "QUIET_AFTER_S", 0.0)
    schedule = Schedule()
    seen = []
    async for fact in with_quiet(TARGET, schedule.attempts()):
        seen.append(fact)
        schedule.gate.set()

    assert isinstance(seen[0], Quiet)
    assert (seen[0].address, seen[0].port) == ("10.0.3.9", 80)
    assert [fact.number for fact in seen[1:] if isinstance(fact, TcpAttempt)] == [1, 2]


async def test_an_attempt_that_is_answered_is_not_quiet() -> None:
    """Nothing but the attempts."""
    schedule = Schedule()
    schedule.gate.set()

    assert all([isinstance(fact, TcpAttempt) async for fact in with_quiet(TARGET, schedule.attempts())])


async def test_attempts_on_anything_else_are_not_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """No check waits for the attempts on a proxy or on another address."""
    monkeypatch.setattr(quiet, "QUIET_AFTER_S", 0.0)
    schedule = Schedule()
    asyncio.get_running_loop().call_later(0.01, schedule.gate.set)
    proxy = Connect(address="10.0.3.9", port=80, purpose="proxy")

    assert all([isinstance(fact, TcpAttempt) async for fact in with_quiet(proxy, schedule.attempts())])


TALK = TalkTo(address="10.0.3.9", port=80, protocol="HTTP", wait_s=10.0)


@pytest.mark.parametrize(("wait_s", "said"), [(10.0, ["HTTP", "talk"]), (0.0, ["talk"])])
async def test_a_talk_is_quiet_where_it_has_long_to_wait(monkeypatch: pytest.MonkeyPatch, wait_s: float, said: list[str]) -> None:
    """The protocol is told of before the talk's end; a talk that gives up as soon is not told of."""
    monkeypatch.setattr(quiet, "TALK_QUIET_AFTER_S", 0.0)

    async def answer() -> AsyncGenerator[Talk, None]:
        await asyncio.sleep(0.02)
        yield Talk(address=TALK.address, port=TALK.port, spoken="HTTP", outcome="silent")

    facts = [fact async for fact in with_quiet(replace(TALK, wait_s=wait_s), answer())]

    assert [fact.protocol if isinstance(fact, Quiet) else "talk" for fact in facts] == said


async def test_closed_while_quiet_it_closes_the_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops listening after the word stops the attempt under way."""
    monkeypatch.setattr(quiet, "QUIET_AFTER_S", 0.0)
    schedule = Schedule()
    told = with_quiet(TARGET, schedule.attempts())

    assert isinstance(await anext(told), Quiet)
    await told.aclose()

    assert schedule.closed
    assert len(asyncio.all_tasks()) == 1
