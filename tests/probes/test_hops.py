"""The trail: real on loopback, and over every shape of path with made-up answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import closed_port, descriptors, listening, silent_port
from tui.model.facts import Hop, NotObserved, Outcome
from tui.model.requests import TraceHops
from tui.probes.kernel.failures import icmp_error
from tui.probes.kernel.handshake import Handshake
from tui.probes.kernel.system_view import SystemView
from tui.probes.path import hops

Reply = Outcome | None
"""How an ask ends; None for a router's time exceeded."""


async def trail(request: TraceHops) -> list[Hop | NotObserved]:
    """All facts of one look."""
    return [fact async for fact in hops.check(request, SystemView())]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_loopback_is_one_hop_away(address: str) -> None:
    """This machine's own ports answer at TTL 1, and that ends the trail."""
    with closed_port(address) as closed, listening(address) as server:
        refused = await trail(TraceHops(address=address, port=closed))
        connected = await trail(TraceHops(address=address, port=server.getsockname()[1]))

    shapes = [[(hop.ttl, hop.outcome, hop.sender) for hop in facts if isinstance(hop, Hop)] for facts in (refused, connected)]
    assert shapes == [[(1, "refused", address)], [(1, "connected", address)]]
    assert all(fact.command.startswith("traceroute -n -T -p ") and fact.at for fact in refused + connected)


async def test_a_port_that_drops_is_silent_at_every_hop() -> None:
    """Four silent hops end the trail."""
    with silent_port("127.0.0.1") as port:
        seen = await trail(TraceHops(address="127.0.0.1", port=port, max_hops=5))

    assert [(hop.ttl, hop.outcome, hop.sender, hop.rtt_ms) for hop in seen if isinstance(hop, Hop)] == [
        (ttl, "silent", None, None) for ttl in range(1, 5)
    ]


async def test_a_trail_can_be_left_at_once() -> None:
    """Closing the look in the middle closes every socket."""
    before = descriptors()
    with silent_port("127.0.0.1") as port:
        during = descriptors()
        walking = asyncio.create_task(trail(TraceHops(address="127.0.0.1", port=port)))
        await asyncio.sleep(0.1)
        assert len(descriptors()) > len(during)
        walking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await walking
        assert descriptors() == during

    assert descriptors() == before


class Path:
    """A made-up path: what each TTL answers at its first and at its second ask."""

    def __init__(self, replies: list[tuple[Reply, Reply]]) -> None:
        self.replies = replies
        self.asked: list[int] = []
        self.moments: list[float] = []

    @asynccontextmanager
    async def handshake(self, address: str, port: int, *, timeout_s: float, ttl: int) -> AsyncIterator[Handshake]:
        """Stands in for a real handshake."""
        assert (address, port, timeout_s) == ("10.0.3.9", 80, hops.WAIT_S)
        round_ = self.asked.count(ttl)
        self.asked.append(ttl)
        self.moments.append(perf_counter())
        await asyncio.sleep(0)
        outcome = self.replies[ttl - 1][round_]
        icmp = icmp_error(11, 0, f"10.1.1.{ttl}") if outcome is None else None
        yield Handshake(outcome=outcome or Outcome.UNREACHABLE, latency_ms=1.0, icmp=icmp, errno="EMFILE")


SILENT, ANSWERS, ROUTER, BLOCKED = Outcome.TIMEOUT, Outcome.REFUSED, None, Outcome.BLOCKED


