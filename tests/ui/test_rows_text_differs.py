"""On the screen: a pasted text that is not so here comes first, and while attempts are left nothing is confirmed."""

import pytest

from tests.ui.snapshots import snapshot
from tui.diagnosis.readings.so_far import so_far
from tui.model.facts import AnyFact, ErrorText, Listeners, Outcome, TcpAttempt
from tui.ui.closing import closing_lines
from tui.ui.rows.header import status
from tui.ui.rows.text import plain
from tui.ui.rows.verdict import verdict

TARGET = "127.0.0.1:6379"
TEXT = ErrorText(id="error-text-1", says="refused", words="Connection refused")


def attempt(outcome: Outcome, number: int = 3) -> TcpAttempt:
    """The newest of three attempts on the target."""
    return TcpAttempt(
        id=f"attempt-{number}",
        address="127.0.0.1",
        port=6379,
        outcome=outcome,
        errno="ECONNREFUSED" if outcome is Outcome.REFUSED else None,
        latency_ms=0.2,
        error_queue="empty",
        number=number,
        total=3,
        next_in_s=2.0 if number < 3 else None,
    )


def card(*facts: AnyFact) -> str:
    """The verdict card as text, on one line."""
    return " ".join(" ".join(plain(row.line) for row in verdict(snapshot(TARGET, facts), 78)).split())


def bottom(*facts: AnyFact) -> str:
    """The line at the bottom."""
    return plain(status(snapshot(TARGET, facts), 200))


def test_the_contradiction_opens_the_card() -> None:
    """What the text says and what is so here, then where to look, and never that all is well."""
    words = card(TEXT, attempt(Outcome.CONNECTED))

    assert words.startswith("○ The text says refused; from here it connects: ")
    assert "--container" in words
    assert "nothing is wrong" not in words


def test_what_is_seen_here_stands_below_it() -> None:
    """Where something is wrong here too, it is said to be seen from here."""
    words = card(
        ErrorText(id="error-text-1", says="timeout", words="timed out"), attempt(Outcome.REFUSED), Listeners(id="listeners-1")
    )

    assert words.startswith("○ The text says no answer in time; from here it is refused: ")
    assert words.index("--container") < words.index("seen from here") < words.index("likely server.not-listening")


def test_the_line_at_the_bottom_and_the_last_words_say_it() -> None:
    """The status line and the line on the normal screen show the contradiction instead of a verdict."""
    shown = snapshot(TARGET, (TEXT, attempt(Outcome.CONNECTED)))

    assert plain(status(shown, 200)).startswith(" ○ The text says refused; from here it connects: ")
    assert "The text says refused" in closing_lines(shown.case, shown.assessment, "kept")[0]


@pytest.mark.parametrize(("number", "words"), [(1, "so far (attempt 1 of 3)"), (2, "so far (attempt 2 of 3)")])
def test_nothing_is_confirmed_before_the_schedule_has_ended(number: int, words: str) -> None:
    """The card and the line at the bottom say which attempt it is, and not `confirmed`; after the last they do."""
    facts = (attempt(Outcome.REFUSED, number), Listeners(id="listeners-1"))

    for shown in (card(*facts), bottom(*facts)):
        assert f"◐ {words}" in shown
        assert "confirmed" not in shown.partition("server.not-listening")[0]
    assert "so far" not in card(attempt(Outcome.REFUSED), Listeners(id="listeners-1"))


def test_a_target_that_connects_connects_so_far() -> None:
    """That nothing is wrong is not said after the first attempt of three."""
    assert "connects, so far (attempt 1 of 3)." in card(attempt(Outcome.CONNECTED, 1))
    assert bottom(attempt(Outcome.CONNECTED, 1)) == " ✓ it connects, so far (attempt 1 of 3)"
    assert bottom(attempt(Outcome.CONNECTED)) == " ✓ it connects"


def test_the_last_words_of_a_walk_that_was_left_early() -> None:
    """Who leaves after the first attempt is told so, and nothing is confirmed on the normal screen either."""
    shown = snapshot(TARGET, (attempt(Outcome.REFUSED, 1), Listeners(id="listeners-1")))

    words, _ = closing_lines(shown.case, shown.assessment, "kept", under_way=so_far(shown.case.facts))

    assert words.startswith(f"{TARGET}: so far (attempt 1 of 3): server.not-listening: ")
