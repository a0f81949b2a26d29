"""The hops towards a TCP port, by attempts with a rising TTL: an unprivileged traceroute -T. Nothing but SYNs is sent.

Each router is asked once, and once more after a pause if it stayed silent: routers limit their ICMP errors (Linux to
about one a second for each peer, after a short burst), so one silence proves nothing.
"""

import asyncio
import shlex
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from time import perf_counter
from typing import Literal

from tui.model.facts import Hop, NotObserved, Outcome
from tui.model.requests import TraceHops
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.error_queue import queues_tcp_errors
from tui.probes.kernel.failures import is_time_exceeded
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.system_view import SystemView

PACE_S = 0.05
"""Between the starts of two hops."""
WAIT_S = 0.9
"""For one answer: just less than the second after which the kernel sends the SYN again, so each attempt is one packet."""
AGAIN_AFTER_S = 1.1
"""From the first attempt at a router to the second: its limit of one a second is over."""
SILENT_END = 4
"""Silent hops in a row, beyond the last answer, that end the trace."""
MOST_HOPS = 30
"""As traceroute(8); both rounds together then end within 5 s."""

HopOutcome = Literal["time-exceeded", "connected", "refused", "rejected", "unreachable", "silent"]
_OUTCOMES: dict[Outcome, HopOutcome] = {
    Outcome.CONNECTED: "connected",
    Outcome.RESET: "connected",  # and was reset before we noticed the connection
    Outcome.REFUSED: "refused",
    Outcome.REJECTED: "rejected",
    Outcome.UNREACHABLE: "unreachable",
    Outcome.TIMEOUT: "silent",
}


async def check(request: TraceHops, system: SystemView) -> AsyncGenerator[Hop | NotObserved, None]:  # noqa: ARG001 -- a check's signature
    """Yield the hops in ascending TTL, up to the first at which the target, or a box that rejects, answers.

    The trace ends at `max_hops`, or after SILENT_END silent hops. Where our own machine lets nothing out, a
    NotObserved ends it. Takes up to 5 s. Raises ValueError if the address is not one.
    """
    if not queues_tcp_errors():
        reason = "This kernel does not say who sent an ICMP error."
        yield NotObserved(request=request, reason=reason, remedy="Linux 5.8 or later")
        return
    async with aclosing(_Trace(request).hops()) as hops:
        async for hop in hops:
            yield hop


class _Trace:
    """What is known of the hops so far. TTLs count from 1."""

    def __init__(self, request: TraceHops) -> None:
        self._request = request
        self._end = min(max(request.max_hops, 1), MOST_HOPS)
        """The lowest TTL at which anything but a router on the way answered, or the highest that is asked."""
        self._hops: dict[int, Hop | NotObserved] = {}
        self._open = set(range(1, self._end + 1))
        """The TTLs that may still bring something new."""
        self._asked_at: dict[int, float] = {}
        self._yielded = 0
        """The highest TTL whose hop was yielded."""

    async def hops(self) -> AsyncGenerator[Hop | NotObserved, None]:
        """Ask all, then the silent ones again; yield each hop when it and all before it are settled."""
        async with aclosing(self._ask(sorted(self._open))) as asked:
            async for ttl in asked:
                if not _is_silent(self._hops[ttl]):
                    self._open.discard(ttl)
                for hop in self._settled():
                    yield hop
        answered = [ttl for ttl, hop in self._hops.items() if not _is_silent(hop)]
        self._end = min(self._end, max(answered, default=0) + SILENT_END)
        async with aclosing(self._ask(sorted(ttl for ttl in self._open if ttl <= self._end))) as asked:
            async for ttl in asked:
                self._open.discard(ttl)
                for hop in self._settled():
                    yield hop

    def _settled(self) -> Iterator[Hop | NotObserved]:
        while self._yielded < self._end and self._yielded + 1 not in self._open:
            self._yielded += 1
            yield self._hops[self._yielded]

    async def _ask(self, ttls: list[int]) -> AsyncGenerator[int, None]:
        """Ask these hops, PACE_S apart, and yield each TTL as its attempt ends; those beyond the end are given up."""
        start = perf_counter()
        attempts = {
            asyncio.create_task(self._once(ttl, max(start + index * PACE_S, self._asked_at.get(ttl, 0.0) + AGAIN_AFTER_S))): ttl
            for index, ttl in enumerate(ttls)
        }
        pending = set(attempts)
        try:
            while pending:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for attempt in sorted(done, key=attempts.__getitem__):
                    if attempts[attempt] <= self._end:
                        self._take(attempts[attempt], attempt.result())
                        yield attempts[attempt]
                pending = {attempt for attempt in pending if attempts[attempt] <= self._end}
        finally:
            for attempt in attempts:
                attempt.cancel()
            await asyncio.gather(*attempts, return_exceptions=True)

    def _take(self, ttl: int, hop: Hop | NotObserved) -> None:
        self._hops[ttl] = hop
        if isinstance(hop, NotObserved) or hop.outcome not in {"time-exceeded", "silent"}:
            self._end = ttl

    async def _once(self, ttl: int, moment: float) -> Hop | NotObserved:
        await asyncio.sleep(max(moment - perf_counter(), 0))
        self._asked_at[ttl] = perf_counter()
        at, request = now(), self._request
        async with handshake(request.address, request.port, timeout_s=WAIT_S, ttl=ttl) as ended:
            pass
        if ended.outcome is Outcome.BLOCKED:
            reason = f"This machine did not send the attempt with TTL {ttl} ({ended.errno})."
            return NotObserved(request=request, reason=reason)
        outcome: HopOutcome = "time-exceeded" if is_time_exceeded(ended.icmp) else _OUTCOMES[ended.outcome]
        silent = outcome == "silent"
        return Hop(
            at=at,
            command=safe_text(shlex.join(["traceroute", "-n", "-T", "-p", str(request.port), request.address])),
            address=request.address,
            port=request.port,
            ttl=ttl,
            sender=None if silent else ended.icmp.sender if ended.icmp else request.address,
            outcome=outcome,
            rtt_ms=None if silent else ended.latency_ms,
        )


def _is_silent(hop: Hop | NotObserved) -> bool:
    return isinstance(hop, Hop) and hop.outcome == "silent"
