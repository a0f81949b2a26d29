"""Outcomes in words."""

import pytest

from tui.model.facts import Attempt, IcmpError, Outcome, TcpAttempt, UnixAttempt
from tui.report.outcomes import BLOCKED_WORDS, OUTCOME_WORDS, outcome_in_short, outcome_words, target_words


def test_every_outcome_has_words() -> None:
    """The one table has words for each member, and no two members share those for a target or those for a legend."""
    assert set(OUTCOME_WORDS) == set(Outcome)
    assert all(all(words) for words in OUTCOME_WORDS.values())
    assert len({words.target for words in OUTCOME_WORDS.values()}) == len(Outcome)
    assert len({words.short for words in OUTCOME_WORDS.values()}) == len(Outcome)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_attempt_of_which_no_more_is_known(outcome: Outcome) -> None:
    """However an attempt of either kind ended, the table's words say so."""
    tcp = TcpAttempt(address="10.0.3.9", port=5432, outcome=outcome, latency_ms=0.4)
    unix = UnixAttempt(path="/run/app.sock", outcome=outcome, latency_ms=0.4)

    assert outcome_words(tcp) == outcome_words(unix) == OUTCOME_WORDS[outcome].attempt


def test_a_bare_reset_is_short() -> None:
    """The commonest outcome fits a narrow column; who rejected is never left out."""
    reset = TcpAttempt(address="10.0.3.9", port=5432, outcome=Outcome.REFUSED, error_queue="empty", latency_ms=0.4)
    icmp = IcmpError(type=3, code=3, meaning="port unreachable", sender="10.0.3.1")
    rejected = TcpAttempt(address="10.0.3.9", port=5432, outcome=Outcome.REFUSED, icmp=icmp, latency_ms=0.4)

    assert outcome_in_short(reset) == "refused by reset"
    assert outcome_in_short(rejected) == "rejected by 10.0.3.1 (ICMP port unreachable)"


def test_what_stopped_a_connect_here_is_said() -> None:
    """A missing file, a missing route, a forbidden connect: each in its words, and with its error at the attempt."""
    for number, words in BLOCKED_WORDS.items():
        attempt = UnixAttempt(path="/run/app.sock", outcome=Outcome.BLOCKED, errno=number, latency_ms=0.1)
        assert outcome_words(attempt) == f"{words} ({number})"
        assert target_words(Outcome.BLOCKED, [attempt, attempt]) == words
    assert "allowed" not in BLOCKED_WORDS["ENOENT"] + BLOCKED_WORDS["ENETUNREACH"] + BLOCKED_WORDS["EMFILE"]


def test_a_target_that_was_stopped_by_several_things() -> None:
    """No one of them is named for all, nor is what is not known; what answered is said as ever."""
    stops = [
        TcpAttempt(address="::1", port=1, outcome=Outcome.BLOCKED, errno=number, latency_ms=0.1)
        for number in ("EPERM", "EMFILE", "E2BIG")
    ]
    refused: list[Attempt] = [TcpAttempt(address="127.0.0.1", port=1, outcome=Outcome.REFUSED, latency_ms=0.1)]

    assert target_words(Outcome.BLOCKED, stops) == OUTCOME_WORDS[Outcome.BLOCKED].target
    assert target_words(Outcome.BLOCKED, stops[2:]) == OUTCOME_WORDS[Outcome.BLOCKED].target
    assert target_words(Outcome.REFUSED, [*refused, *stops[:1]]) == OUTCOME_WORDS[Outcome.REFUSED].target
