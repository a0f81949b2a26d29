"""Talk in words."""

from tui.model.facts import Talk
from tui.model.target import endpoint


def talk_words(fact: Talk) -> str:
    """What it says, without a full stop."""
    said = f": {fact.detail or repr(fact.first_bytes)}" if fact.detail or fact.first_bytes else ""
    return f"{endpoint(fact.address, fact.port)}, spoken to as {fact.spoken}: {fact.outcome}{said}"
