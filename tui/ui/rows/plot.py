"""A plot of attempts over time: one column each, its height the latency, its letter the outcome.

The column of an answer that came to a SYN which had to be sent again stands out.
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
"""The ends of the logarithmic scale: a loopback refusal, and the longest that anybody waits for one attempt."""
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
    """Two rows of columns and letters for the newest attempts that fit, with the numbers in words beside them."""
    if not attempts:
        return []
    latencies = [one.latency_ms for one in attempts]
    words = f"  {took(min(latencies))} to {took(max(latencies))}, last {took(latencies[-1])}"
    shown = attempts[-max(width - len(words), 1) :]
    meanings = ", ".join(dict.fromkeys(f"{LETTERS[one.outcome]} {OUTCOME_WORDS[one.outcome].short}" for one in shown))
    columns = [Span(bar(one.latency_ms), Tone.WARN if was_sent_again(one) else outcome_tone(one)) for one in shown]
    letters = [Span(LETTERS[one.outcome], outcome_tone(one)) for one in shown]
    return [line(*columns, muted(words)), line(*letters, Span(f"  {meanings}", Tone.MUTED))]
