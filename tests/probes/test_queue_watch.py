"""Accept queues on loopback that are full, empty or filled meanwhile, watched here and through a prefix."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import descriptors, listening
from tests.probes.machine import facts_behind, needs_root
from tui.engine.runner import checks_on
from tui.model.facts import AcceptQueue, AnyFact, Listener, NotObserved, Outcome, QueueWatch
from tui.model.requests import WatchQueue
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets import queue_watch, sock_diag
from tui.probes.sockets.queue_watch import counters_of, queues_of
from tui.vantage.queue_watch import queue_lengths

LIMIT = 2
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
everywhere = pytest.mark.parametrize("vantage", [None, "env"])
families = pytest.mark.parametrize("address", ["127.0.0.1", "::1"])


@contextmanager
def full_port(address: str, *, room: int = 0) -> Iterator[int]:
    """A port whose queue is full, up to `room` connections."""
    with ExitStack() as stack:
        server = stack.enter_context(listening(address, backlog=LIMIT))
        for _ in range(LIMIT + 1 - room):
            stack.enter_context(socket.create_connection(server.getsockname()[:2], timeout=5))
        yield server.getsockname()[1]


def facts(request: WatchQueue) -> list[AnyFact]:
    """What the engine is told for the request."""
    seen: list[AnyFact] = []

    async def take() -> None:
        await checks_on(SystemView())(request, seen.append)

    asyncio.run(take())
    return seen


def watched(address: str, port: int, vantage: str | None = None) -> QueueWatch:
    """The one fact of a watch."""
    (fact,) = facts(WatchQueue(address=address, port=port, vantage=vantage))
    assert isinstance(fact, QueueWatch)
    return fact


@everywhere
@families
def test_a_full_queue_is_full_at_every_look_and_drops_what_knocks(address: str, vantage: str | None) -> None:
    """The lengths are above the limit, our attempts stay silent, and the counter of overflows has risen with them."""
    before = descriptors()
    with full_port(address) as port:
        fact = watched(address, port, vantage)

    (queue,) = fact.queues
    assert (queue.limit, set(queue.lengths), queue.always_full) == (LIMIT, {LIMIT + 1}, True)
    assert (queue.listener.address, queue.listener.pid) == (address, os.getpid())
    assert fact.tried is Outcome.TIMEOUT
    assert fact.tried_ms is None
    assert fact.overflows is not None
    assert fact.overflows >= 1
    assert fact.drops is not None
    assert fact.drops >= fact.overflows
    assert fact.somaxconn is not None
    assert descriptors() == before


@everywhere
def test_a_queue_with_room_takes_the_attempt(vantage: str | None) -> None:
    """With room for more than one the attempt meanwhile connects at once, and no look finds the queue full."""
    with full_port("127.0.0.1", room=LIMIT + 1) as port:
        fact = watched("127.0.0.1", port, vantage)

    (queue,) = fact.queues
    assert (queue.ever_full, queue.ever_at_limit, fact.tried) == (False, False, Outcome.CONNECTED)


@everywhere
def test_a_port_without_a_listener_has_no_queue(vantage: str | None) -> None:
    """Where nothing listens there is no queue, and the attempt is refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        fact = watched("127.0.0.1", holder.getsockname()[1], vantage)

    assert (fact.queues, fact.tried) == ((), Outcome.REFUSED)


@needs_root
def test_another_user_sees_the_queue_and_not_its_owner() -> None:
    """Lengths, limit and counters need no privilege; the process behind them does."""
    with full_port("127.0.0.1") as port:
        (fact,) = facts_behind(NOBODY, WatchQueue(address="127.0.0.1", port=port))

    assert isinstance(fact, QueueWatch)
    assert fact.queues[0].always_full
    assert fact.overflows
    assert fact.queues[0].listener.pid is None


def test_a_machine_without_sock_diag_is_not_observed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel's tables may not be read the limit is unknown, and that is said; nothing is left open."""

    def refuse(_port: int) -> list[Listener]:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(sock_diag, "listening_on", refuse)
    before = descriptors()

    (fact,) = facts(WatchQueue(address="127.0.0.1", port=9))

    assert isinstance(fact, NotObserved)
    assert "Operation not permitted" in fact.reason
    assert descriptors() == before


def test_a_far_end_that_fails_is_not_observed() -> None:
    """A prefix that does not work says why."""
    (fact,) = facts(WatchQueue(address="127.0.0.1", port=9, vantage="false"))

    assert isinstance(fact, NotObserved)


async def test_a_watch_can_be_left_at_any_time() -> None:
    """A cancelled watch ends at once, and takes its attempts with it."""
    before = descriptors()
    with full_port("127.0.0.1") as port:
        watch = asyncio.create_task(anext(queue_watch.check(WatchQueue(address="127.0.0.1", port=port), SystemView())))
        await asyncio.sleep(0)
        watch.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watch
    async with asyncio.timeout(10):  # a thread that reads a table at that moment ends its reading
        while descriptors() != before:  # noqa: ASYNC110 -- no event says that a descriptor was closed
            await asyncio.sleep(0.01)


def test_without_ss_the_table_tells_how_many_wait() -> None:
    """The other end's /proc/net/tcp has the lengths and no limit, so nothing is called full."""
    line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000006 00:00000000 00000000     0        0 29705 1 0 100 0 0 10 0\n"
    text = "".join(f"=== tcp{turn}\n{line}=== tcp6{turn}\n" for turn in range(1, 6))

    checks, rise, somaxconn = queue_lengths(f"=== before\n=== somaxconn\n128\n{text}=== after\n", 8080)
    (queue,) = queues_of(checks)

    assert (queue.lengths, queue.limit, queue.ever_full) == ((6, 6, 6, 6, 6), None, False)
    assert (rise, somaxconn) == ((None, None), 128)


def test_workers_with_a_socket_each_have_a_queue_each() -> None:
    """Sockets that share a port are told apart by their inode; one that came later has fewer lengths."""

    def row(inode: int, queue: int) -> Listener:
        return Listener(proto="tcp", address="0.0.0.0", port=80, inode=inode, queue=queue, queue_limit=5)

    found = queues_of([[row(1, 6)], [row(1, 4), row(2, 0)]])

    assert [(one.listener.inode, one.lengths) for one in found] == [(1, (6, 4)), (2, (0,))]
    assert (found[0].ever_full, found[0].always_full) == (True, False)


@pytest.mark.parametrize(
    ("limit", "waiting", "full", "at_limit"), [(0, 0, False, False), (0, 1, True, True), (5, 5, False, True)]
)
def test_the_kernel_takes_one_more_than_the_limit(limit: int, waiting: int, full: bool, at_limit: bool) -> None:
    """A queue is full above its limit, not at it; a limit of 0 takes one connection."""
    listener = Listener(proto="tcp", address="127.0.0.1", port=80, queue=waiting, queue_limit=limit)
    queue = AcceptQueue(listener=listener, lengths=(waiting,))

    assert (queue.ever_full, queue.ever_at_limit) == (full, at_limit)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No answer of another machine breaks the readers."""
    counters_of(text)
    queue_lengths(text, 80)
    queue_lengths(f"=== ss1\n{text}\n=== tcp2\n{text}", 80)
