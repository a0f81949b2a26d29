"""Which device sends the resets for a port: two measurements that need no privilege. Nothing but SYNs and echoes is sent.

The TTL with which a reset arrives is found by IP_MINTTL (IPV6_MINHOPCOUNT): the kernel discards what arrives with less
than the limit before it acts on it, so a reset that gets through limit k and not k + 1 arrived with k. The smallest
outgoing TTL at which it still comes is found by IP_TTL. The same is measured for an echo, and for a port that accepts.

Packets go out one after the other in each of at most three series, so that a router is asked for two or three ICMP
errors in all: fewer than the burst that it allows one peer (Linux: six). Attempts without an answer are repeated once.
"""

import asyncio
import shlex
from collections.abc import AsyncGenerator
from functools import partial
from typing import Literal

from msgspec.structs import replace

from tui.model.facts import Echo, NotObserved, Outcome, ResetOrigin
from tui.model.facts.reset_origin import Reference, initial_ttl
from tui.model.requests import FindResetOrigin
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.error_queue import queues_tcp_errors
from tui.probes.kernel.failures import is_time_exceeded
from tui.probes.kernel.handshake import Handshake, handshake
from tui.probes.kernel.kernel_counters import discarded_for_ttl
from tui.probes.kernel.system_view import SystemView
from tui.probes.path.echo import one_echo
from tui.probes.path.ttl_search import highest_passed, lowest_reaching

LONGEST_S = 1.4
"""For everything; what is not known by then stays unknown. On a path of some milliseconds it takes 0.3 s."""
FIRST_WAIT_S = 0.9
"""For the first answer, which sets the wait for the others: less than the second after which a SYN is sent again."""
SHORTEST_WAIT_S = 0.04
LONGEST_WAIT_S = 0.4
ROUND_TRIPS = 4
"""We wait this many times the first answer's time for the others, and SHORTEST_WAIT_S more: a queue on the way may grow."""
PROGRAM_S = 0.15
"""Extra time for the program ping: it has to be started, and waits a second for each answer."""
TRIES = 2
"""A silence may be a lost packet; two in a row hardly are."""
MOST_ATTEMPTS = 40
"""A bound for all attempts, far above the ten to twenty-five that are needed."""


async def check(request: FindResetOrigin, system: SystemView) -> AsyncGenerator[ResetOrigin | NotObserved, None]:
    """Yield what could be measured, or why nothing could be. Takes up to LONGEST_S and FIRST_WAIT_S.

    Raises ValueError if the address is not one.
    """
    if not queues_tcp_errors():
        yield NotObserved(
            request=request,
            reason="This kernel does not distinguish a reset from an ICMP error.",
            remedy="Linux 5.8 or later",
        )
        return
    yield await _Measurement(request, system).take()


class _Series:
    """Packets of one kind towards the address: those to its port, to a port that accepts, or echoes."""

    def __init__(self) -> None:
        self.received_ttl: int | None = None
        self.smallest_ttl: int | None = None
        self.hops: dict[int, str] = {}

    @property
    def trail(self) -> tuple[tuple[int, str], ...]:
        """Which TTL brought `time exceeded`, and from whom."""
        return tuple(sorted(self.hops.items()))


