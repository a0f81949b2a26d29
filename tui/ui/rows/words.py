"""Times on the clock and in words, and how the outcome of an attempt looks."""

from datetime import UTC, datetime

from tui.model.facts import Attempt, Outcome
from tui.ui.rows.text import Tone

MINUTE, HOUR = 60, 3600

_TONES = {Outcome.CONNECTED: Tone.GOOD, Outcome.SILENT: Tone.WARN, Outcome.TIMEOUT: Tone.WARN}


def lasted(seconds: float) -> str:
    """A duration in words: `8 s`, `4 min 12 s`, `2 h 5 min`."""
    whole = max(round(seconds), 0)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def clock(seconds: float) -> str:
    """Elapsed time as a clock shows it: `00:07`, `1:02:03`."""
    whole = max(int(seconds), 0)
    minutes = f"{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
    return f"{whole // HOUR}:{minutes}" if whole >= HOUR else minutes


def moment(at: str) -> datetime | None:
    """A time from the record (UTC, RFC 3339); None if it is not one."""
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def time_of_day(at: str) -> str:
    """A time from the record as the local time of day: `11:02:03`."""
    time = moment(at)
    return f"{time.astimezone():%H:%M:%S}" if time else "--:--:--"


def outcome_tone(attempt: Attempt) -> Tone:
    """The tone of an outcome: good only if it connected."""
    return _TONES.get(attempt.outcome, Tone.BAD)
