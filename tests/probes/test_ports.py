"""Other ports: real on loopback, and the pace with made-up rejections."""

import asyncio
from contextlib import ExitStack

import pytest

from tests.probes.loopback import closed_port, descriptors, listening, silent_port
from tui.model.facts import NotObserved, Outcome, TcpAttempt
from tui.model.requests import Connect, TryPorts
from tui.probes.attempts import connect, other_ports
from tui.probes.kernel.failures import icmp_error
from tui.probes.kernel.system_view import SystemView


async def check(request: TryPorts) -> tuple[list[TcpAttempt], list[int]]:
    """The attempts, and the ports that were left out."""
    attempts, left_out = [], list[int]()
    async for fact in other_ports.check(request, SystemView()):
        match fact:
            case TcpAttempt():
                attempts.append(fact)
            case NotObserved(request=TryPorts() as unseen):
                assert fact.reason
                left_out += unseen.ports
    return attempts, left_out


async def test_each_port_has_its_outcome() -> None:
    """Open, closed and silent ports are each tried once, marked as other ports."""
    with listening("127.0.0.1") as server, closed_port("127.0.0.1") as closed, silent_port("127.0.0.1") as silent:
        open_ = server.getsockname()[1]
        attempts, left_out = await check(TryPorts(address="127.0.0.1", ports=(open_, closed, silent, open_), timeout_s=0.3))

    assert {one.port: one.outcome.value for one in attempts} == {open_: "connected", closed: "refused", silent: "timeout"}
    assert {(one.purpose, one.number, one.total) for one in attempts} == {("other-port", 1, 1)}
    assert (len(attempts), left_out) == (3, [])


async def test_no_more_than_a_dozen() -> None:
    """Of a longer list the rest is said to be not observed."""
    with ExitStack() as stack:
        closed = [stack.enter_context(closed_port("127.0.0.1")) for _ in range(14)]
        attempts, left_out = await check(TryPorts(address="127.0.0.1", ports=tuple(closed)))

    assert sorted(one.port for one in attempts) == sorted(closed[:12])
    assert left_out == closed[12:]


class Box:
    """Stands in for the network: from the third port on a box rejects."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.under_way = 0
        self.most_at_once = 0
        self.most_after_icmp = 0
        self.rejected = False
        monkeypatch.setattr(connect, "attempt", self.attempt)

    async def attempt(self, request: Connect, number: int) -> TcpAttempt:
        """Count how many are under way."""
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        if self.rejected:
            self.most_after_icmp = max(self.most_after_icmp, self.under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        self.under_way -= 1
        if request.port < 3:
            return TcpAttempt(address=request.address, port=request.port, number=number, outcome=Outcome.REFUSED, latency_ms=1.0)
        if not self.under_way:
            self.rejected = True
        icmp = icmp_error(3, 13, "10.0.1.1")
        return TcpAttempt(
            address=request.address, port=request.port, number=number, outcome=Outcome.REJECTED, icmp=icmp, latency_ms=1.0
        )


async def test_after_a_rejection_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing answers the next ones start, and from the first ICMP error on it is one after the other."""
    monkeypatch.setattr(other_ports, "ICMP_PACE_S", 0.0)
    monkeypatch.setattr(other_ports, "PACE_S", 0.0)
    box = Box(monkeypatch)

    attempts, left_out = await check(TryPorts(address="10.0.3.9", ports=tuple(range(1, 13))))

    assert sorted(one.port for one in attempts) == list(range(1, 13))
    assert (box.most_after_icmp, left_out) == (1, [])
    assert box.most_at_once > 1


async def test_a_quick_rejection_comes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer within the pace is known before the next port is tried: one rejection is enough to slow down."""
    monkeypatch.setattr(other_ports, "LONGEST_PACED_S", 0.0)
    box = Box(monkeypatch)

    attempts, left_out = await check(TryPorts(address="10.0.3.9", ports=tuple(range(1, 13))))

    assert ([one.port for one in attempts], box.most_at_once) == ([1, 2, 3], 1)
    assert left_out == list(range(4, 13))


async def test_what_does_not_fit_into_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the pace leaves no time for the rest, the rest is not observed."""
    monkeypatch.setattr(other_ports, "LONGEST_PACED_S", 0.0)
    Box(monkeypatch)

    attempts, left_out = await check(TryPorts(address="10.0.3.9", ports=tuple(range(1, 13))))

    assert 3 <= len(attempts) < 12
    assert sorted([one.port for one in attempts] + left_out) == list(range(1, 13))


async def test_a_cancelled_look_leaves_nothing_open() -> None:
    """Cancelled while attempts are under way, all their sockets are closed."""
    with silent_port("127.0.0.1") as port:
        before = descriptors()
        looking = asyncio.create_task(check(TryPorts(address="127.0.0.1", ports=(port,), timeout_s=30)))
        await asyncio.sleep(0.05)
        assert descriptors() != before
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking

        assert descriptors() == before
