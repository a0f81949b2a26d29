"""Times on the clock and in words, and how the outcome of an attempt looks."""

from datetime import UTC, datetime

from tui.model.address import endpoint
from tui.model.facts import Attempt, Outcome
from tui.report.words import outcome_words
from tui.ui.rows.text import Tone

MINUTE, HOUR = 60, 3600

_TONES = {Outcome.CONNECTED: Tone.GOOD, Outcome.SILENT: Tone.WARN, Outcome.TIMEOUT: Tone.WARN}


def lasted(seconds: float) -> str:
    """A longer time in words: `8 s`, `4 min 12 s`, `2 h 5 min`."""
    whole = max(round(seconds), 0)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def clock(seconds: float) -> str:
    """An elapsed time as on a clock: `00:07`, `1:02:03`."""
    whole = max(int(seconds), 0)
    minutes = f"{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
    return f"{whole // HOUR}:{minutes}" if whole >= HOUR else minutes


def moment(at: str) -> datetime | None:
    """A time of the record (UTC, RFC 3339); None where there is none."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def time_of_day(at: str) -> str:
    """A time of the record on the wall clock here: `11:02:03`."""
    found = moment(at)
    return f"{found.astimezone():%H:%M:%S}" if found else "--:--:--"


def outcome_in_short(attempt: Attempt) -> str:
    """How an attempt ended, for a narrow column."""
    bare_reset = attempt.outcome is Outcome.REFUSED and attempt.icmp is None and attempt.error_queue == "empty"
    return "refused by reset" if bare_reset else outcome_words(attempt)


def outcome_tone(attempt: Attempt) -> Tone:
    """How the outcome looks: good only where it connected."""
    return _TONES.get(attempt.outcome, Tone.BAD)


def tried(attempt: Attempt) -> str:
    """What the attempt was on: `10.0.3.9:5432` or the path of a socket."""
    return attempt.path or endpoint(attempt.address, attempt.port)
