"""The schedule of attempts, with made-up attempts, sleep and chance."""

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.retry import LONGEST_GROWN_S, STAYS_SO, STAYS_SO_EVERY_S, repeat
from tui.model.facts import Attempt, Outcome, TcpAttempt, UnixAttempt
from tui.model.requests import Connect, ConnectUnix

C, R, T, B = Outcome.CONNECTED, Outcome.REFUSED, Outcome.TIMEOUT, Outcome.BLOCKED


class Script:
    """Attempts that end as written; the last ending goes on for ever. Keeps the order of attempts and sleeps."""

    def __init__(self, *outcomes: Outcome, errno: str | None = None, source: str | None = None, path: str | None = None) -> None:
        self.outcomes = outcomes
        self.errno, self.source = errno, source
        self.path = path
        """Of a Unix socket, where the attempts are on one."""
        self.happened: list[tuple[str, float]] = []

    async def attempt(self, number: int) -> TcpAttempt | UnixAttempt:
        """The ending written for this number."""
        self.happened.append(("attempt", number))
        outcome = self.outcomes[min(number, len(self.outcomes)) - 1]
        if self.path is not None:
            return UnixAttempt(path=self.path, outcome=outcome, errno=self.errno, latency_ms=1.0)
        return TcpAttempt(address="10.0.3.9", port=5432, outcome=outcome, errno=self.errno, source=self.source, latency_ms=1.0)

    async def sleep(self, seconds: float) -> None:
        """No time passes."""
        self.happened.append(("sleep", seconds))

    async def run(self, request: Connect | ConnectUnix, chance: float = 0.0) -> list[Attempt]:
        """All attempts of the schedule."""
        return [seen async for seen in repeat(request, self.attempt, sleep=self.sleep, random=lambda: chance)]


def tcp(attempts: int = 3, delay_s: float = 2.0, backoff: float = 1.0, jitter_s: float = 0.0) -> Connect:
    """The schedule of a TCP target."""
    return Connect(address="10.0.3.9", port=80, attempts=attempts, delay_s=delay_s, backoff=backoff, jitter_s=jitter_s)


def told(seen: list[Attempt]) -> list[tuple[int, int, float | None]]:
    """Number, number of all, and wait until the next."""
    return [(one.number, one.total, one.next_in_s) for one in seen]


async def test_the_default_schedule() -> None:
    """Three attempts, two seconds from the end of one to the start of the next, each with its place and its wait."""
    script = Script(R)

    seen = await script.run(tcp())

    assert told(seen) == [(1, 3, 2.0), (2, 3, 2.0), (3, 3, None)]
    assert script.happened == [("attempt", 1), ("sleep", 2.0), ("attempt", 2), ("sleep", 2.0), ("attempt", 3)]
    assert [one.stopped for one in seen] == [None] * 3


async def test_an_attempt_is_told_before_the_wait() -> None:
    """Who listens knows an attempt's outcome while the schedule still sleeps."""
    script = Script(R)
    schedule = repeat(tcp(), script.attempt, sleep=script.sleep)

    first = await anext(schedule)

    assert (first.number, first.next_in_s) == (1, 2.0)
    assert script.happened == [("attempt", 1)]
    await schedule.aclose()


async def test_backoff_and_jitter() -> None:
    """Each delay is multiplied, and a random part of the jitter is added to it."""
    seen = await Script(R).run(tcp(attempts=4, delay_s=1.0, backoff=3.0, jitter_s=0.5), chance=0.5)

    assert [one.next_in_s for one in seen] == [1.25, 3.25, 9.25, None]


async def test_one_attempt_has_no_wait() -> None:
    """A schedule of one ends after it, whatever it brings; fewer than one are one."""
    assert told(await Script(R).run(tcp(attempts=1))) == [(1, 1, None)]
    assert told(await Script(C).run(tcp(attempts=1))) == [(1, 1, None)]
    assert told(await Script(R).run(tcp(attempts=0))) == [(1, 1, None)]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((R, R, C), [(1, 3, 2.0), (2, 3, 2.0), (3, 5, 1.0), (4, 5, 1.0), (5, 5, None)]),
        ((R, C), [(1, 3, 2.0), (2, 3, 2.0), (3, 4, 1.0), (4, 4, None)]),
        ((C, R, C), [(1, 3, 2.0), (2, 3, 2.0), (3, 5, 1.0), (4, 5, 1.0), (5, 5, None)]),
        ((C,), [(1, 3, 2.0), (2, 3, 2.0), (3, 3, None)]),
        ((C, C, R), [(1, 3, 2.0), (2, 3, 2.0), (3, 3, None)]),
        ((R, C, R), [(1, 3, 2.0), (2, 3, 2.0), (3, 3, None)]),
    ],
)
async def test_a_late_connection_is_watched(outcomes: tuple[Outcome, ...], expected: list[tuple[int, int, float | None]]) -> None:
    """Connected at last after a failure: attempts are added until three in a row have connected."""
    seen = await Script(*outcomes).run(tcp())

    assert told(seen) == expected
    assert all(one.stopped is None for one in seen)


