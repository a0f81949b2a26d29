"""The schedule of attempts: how often, how long apart, and when another one would show nothing new.

The wait counts from the end of one attempt to the start of the next. No clock and no socket here: the attempt, the
sleep and the chance are given.
"""

import asyncio
import random as chance
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from msgspec.structs import replace

from tui.model.facts import Attempt, Outcome, TcpAttempt
from tui.model.requests import Connect, ConnectUnix

A = TypeVar("A", bound=Attempt)

STAYS_SO = 3
"""Attempts in a row that must connect, after a failed one, before the target counts as steady: one more than luck explains."""
STAYS_SO_EVERY_S = 1.0
"""The longest wait between the attempts that are added for it."""
LONGEST_GROWN_S = 300.0
"""Where the growth of the delay ends: beyond five minutes a person tries again by hand."""

_PASSING = frozenset({"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EAGAIN"})
"""Shortages on this machine, over as soon as something else lets go."""
_UNIX_PASSING = frozenset({"ENOENT"})
"""A service that starts makes its socket."""


async def repeat(
    request: Connect | ConnectUnix,
    attempt: Callable[[int], Awaitable[A]],
    *,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    random: Callable[[], float] = chance.random,
) -> AsyncGenerator[A, None]:
    """Yield up to `request.attempts` attempts, each with its number, their number, and the wait until the next.

    Where the last of them connects after an earlier one had failed, up to two are added, to see whether it stays so.
    Ends early, with `stopped` in words, where another attempt would end the same. `random` gives 0.0 to 1.0.
    """
    planned = max(request.attempts, 1)
    delay_s = request.delay_s
    failed_before = False
    connected_in_a_row = 0
    number = 0
    while number < planned:
        number += 1
        result = await attempt(number)
        connected = result.outcome is Outcome.CONNECTED
        failed_before |= not connected
        connected_in_a_row = connected_in_a_row + 1 if connected else 0
        if number == planned <= request.attempts and connected and failed_before:
            planned += max(STAYS_SO - connected_in_a_row, 0)
        stopped = _stopped(result, request, number=number, planned=planned)
        wait_s = None
        if number < planned and not stopped:
            added = number >= request.attempts
            wait_s = min(request.delay_s, STAYS_SO_EVERY_S) if added else delay_s + random() * request.jitter_s
        yield replace(result, number=number, total=planned, next_in_s=wait_s, stopped=stopped)
        if wait_s is None:
            return
        await sleep(wait_s)
        delay_s = min(delay_s * request.backoff, max(request.delay_s, LONGEST_GROWN_S))


def _stopped(attempt: Attempt, request: Connect | ConnectUnix, *, number: int, planned: int) -> str | None:
    """Why no attempt follows although more were planned; None where one follows, or none was planned."""
    if number >= planned:
        return None
    if number > request.attempts and attempt.outcome is not Outcome.CONNECTED:
        return "It did not stay connected, so no further attempt is needed."
    if attempt.outcome is Outcome.BLOCKED and not _passes(attempt):
        return f"This machine itself does not allow it ({attempt.errno}), so another attempt would end the same."
    return None


def _passes(attempt: Attempt) -> bool:
    """Whether what blocked the attempt may be over by the next one."""
    if isinstance(attempt, TcpAttempt):
        out_of_ports = attempt.errno == "EADDRNOTAVAIL" and attempt.source is None
        return attempt.errno in _PASSING or out_of_ports
    return attempt.errno in _PASSING | _UNIX_PASSING
