"""Finding a TTL in few attempts: the highest limit that an answer passes, the lowest outgoing one that brings an answer.

Law: an answer proves something, a silence may be a lost packet; so the caller repeats attempts without an answer.
"""

from collections.abc import Awaitable, Callable

from tui.model.facts.reset_origin import INITIAL_TTLS

Ask = Callable[[int], Awaitable[bool]]
"""Whether an answer comes with this TTL."""

FARTHEST = 40
"""Hops; hardly any path is longer, and traceroute(8) ends at 30."""
_ABOVE = tuple(value + 1 for value in INITIAL_TTLS)
"""No answer arrives with more than it started with, so these limits separate one initial value from the next."""
_FAR_BELOW = tuple(value - 31 for value in INITIAL_TTLS)
"""Hardly any answer has lost more."""
_HIGHEST = 255


async def highest_passed(ask: Ask, guess: int | None = None) -> int:
    """The highest limit that the answer passes, which is the TTL that it arrives with; it is known to pass 1.

    Where `guess` is right, two attempts are enough; else about eight.
    """
    passed, failed = 1, _HIGHEST + 1
    near = [] if guess is None else [guess + 1, guess]
    for limit in (*near, *_ABOVE, *_FAR_BELOW):
        if passed < limit < failed:
            passed, failed = (limit, failed) if await ask(limit) else (passed, limit)
    while failed - passed > 1:
        limit = (passed + failed) // 2
        passed, failed = (limit, failed) if await ask(limit) else (passed, limit)
    return passed


async def lowest_reaching(ask: Ask, guess: int | None = None) -> int | None:
    """The lowest outgoing TTL that brings the answer; None where none up to FARTHEST does.

    Where `guess` is right, two attempts are enough.
    """
    short, enough = 0, FARTHEST + 1
    ttl, step = min(guess or 1, FARTHEST), 1
    while short < ttl < enough:  # from the guess upwards, in growing steps
        if await ask(ttl):
            enough = ttl
        else:
            short, ttl, step = ttl, min(ttl + step, FARTHEST), step * 2
    if enough - 1 > short and await ask(enough - 1):
        enough -= 1
    else:
        short = max(short, enough - 1)
    while enough - short > 1:
        ttl = (short + enough) // 2
        short, enough = (short, ttl) if await ask(ttl) else (ttl, enough)
    return enough if enough <= FARTHEST else None
