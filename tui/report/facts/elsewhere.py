"""Elsewhere in words."""

from tui.model.facts import Elsewhere


def elsewhere_words(fact: Elsewhere) -> str:
    """What it says, without a full stop."""
    return f"{len(fact.namespaces)} other network namespaces and {len(fact.containers)} containers"