class _Measurement:
    """One check under way."""

    def __init__(self, request: FindResetOrigin, system: SystemView) -> None:
        self._request = request
        self._environ = system.environ
        self._attempts = 0
        self._wait_s = LONGEST_WAIT_S
        self._resets, self._echoes, self._accepts = _Series(), _Series(), _Series()

    async def take(self) -> ResetOrigin | NotObserved:
        """Measure everything."""
        request, at, before = self._request, now(), discarded_for_ttl()
        first = await self._connect(request.port, timeout_s=FIRST_WAIT_S)
        if not _is_reset(first):
            reason = f"This time the port did not answer with a reset ({first.errno or first.outcome})."
            return NotObserved(request=request, reason=reason)
        self._wait_s = min(first.latency_ms / 1000 * ROUND_TRIPS + SHORTEST_WAIT_S, LONGEST_WAIT_S)
        try:
            async with asyncio.timeout(LONGEST_S):
                await self._measure()
        except* TimeoutError:  # alone, or in the group of a series that has made its last attempt
            pass
        after = discarded_for_ttl()
        return ResetOrigin(
            at=at,
            command=safe_text(shlex.join(["traceroute", "-n", "-T", "-p", str(request.port), request.address])),
            address=request.address,
            port=request.port,
            received_ttl=self._resets.received_ttl,
            smallest_ttl=self._resets.smallest_ttl,
            hops=self._resets.trail,
            references=self._references(),
            latency_ms=first.latency_ms,
            discarded=None if before is None or after is None else after - before,
            attempts=self._attempts,
        )

    async def _measure(self) -> None:
        echo = await self._echo(None)
        self._echoes.received_ttl = echo.ttl
        guess = echo.ttl and initial_ttl(echo.ttl) - echo.ttl + 1
        async with asyncio.TaskGroup() as series:
            series.create_task(self._by_limit(echo.ttl))
            series.create_task(self._by_hops(guess))
            if echo.ttl is not None:
                series.create_task(self._by_echoes(guess))
        await self._name_the_hop()

    async def _by_limit(self, guess: int | None) -> None:
        """Find the TTL with which answers arrive. One port after the other: they share the counter of discarded answers."""
        self._resets.received_ttl = await highest_passed(partial(self._passes, self._request.port), guess)
        if (port := self._request.reference_port) is not None and await self._passes(port, 1):
            self._accepts.received_ttl = await highest_passed(partial(self._passes, port), guess)

    async def _by_hops(self, guess: int | None) -> None:
        """Find the smallest outgoing TTL that brings an answer."""
        self._resets.smallest_ttl = await lowest_reaching(partial(self._reaches, self._request.port, self._resets), guess)
        if (port := self._request.reference_port) is not None:
            self._accepts.smallest_ttl = await lowest_reaching(partial(self._reaches, port, self._accepts), guess)

    async def _by_echoes(self, guess: int | None) -> None:
        self._echoes.smallest_ttl = await lowest_reaching(self._echo_reaches, guess)

    async def _name_the_hop(self) -> None:
        """Ask who is at the distance that the resets come from, where that is nearer than what else answers."""
        received = self._resets.received_ttl
        others = [series for series in (self._echoes, self._accepts) if series.received_ttl is not None]
        if received is None or not others or any(received <= (series.received_ttl or 0) for series in others):
            return
        hop = initial_ttl(received) - received + 1
        if hop in self._resets.hops or any(hop in series.hops for series in others):
            return
        if others[0] is self._echoes:
            await self._echo_reaches(hop)
        elif (port := self._request.reference_port) is not None:
            await self._reaches(port, self._accepts, hop)

    async def _passes(self, port: int, limit: int) -> bool:
        """Whether the port's answer arrives with a TTL of at least `limit`."""
        for _ in range(TRIES):
            before = discarded_for_ttl()
            if _answers(await self._connect(port, min_ttl=limit)):
                return True
            after = discarded_for_ttl()
            if before is not None and after is not None and after > before:
                return False
        return False

    async def _reaches(self, port: int, series: _Series, ttl: int) -> bool:
        """Whether a packet with this outgoing TTL brings the port's answer."""
        for _ in range(TRIES):
            ended = await self._connect(port, ttl=ttl)
            if ended.icmp is not None and is_time_exceeded(ended.icmp):
                series.hops[ttl] = ended.icmp.sender
            if ended.outcome is not Outcome.TIMEOUT:
                return _answers(ended)
        return False

    async def _echo_reaches(self, ttl: int) -> bool:
        for _ in range(TRIES):
            echo = await self._echo(ttl)
            if echo.icmp is not None and is_time_exceeded(echo.icmp):
                self._echoes.hops[ttl] = echo.icmp.sender
            if echo.received or echo.icmp or echo.error:
                return bool(echo.received)
        return False

    async def _echo(self, ttl: int | None) -> Echo:
        address = self._request.address
        silence = Echo(address=address, sent=1, received=0)
        try:
            async with asyncio.timeout(self._wait_s + PROGRAM_S):
                echo = await one_echo(address, wait_s=self._wait_s, environ=self._environ, ttl=ttl)
        except TimeoutError:
            return silence
        return echo if isinstance(echo, Echo) else replace(silence, error=echo.reason)

    async def _connect(
        self, port: int, *, timeout_s: float | None = None, ttl: int | None = None, min_ttl: int | None = None
    ) -> Handshake:
        if self._attempts >= MOST_ATTEMPTS:
            raise TimeoutError
        self._attempts += 1
        wait_s = self._wait_s if timeout_s is None else timeout_s
        async with handshake(self._request.address, port, timeout_s=wait_s, ttl=ttl, min_ttl=min_ttl) as ended:
            return ended

    def _references(self) -> tuple[Reference, ...]:
        echoes, accepts, port = self._echoes, self._accepts, self._request.reference_port
        references = []
        if echoes.received_ttl is not None:
            references.append(_reference("echo", None, echoes))
        if port is not None and (accepts.received_ttl, accepts.smallest_ttl) != (None, None):
            references.append(_reference("syn-ack", port, accepts))
        return tuple(references)


def _reference(kind: Literal["syn-ack", "echo"], port: int | None, series: _Series) -> Reference:
    return Reference(kind=kind, port=port, received_ttl=series.received_ttl, smallest_ttl=series.smallest_ttl, hops=series.trail)


def _is_reset(ended: Handshake) -> bool:
    return ended.outcome is Outcome.REFUSED and ended.icmp is None and ended.error_queue == "empty"


def _answers(ended: Handshake) -> bool:
    """Whether it is an answer of TCP: a reset, or a SYN-ACK."""
    return _is_reset(ended) or ended.outcome in {Outcome.CONNECTED, Outcome.RESET}