async def walked(path: Path, most: int = 20) -> list[Hop | NotObserved]:
    """The trail over a made-up path, without its pauses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hops, "handshake", path.handshake)
        patch.setattr(hops, "PACE_S", 0.0)
        patch.setattr(hops, "AGAIN_AFTER_S", 0.0)
        return await trail(TraceHops(address="10.0.3.9", port=80, max_hops=most))


def outcomes(facts: Sequence[Hop | NotObserved]) -> list[str]:
    """The outcomes in order."""
    return [fact.outcome if isinstance(fact, Hop) else "not observed" for fact in facts]


async def test_the_silent_are_asked_once_more() -> None:
    """A router that answers the second time is known; nobody is asked three times, and those that answered only once."""
    path = Path([(ROUTER, ROUTER), (SILENT, ROUTER), (SILENT, SILENT), (ANSWERS, ANSWERS), *[(ANSWERS, ANSWERS)] * 16])

    seen = await walked(path)

    assert outcomes(seen) == ["time-exceeded", "time-exceeded", "silent", "refused"]
    assert sorted(path.asked.count(ttl) for ttl in range(1, 5)) == [1, 1, 2, 2]
    assert max(map(path.asked.count, path.asked)) == 2


async def test_a_router_gets_time_before_it_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two asks of one router its limit of ICMP errors runs out."""
    path = Path([(SILENT, ROUTER), (SILENT, SILENT), (ANSWERS, ANSWERS)])
    monkeypatch.setattr(hops, "handshake", path.handshake)
    monkeypatch.setattr(hops, "AGAIN_AFTER_S", 0.3)

    seen = await trail(TraceHops(address="10.0.3.9", port=80, max_hops=3))

    assert outcomes(seen) == ["time-exceeded", "silent", "refused"]
    for ttl in (1, 2):
        first, second = (moment for asked, moment in zip(path.asked, path.moments, strict=True) if asked == ttl)
        assert second - first > 0.29


async def test_a_machine_that_sends_nothing_ends_the_trail() -> None:
    """What this machine itself does not send is not observed, after the hops that were."""
    seen = await walked(Path([(ROUTER, ROUTER), (BLOCKED, BLOCKED), *[(ROUTER, ROUTER)] * 18]))

    assert outcomes(seen) == ["time-exceeded", "not observed"]
    assert isinstance(seen[1], NotObserved)
    assert "EMFILE" in seen[1].reason


REPLIES = st.sampled_from([SILENT, ROUTER, ANSWERS])


@given(st.lists(st.tuples(REPLIES, REPLIES), min_size=20, max_size=20), st.integers(1, 20))
def test_every_path_gives_a_lawful_trail(replies: list[tuple[Reply, Reply]], most: int) -> None:
    """Ascending without a gap, at most two asks each; the target's first answer, silence or the number of hops ends it."""
    path = Path(replies)

    seen = [fact for fact in asyncio.run(walked(path, most)) if isinstance(fact, Hop)]

    assert [hop.ttl for hop in seen] == list(range(1, len(seen) + 1))
    assert len(seen) <= most
    assert max(map(path.asked.count, path.asked)) <= 2
    assert "refused" not in outcomes(seen[:-1])
    for hop in seen:
        told = {None: "time-exceeded", ANSWERS: "refused", SILENT: "silent"}
        assert hop.outcome in {told[reply] for reply in replies[hop.ttl - 1]}
        assert hop.outcome != "silent" or replies[hop.ttl - 1] == (SILENT, SILENT)
    if len(seen) < most and seen[-1].outcome != "refused":
        assert outcomes(seen[-hops.SILENT_END :]) == ["silent"] * hops.SILENT_END


async def test_an_old_kernel_cannot_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Linux 5.8 there is no trail without privilege: not observed, with what would allow it."""
    monkeypatch.setattr(hops, "queues_tcp_errors", lambda: False)

    (seen,) = await trail(TraceHops(address="127.0.0.1", port=1))

    assert isinstance(seen, NotObserved)
    assert "5.8" in seen.remedy


async def test_the_look_can_be_closed_between_hops(monkeypatch: pytest.MonkeyPatch) -> None:
    """A consumer may stop after the first hop: no ask goes on behind its back."""
    monkeypatch.setattr(hops, "handshake", Path([(ROUTER, ROUTER), *[(SILENT, SILENT)] * 19]).handshake)
    async with aclosing(hops.check(TraceHops(address="10.0.3.9", port=80), SystemView())) as walking:
        first = await anext(walking)
        assert len(asyncio.all_tasks()) > 1

    assert outcomes([first]) == ["time-exceeded"]
    assert len(asyncio.all_tasks()) == 1
