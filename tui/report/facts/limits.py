"""Limits in words."""

from tui.model.facts import Limits


def limits_words(fact: Limits) -> str:
    """What it says, without a full stop."""
    return f"source ports {fact.first_port} to {fact.last_port}, {fact.used_towards_target} in use towards the target"
