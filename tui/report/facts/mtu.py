"""PathMtu in words."""

from tui.model.facts import PathMtu
from tui.model.target import endpoint


def mtu_words(fact: PathMtu) -> str:
    """What it says, without a full stop."""
    return f"{endpoint(fact.address, fact.port)}: a small write was {fact.small}, {fact.large_bytes} bytes were {fact.large}"
