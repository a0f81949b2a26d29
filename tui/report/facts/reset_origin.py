"""ResetOrigin in words."""

from tui.model.address import endpoint
from tui.model.facts import ResetOrigin
from tui.model.facts.reset_origin import Reference


def origin_words(fact: ResetOrigin) -> str:
    """What it says, without a full stop."""
    said = [_numbers(fact.received_ttl, fact.smallest_ttl) or "could not be measured"]
    said += [f"{_whose(one)} {words}" for one in fact.references if (words := _numbers(one.received_ttl, one.smallest_ttl))]
    return f"resets for {endpoint(fact.address, fact.port)} {'; '.join(said)}"


def _numbers(received: int | None, smallest: int | None) -> str:
    arrive = "" if received is None else f"arrive with TTL {received}"
    need = "" if smallest is None else f"need an outgoing TTL of {smallest}"
    return " and ".join(words for words in (arrive, need) if words)


def _whose(one: Reference) -> str:
    return f"answers of port {one.port}" if one.port else "echo replies"
