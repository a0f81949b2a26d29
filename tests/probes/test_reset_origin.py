"""The measurement of a reset's distance, on loopback; over routers it is measured in the lab."""

import asyncio
import socket

import pytest

from tests.probes.loopback import closed_port, descriptors, listening, silent_port
from tui.model.facts import NotObserved, ResetOrigin
from tui.model.requests import FindResetOrigin
from tui.probes.kernel.kernel_counters import discarded_for_ttl
from tui.probes.kernel.system_view import SystemView
from tui.probes.path import reset_origin


async def seen(request: FindResetOrigin) -> ResetOrigin | NotObserved:
    """The one fact of the look."""
    (fact,) = [one async for one in reset_origin.check(request, SystemView())]
    return fact


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_reset_on_loopback(address: str) -> None:
    """It arrives with what this machine starts with, from TTL 1 on; a port that accepts gives the same numbers."""
    with closed_port(address) as closed, listening(address) as server:
        fact = await seen(FindResetOrigin(address=address, port=closed, reference_port=server.getsockname()[1]))

    assert isinstance(fact, ResetOrigin)
    assert (fact.received_ttl, fact.smallest_ttl, fact.hops) == (64, 1, ())
    assert [(one.received_ttl, one.smallest_ttl) for one in fact.references if one.kind == "syn-ack"] == [(64, 1)]
    assert all((one.received_ttl, one.smallest_ttl) == (64, 1) for one in fact.references)
    assert fact.attempts < reset_origin.MOST_ATTEMPTS


async def test_answers_that_were_discarded_are_counted() -> None:
    """Where the kernel's counter can be read, the limit that was too high shows in it."""
    with closed_port("127.0.0.1") as closed:
        fact = await seen(FindResetOrigin(address="127.0.0.1", port=closed))

    assert isinstance(fact, ResetOrigin)
    assert (fact.discarded is None) == (discarded_for_ttl() is None)
    assert fact.discarded is None or fact.discarded >= 1


async def test_a_port_that_accepts_sends_no_resets() -> None:
    """Nothing is measured where no reset comes, and the reason is said."""
    with listening("127.0.0.1") as server:
        fact = await seen(FindResetOrigin(address="127.0.0.1", port=server.getsockname()[1]))

    assert isinstance(fact, NotObserved)
    assert "connected" in fact.reason


async def test_a_port_that_stays_silent_sends_no_resets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence at the first attempt ends the look."""
    monkeypatch.setattr(reset_origin, "FIRST_WAIT_S", 0.05)
    with silent_port("127.0.0.1") as port:
        fact = await seen(FindResetOrigin(address="127.0.0.1", port=port))

    assert isinstance(fact, NotObserved)
    assert "timeout" in fact.reason


async def test_an_address_without_a_route_is_not_observed() -> None:
    """What this machine itself does not send measures nothing."""
    fact = await seen(FindResetOrigin(address="255.255.255.255", port=9))

    assert isinstance(fact, NotObserved)


async def test_an_old_kernel_cannot_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Linux 5.8 a reset can't be told from an ICMP error: not observed, with what would allow it."""
    monkeypatch.setattr(reset_origin, "queues_tcp_errors", lambda: False)

    fact = await seen(FindResetOrigin(address="127.0.0.1", port=1))

    assert isinstance(fact, NotObserved)
    assert "5.8" in fact.remedy


async def test_what_is_not_known_in_time_stays_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """At its deadline the look says what it has, and leaves no socket open."""
    monkeypatch.setattr(reset_origin, "LONGEST_S", 0.0)
    before = descriptors()
    with closed_port("127.0.0.1") as closed:
        fact = await seen(FindResetOrigin(address="127.0.0.1", port=closed))

    assert isinstance(fact, ResetOrigin)
    assert (fact.received_ttl, fact.references) == (None, ())
    assert descriptors() == before


async def test_the_look_never_asks_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of attempts is bounded, whatever comes back."""
    monkeypatch.setattr(reset_origin, "MOST_ATTEMPTS", 3)
    with closed_port("127.0.0.1") as closed:
        fact = await seen(FindResetOrigin(address="127.0.0.1", port=closed))

    assert isinstance(fact, ResetOrigin)
    assert fact.attempts == 3


async def test_the_look_can_be_left_at_once() -> None:
    """Cancelled in the middle, it closes its sockets."""
    before = descriptors()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        task = asyncio.create_task(seen(FindResetOrigin(address="127.0.0.1", port=port)))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert descriptors() == before
