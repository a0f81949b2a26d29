"""Says that a first attempt or talk has had no answer for a moment, so that other checks need not wait for its end.

Law: nothing is concluded from it. It only lets what an attempt or a talk without an answer would ask for anyway start sooner.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from tui.model.facts import Fact, Quiet
from tui.model.requests import AnyRequest, Connect, TalkTo

F = TypeVar("F", bound=Fact)

QUIET_AFTER_S = 1.1
"""By then the SYN was sent again (after a second) and had a tenth of a second for its answer. A box that rejects, but had
spent its ICMP errors, has got another one by then (Linux: one a second); so checks that start now, and may bring rejections
of their own, take none from this attempt."""
TALK_QUIET_AFTER_S = 2.5
"""Nearly every service that is well has answered by then; one that is slow is left alone until then."""


async def with_quiet(request: AnyRequest, facts: AsyncGenerator[F, None]) -> AsyncGenerator[F | Quiet, None]:
    """Yield what `facts` yields, and before it a Quiet where the first takes long and others may want to know of it."""
    async with aclosing(facts):
        quiet = _quiet(request)
        if quiet:
            first = asyncio.ensure_future(anext(facts))
            try:
                await asyncio.wait({first}, timeout=quiet.waited_ms / 1000)
                if not first.done():
                    yield quiet
                yield await first
            finally:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)
        async for fact in facts:
            yield fact


def _quiet(request: AnyRequest) -> Quiet | None:
    """What is to be said of a request that takes long; None where no check waits for its end."""
    if isinstance(request, Connect) and request.purpose == "target":
        return Quiet(address=request.address, port=request.port, waited_ms=QUIET_AFTER_S * 1000)
    if isinstance(request, TalkTo) and request.wait_s > TALK_QUIET_AFTER_S:
        return Quiet(address=request.address, port=request.port, waited_ms=TALK_QUIET_AFTER_S * 1000, protocol=request.protocol)
    return None