async def test_a_connection_that_does_not_stay() -> None:
    """The first added attempt that fails ends the schedule, and says so."""
    seen = await Script(R, R, C, R).run(tcp())

    assert told(seen) == [(1, 3, 2.0), (2, 3, 2.0), (3, 5, 1.0), (4, 5, None)]
    assert seen[-1].stopped == "It did not stay connected, so no further attempt is needed."


async def test_added_attempts_are_no_slower_than_the_schedule() -> None:
    """With a short delay the added attempts keep it."""
    seen = await Script(R, C).run(tcp(attempts=2, delay_s=0.25))

    assert [one.next_in_s for one in seen] == [0.25, 0.25, 0.25, None]


@pytest.mark.parametrize(
    ("errno", "source", "goes_on"),
    [
        ("ENETUNREACH", None, False),
        ("EACCES", None, False),
        ("EINVAL", None, False),
        ("EPERM", None, False),
        ("EAFNOSUPPORT", None, False),
        ("EADDRNOTAVAIL", "10.0.1.200", False),
        ("EADDRNOTAVAIL", None, True),
        ("EMFILE", None, True),
        ("ENFILE", None, True),
    ],
)
async def test_what_this_machine_forbids_is_not_repeated(errno: str, source: str | None, goes_on: bool) -> None:
    """A block that another attempt cannot change ends the schedule in words; a shortage that may pass does not."""
    seen = await Script(B, errno=errno, source=source).run(tcp())

    assert len(seen) == (3 if goes_on else 1)
    assert (seen[-1].stopped is None) is goes_on
    if not goes_on:
        assert errno in (seen[-1].stopped or "")
        assert seen[-1].next_in_s is None


@pytest.mark.parametrize(("errno", "goes_on"), [("ENOENT", True), ("EACCES", False), ("EPROTOTYPE", False), ("ENOTDIR", False)])
async def test_a_unix_socket_may_still_be_made(errno: str, goes_on: bool) -> None:
    """A missing socket can appear; a forbidden one, or one of another type, stays so."""
    request = ConnectUnix(path="/run/app.sock", attempts=3, delay_s=2.0)

    seen = await Script(B, errno=errno, path="/run/app.sock").run(request)

    assert len(seen) == (3 if goes_on else 1)
    assert (seen[-1].stopped is None) is goes_on


async def test_a_block_at_the_last_attempt_stops_nothing() -> None:
    """Where no further attempt was planned, none was left out."""
    seen = await Script(R, R, B, errno="EACCES").run(tcp())

    assert (len(seen), seen[-1].stopped) == (3, None)


async def test_a_schedule_can_be_cancelled_while_it_waits() -> None:
    """The wait ends at once."""
    script = Script(R)
    first = asyncio.Event()

    async def walk() -> None:
        async for _ in repeat(tcp(delay_s=3600.0), script.attempt):
            first.set()

    walking = asyncio.create_task(walk())
    await first.wait()
    walking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await walking
    assert script.happened == [("attempt", 1)]


SECONDS = st.floats(0.0, 1e6)


@given(
    st.lists(st.sampled_from([C, R, T]), min_size=1, max_size=30),
    st.integers(-1, 20),
    SECONDS,
    st.floats(1.0, 1e6),
    st.floats(0.0, 10.0),
    st.floats(0.0, 1.0),
)
def test_every_schedule_keeps_its_bounds(  # noqa: PLR0917 -- the axes of a schedule
    outcomes: list[Outcome], attempts: int, delay_s: float, backoff: float, jitter_s: float, chance: float
) -> None:
    """Numbers without a gap, no more than two added, waits that sleep what they say and never grow beyond their bound."""
    script = Script(*outcomes)
    request = tcp(attempts, delay_s, backoff, jitter_s)

    seen = asyncio.run(script.run(request, chance))

    planned = max(attempts, 1)
    assert [one.number for one in seen] == list(range(1, len(seen) + 1))
    assert planned <= len(seen) <= planned + STAYS_SO - 1
    assert all(one.total >= one.number for one in seen)
    assert [seconds for what, seconds in script.happened if what == "sleep"] == [one.next_in_s for one in seen[:-1]]
    assert seen[-1].next_in_s is None
    scheduled = [one.next_in_s or 0.0 for one in seen[: planned - 1]]
    assert all(delay_s <= wait_s <= max(delay_s, LONGEST_GROWN_S) + jitter_s for wait_s in scheduled)
    assert all(earlier <= later for earlier, later in itertools.pairwise(scheduled))
    assert all((one.next_in_s or 0.0) <= STAYS_SO_EVERY_S for one in seen[planned - 1 :])
    connected = [one.outcome is C for one in seen[:planned]]
    late = attempts >= 1 and connected[-1] and not all(connected)
    settled = connected[-STAYS_SO:] == [True] * STAYS_SO
    assert (len(seen) > planned) == (late and not settled)
