"""Outcomes, times and lists in plain words, the same in every report."""

from collections.abc import Sequence

from tui.model.facts import Attempt, Outcome

TENTHS_BELOW_MS = 10.0
"""From here on a tenth of a millisecond says nothing."""
SECONDS_FROM_MS = 1000.0
MOST_NAMED = 4
"""More things than this are counted, not listed."""

_AFTER_CONNECTING = {
    Outcome.CONNECTED: "connected",
    Outcome.RESET: "connected, then reset",
    Outcome.CLOSED: "connected, then closed at once",
    Outcome.SILENT: "connected, then silence",
    Outcome.NAME_ERROR: "the name gives no address",
}


def outcome_words(attempt: Attempt) -> str:
    """How an attempt ended, and who said so."""
    icmp = attempt.icmp
    said = f" by {icmp.sender} (ICMP {icmp.meaning})" if icmp else ""
    match attempt.outcome:
        case Outcome.REFUSED if icmp:
            return f"rejected{said}"
        case Outcome.REFUSED:
            return "refused by a reset" if attempt.error_queue == "empty" else "refused"
        case Outcome.REJECTED:
            return f"rejected{said}"
        case Outcome.UNREACHABLE:
            return f"reported unreachable{said}" if icmp else "unreachable"
        case Outcome.TIMEOUT:
            return "no answer"
        case Outcome.BLOCKED:
            return f"not allowed by this machine ({attempt.errno})" if attempt.errno else "not allowed by this machine"
        case other:
            return _AFTER_CONNECTING[other]


def took(milliseconds: float) -> str:
    """A duration: `0.4 ms`, `12 ms`, `3.5 s`."""
    if milliseconds >= SECONDS_FROM_MS:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms" if milliseconds < TENTHS_BELOW_MS else f"{milliseconds:.0f} ms"


def listed(items: Sequence[str]) -> str:
    """`a, b`, and of many the first few and how many more."""
    rest = len(items) - MOST_NAMED
    return ", ".join(items[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
