"""QueueWatch in words."""

from tui.model.facts import QueueWatch
from tui.model.target import endpoint


def queue_words(fact: QueueWatch) -> str:
    """What it says, without a full stop."""
    most = max(fact.lengths, default=0)
    return f"the accept queue of {endpoint(fact.address, fact.port)}: at most {most} of {fact.limit} waited"
