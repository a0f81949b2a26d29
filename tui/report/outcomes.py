"""Outcomes in plain words, the same in every report and on the screen."""

from collections.abc import Iterable
from typing import NamedTuple

from tui.model.facts import Attempt, Outcome, TcpAttempt


class OutcomeWords(NamedTuple):
    """The words for one outcome."""

    target: str
    """How the target answers as a whole: what follows `fails:`."""
    attempt: str
    """How one attempt ended, where nothing more is known of it."""
    short: str
    """The fewest words that tell it from the others, for a legend."""


OUTCOME_WORDS = {
    Outcome.CONNECTED: OutcomeWords("connected", "connected", "connected"),
    Outcome.REFUSED: OutcomeWords("refused", "refused", "refused"),
    Outcome.REJECTED: OutcomeWords("rejected by a packet filter", "rejected", "rejected"),
    Outcome.UNREACHABLE: OutcomeWords("reported unreachable", "unreachable", "unreachable"),
    Outcome.TIMEOUT: OutcomeWords("no answer", "no answer", "timeout"),
    Outcome.BLOCKED: OutcomeWords("stopped on this machine", "stopped on this machine", "blocked"),
    Outcome.RESET: OutcomeWords("reset after it connects", "connected, then reset", "reset"),
    Outcome.CLOSED: OutcomeWords("closed right after it connects", "connected, then closed at once", "closed at once"),
    Outcome.SILENT: OutcomeWords("it connects and then stays silent", "connected, then silence", "silent"),
    Outcome.NAME_ERROR: OutcomeWords("its name gives no address", "the name gives no address", "no address"),
    Outcome.PENDING: OutcomeWords("no attempt has ended", "not ended yet", "pending"),
}

BLOCKED_WORDS = {
    "EPERM": "not allowed by this machine",
    "EACCES": "not allowed by this machine",
    "ENOENT": "there is no such file",
    "ENOTDIR": "there is no such file",
    "ELOOP": "its path leads nowhere",
    "EPROTOTYPE": "the socket is of another kind",
    "ENETUNREACH": "this machine has no way there",
    "EHOSTUNREACH": "this machine has no way there",
    "EADDRNOTAVAIL": "this machine has no address or port for it",
    "EAFNOSUPPORT": "this machine has no such addresses",
    "EMFILE": "too many files are open",
    "ENFILE": "too many files are open",
}
"""What stopped a connect here, before anything was sent, by the error (connect(2), unix(7))."""


def target_words(outcome: Outcome, attempts: Iterable[Attempt]) -> str:
    """How the target answers as a whole; where this machine stopped it, by what, if that was always the same."""
    stops = {BLOCKED_WORDS.get(attempt.errno or "") for attempt in attempts if attempt.outcome is Outcome.BLOCKED}
    only = stops.pop() if outcome is Outcome.BLOCKED and len(stops) == 1 else None
    return only or OUTCOME_WORDS[outcome].target


def outcome_words(attempt: Attempt) -> str:
    """How an attempt ended, and who said so."""
    words = OUTCOME_WORDS[attempt.outcome].attempt
    icmp = attempt.icmp if isinstance(attempt, TcpAttempt) else None
    sender = f" by {icmp.sender} (ICMP {icmp.meaning})" if icmp else ""
    match attempt.outcome:
        case Outcome.REFUSED if icmp:
            return f"{OUTCOME_WORDS[Outcome.REJECTED].attempt}{sender}"
        case Outcome.REFUSED if _is_reset(attempt):
            return f"{words} by a reset"
        case Outcome.REJECTED:
            return f"{words}{sender}"
        case Outcome.UNREACHABLE if icmp:
            return f"reported {words}{sender}"
        case Outcome.BLOCKED if attempt.errno:
            return f"{BLOCKED_WORDS.get(attempt.errno, words)} ({attempt.errno})"
        case _:
            return words


def outcome_in_short(attempt: Attempt) -> str:
    """How an attempt ended, for a narrow column."""
    return "refused by reset" if attempt.outcome is Outcome.REFUSED and _is_reset(attempt) else outcome_words(attempt)


def _is_reset(attempt: Attempt) -> bool:
    """Whether a refusal is known to be a reset: the kernel queues ICMP errors, and there was none."""
    return isinstance(attempt, TcpAttempt) and attempt.icmp is None and attempt.error_queue == "empty"
