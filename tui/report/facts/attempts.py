"""Attempts in words."""

from tui.diagnosis.readings.latency import was_sent_again
from tui.model.address import endpoint
from tui.model.facts import Attempt, Outcome, Quiet
from tui.model.requests import Connect, ConnectUnix, TryPorts
from tui.report.outcomes import outcome_words
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import took


@check_sentence.register
def _of_connect(request: Connect) -> str:
    return f"attempts on {endpoint(request.address, request.port)}"


@check_sentence.register
def _of_connect_unix(request: ConnectUnix) -> str:
    return f"attempts on {request.path}"


@check_sentence.register
def _of_other_ports(request: TryPorts) -> str:
    return f"other ports of {request.address}"


@fact_sentence.register
def _attempt(fact: Attempt) -> str:
    after = f"{' in' if fact.outcome is Outcome.TIMEOUT else ' after'} {took(fact.latency_ms)}"
    spoke = f"; it said {fact.first_bytes!r}" if fact.first_bytes else ""
    again = " (to a SYN that was sent again)" if was_sent_again(fact) else ""
    return f"{fact.label} {outcome_words(fact)}{after}{again}{spoke}"


@fact_sentence.register
def _quiet(fact: Quiet) -> str:
    spoken = f" {fact.protocol}" if fact.protocol else ""
    return f"{endpoint(fact.address, fact.port)} has not answered{spoken} for {took(fact.waited_ms)}"
