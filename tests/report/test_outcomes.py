"""Outcomes in words."""

import pytest

from tui.model.facts import IcmpError, Outcome, TcpAttempt, UnixAttempt
from tui.report.outcomes import OUTCOME_WORDS, outcome_in_short, outcome_words


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
