"""ResetOrigin in words."""

from tui.model.facts import ResetOrigin
from tui.model.target import endpoint


def origin_words(fact: ResetOrigin) -> str:
    """What it says, without a full stop."""
    ours = "" if fact.received_ttl is None else f"arrive with TTL {fact.received_ttl}"
    theirs = "" if fact.reference_received_ttl is None else f", the host's own answers with {fact.reference_received_ttl}"
    return f"resets for {endpoint(fact.address, fact.port)} {ours or 'could not be measured'}{theirs}"
