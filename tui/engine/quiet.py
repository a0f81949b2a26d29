"""Says that the first attempt of a schedule has had no answer for a moment, so that other checks need not wait for its end.

Law: nothing is concluded from it. It only lets what an attempt without an answer would ask for anyway start sooner.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.model.facts import Quiet, TcpAttempt
from tui.model.requests import Connect

QUIET_AFTER_S = 1.1
"""By then the SYN was sent again (after a second) and had a tenth of a second for its answer. A box that rejects, but had
spent its ICMP errors, has got another one by then (Linux: one a second); so checks that start now, and may bring rejections
of their own, take none from this attempt."""


async def with_quiet(request: Connect, schedule: AsyncGenerator[TcpAttempt, None]) -> AsyncGenerator[TcpAttempt | Quiet, None]:
    """Yield what `schedule` yields, and before it a Quiet where its first attempt, on the target, takes QUIET_AFTER_S."""
    async with aclosing(schedule):
        if request.purpose == "target":
            first = asyncio.ensure_future(anext(schedule))
            try:
                await asyncio.wait({first}, timeout=QUIET_AFTER_S)
                if not first.done():
                    yield Quiet(address=request.address, port=request.port, waited_ms=QUIET_AFTER_S * 1000)
                yield await first
            finally:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)
        async for attempt in schedule:
            yield attempt
