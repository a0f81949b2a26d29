"""ResetOrigin in words."""

from tui.model.address import endpoint
from tui.model.facts import ResetOrigin
from tui.model.facts.reset_origin import Reference
from tui.model.requests import FindResetOrigin
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_reset_origin(request: FindResetOrigin) -> str:
    return f"which device resets {endpoint(request.address, request.port)}"


@fact_sentence.register
def _origin(fact: ResetOrigin) -> str:
    """What it says, without a full stop."""
    parts = [_numbers(fact.received_ttl, fact.smallest_ttl) or "could not be measured"]
    parts += [
        f"{_whose(reference)} {words}"
        for reference in fact.references
        if (words := _numbers(reference.received_ttl, reference.smallest_ttl))
    ]
    return f"resets for {endpoint(fact.address, fact.port)} {'; '.join(parts)}"


def _numbers(received: int | None, smallest: int | None) -> str:
    arrive = "" if received is None else f"arrive with TTL {received}"
    need = "" if smallest is None else f"need an outgoing TTL of {smallest}"
    return " and ".join(words for words in (arrive, need) if words)


def _whose(reference: Reference) -> str:
    return f"answers of port {reference.port}" if reference.port else "echo replies"
