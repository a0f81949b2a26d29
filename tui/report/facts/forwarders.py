"""Forwarders in words."""

from tui.model.address import endpoint
from tui.model.facts import Forwarder, Forwarders
from tui.model.requests import FindForwarders
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_forwarders(request: FindForwarders) -> str:
    return f"whether what listens on port {request.port} leads it elsewhere"


@fact_sentence.register
def _forwarders(fact: Forwarders) -> str:
    """What it says, without a full stop."""
    if not fact.forwarders:
        return f"no program that is known as a forwarder leads port {fact.port} elsewhere"
    return "; ".join(_in_words(forwarder, fact.port) for forwarder in fact.forwarders)


def _in_words(forwarder: Forwarder, port: int) -> str:
    who = f"{forwarder.program} (pid {forwarder.pid})"
    via = f", from {forwarder.via}" if forwarder.via else ""
    places = [endpoint(host or "?", number) if number else host or "?" for host, number in forwarder.leads_to]
    if not places:
        return f"{who} takes port {port} for another place, which its arguments do not name{via}"
    return f"{who} leads port {port} to {' or '.join(places)}{via}"
