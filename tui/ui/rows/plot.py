"""A plot of attempts over time: one column each, with the latency as its height and a letter for the outcome.

A column stands out if the answer came only after the SYN had been sent again.
"""

import math

from tui.diagnosis.readings.latency import was_sent_again
from tui.model.facts import Attempt, Outcome
from tui.report.outcomes import OUTCOME_WORDS
from tui.report.words import took
from tui.ui.rows.text import Line, Span, Tone, line, muted
from tui.ui.rows.words import outcome_tone

BARS = "▁▂▃▄▅▆▇█"
LOWEST_MS, HIGHEST_MS = 0.1, 10_000.0
"""The ends of the logarithmic scale: a refusal on loopback, and the longest that anybody waits for one attempt."""
LETTERS = {
    Outcome.CONNECTED: "c",
    Outcome.REFUSED: "r",
    Outcome.REJECTED: "j",
    Outcome.UNREACHABLE: "u",
    Outcome.TIMEOUT: "t",
    Outcome.BLOCKED: "b",
    Outcome.RESET: "x",
    Outcome.CLOSED: "e",
    Outcome.SILENT: "s",
    Outcome.NAME_ERROR: "n",
    Outcome.PENDING: "p",
}


def bar(latency_ms: float) -> str:
    """The column for a latency, on a logarithmic scale."""
    clamped = min(max(latency_ms, LOWEST_MS), HIGHEST_MS)
    share = math.log(clamped / LOWEST_MS) / math.log(HIGHEST_MS / LOWEST_MS)
    return BARS[min(int(share * len(BARS)), len(BARS) - 1)]


def plot(attempts: tuple[Attempt, ...], width: int) -> list[Line]:
    """A row of columns and a row of letters for the newest attempts that fit, with the numbers in words beside them."""
    if not attempts:
        return []
    latencies = [attempt.latency_ms for attempt in attempts]
    words = f"  {took(min(latencies))} to {took(max(latencies))}, last {took(latencies[-1])}"
    shown = attempts[-max(width - len(words), 1) :]
    meanings = ", ".join(dict.fromkeys(f"{LETTERS[attempt.outcome]} {OUTCOME_WORDS[attempt.outcome].short}" for attempt in shown))
    columns = [
        Span(bar(attempt.latency_ms), Tone.WARN if was_sent_again(attempt) else outcome_tone(attempt)) for attempt in shown
    ]
    letters = [Span(LETTERS[attempt.outcome], outcome_tone(attempt)) for attempt in shown]
    return [line(*columns, muted(words)), line(*letters, Span(f"  {meanings}", Tone.MUTED))]
