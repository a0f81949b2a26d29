"""What the answer times tell: a lost packet, a host or path under load. Signs beside the verdict, never a cause.

Linux sends a SYN again after a second, and then at growing distances (RFC 6298); so an answer that comes a second or more
after the call is one to a repeated packet. A full accept queue drops SYNs, and so does a path that loses packets.
"""

from collections.abc import Iterator

from msgspec import Struct

from tui.diagnosis.readings import hosts, outcomes
from tui.model.case import Case, remembered
from tui.model.facts import AnyFact, Attempt, Echo, Hop, Outcome, TcpAttempt

SLOW_TIMES = 10.0
"""This many times the fastest answer of the session is out of the ordinary, ..."""
SLOW_MS = 50.0
"""... and so much more than it: below that, it may be this machine's own scheduling."""
_ANSWERED = frozenset({Outcome.CONNECTED, Outcome.CLOSED, Outcome.RESET, Outcome.SILENT, Outcome.REFUSED})


class Sign(Struct, frozen=True):
    """One sentence, and the ids of the facts that it rests on."""

    text: str
    evidence: tuple[str, ...]


def signs(case: Case) -> Iterator[Sign]:
    """What the latencies of the attempts say, address by address."""
    for address in outcomes.latest(case):
        answered = [attempt for attempt in outcomes.attempts(case, address) if _is_answered(attempt)]
        again = [attempt for attempt in answered if was_sent_again(attempt)]
        if again:
            yield _sent_again(case, address, again)
        late = [attempt for attempt in answered if is_late(case, attempt) and attempt not in again]
        if late:
            yield _late(case, address, late)
        if answered and not again:
            yield from _behind_the_last_hop(case, address, answered)


def was_sent_again(attempt: Attempt) -> bool:
    """Whether its answer was one to a SYN that had to be repeated."""
    return isinstance(attempt, TcpAttempt) and _is_answered(attempt) and bool(attempt.retransmits)


def is_late(case: Case, attempt: TcpAttempt) -> bool:
    """Whether its answer took far longer than the fastest of the same host in this session."""
    base = baseline_ms(case, attempt.address)
    return _is_answered(attempt) and base is not None and attempt.latency_ms >= max(base * SLOW_TIMES, base + SLOW_MS)


@remembered
def baseline_ms(case: Case, address: str) -> float | None:
    """The fastest answer of the host in this session: to an attempt, or to an echo."""
    times = [attempt.latency_ms for attempt in outcomes.attempts(case, address) if _is_answered(attempt)]
    times += [rtt for echo in _echoes(case, address) for rtt in echo.rtt_ms]
    return min(times, default=None)


def _is_answered(attempt: TcpAttempt) -> bool:
    """Whether TCP answered over there, in its own time. An ICMP error comes late where its sender limits their rate."""
    return attempt.outcome in _ANSWERED and attempt.icmp is None


def _echoes(case: Case, address: str) -> list[Echo]:
    return [echo for echo in case.all(Echo) if echo.address == address]


def _sent_again(case: Case, address: str, again: list[TcpAttempt]) -> Sign:
    longest = max(again, key=lambda attempt: attempt.latency_ms)
    echo = next((sent for sent in reversed(_echoes(case, address)) if sent.sent), None)
    hint = ""
    if echo and 0 < echo.received < echo.sent:
        hint = f" {echo.sent - echo.received} of {echo.sent} echoes were lost too, which points to the path."
    elif echo and echo.received == echo.sent:
        hint = f" All {echo.sent} echoes came back, which points to the server."
    which = f"{_attempts(again)} to {address} got an answer only after {_time(longest.latency_ms)}"
    return Sign(
        f"{which}: the first SYN, or the answer to it, was lost and sent again. "
        f"A path that loses packets does that, and a loaded server whose accept queue is full.{hint}",
        outcomes.ids(*again, echo),
    )


def _late(case: Case, address: str, late: list[TcpAttempt]) -> Sign:
    longest = max(late, key=lambda attempt: attempt.latency_ms)
    base, fastest = baseline_ms(case, address) or 0.0, _fastest(case, address)
    return Sign(
        f"{_attempts(late)} to {address} got an answer only after {_time(longest.latency_ms)}, the fastest after {_time(base)}: "
        "the host, or a link on the way, is busy at times.",
        outcomes.ids(*late, fastest),
    )


def _fastest(case: Case, address: str) -> AnyFact | None:
    base = baseline_ms(case, address)
    known: list[TcpAttempt | Echo] = [*outcomes.attempts(case, address), *_echoes(case, address)]
    return next(
        (answer for answer in known if base in (answer.rtt_ms if isinstance(answer, Echo) else (answer.latency_ms,))), None
    )


def _behind_the_last_hop(case: Case, address: str, answered: list[TcpAttempt]) -> Iterator[Sign]:
    """That even the fastest answer takes far longer than that of the last router before the host."""
    best = min(answered, key=lambda attempt: attempt.latency_ms)
    last = _last_router(case, address)
    base = baseline_ms(case, address)
    if last is None or last.rtt_ms is None or base is None:
        return
    if base >= max(last.rtt_ms * SLOW_TIMES, last.rtt_ms + SLOW_MS):
        yield Sign(
            f"Even the fastest answer of {address} took {_time(base)}, that of {last.sender}, the last router before it, "
            f"{_time(last.rtt_ms)}: the time goes behind that router, on a link or in the host.",
            outcomes.ids(best, last),
        )


def _last_router(case: Case, address: str) -> Hop | None:
    return next(reversed(hosts.trail(case, address)), None)


def _attempts(some: list[TcpAttempt]) -> str:
    numbers = [str(attempt.number) for attempt in some]
    return f"Attempt {numbers[0]}" if len(numbers) == 1 else f"Attempts {outcomes.joined(numbers)}"


def _time(milliseconds: float) -> str:
    """`0.4 ms`, `120 ms`, `1.0 s`."""
    if milliseconds >= 1000:  # noqa: PLR2004 -- a second
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"  # noqa: PLR2004 -- a tenth says nothing above
