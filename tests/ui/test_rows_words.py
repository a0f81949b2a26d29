"""Times, durations and outcomes in words."""

import pytest

from tui.model.facts import Outcome, TcpAttempt
from tui.ui.rows.text import Tone
from tui.ui.rows.words import clock, lasted, moment, outcome_tone, time_of_day


@pytest.mark.parametrize(("seconds", "words"), [(8.2, "8 s"), (252, "4 min 12 s"), (7500, "2 h 5 min"), (-1, "0 s")])
def test_lasted(seconds: float, words: str) -> None:
    """A longer time has the two units that matter."""
    assert lasted(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(7.9, "00:07"), (61, "01:01"), (3723, "1:02:03"), (-3, "00:00")])
def test_clock(seconds: float, words: str) -> None:
    """The elapsed time reads like a clock."""
    assert clock(seconds) == words


def test_time_of_day() -> None:
    """A time of the record is shown on the wall clock here; one that can't be read is shown as missing."""
    assert time_of_day("2026-11-20T11:02:03.123456Z") == "11:02:03"
    assert time_of_day("") == "--:--:--"
    assert moment("yesterday") is None


@pytest.mark.parametrize(
    ("outcome", "tone"), [(Outcome.CONNECTED, Tone.GOOD), (Outcome.TIMEOUT, Tone.WARN), (Outcome.REFUSED, Tone.BAD)]
)
def test_only_what_connects_looks_good(outcome: Outcome, tone: Tone) -> None:
    """The tone of an outcome."""
    assert outcome_tone(TcpAttempt(address="::1", port=80, outcome=outcome, latency_ms=1)) is tone
