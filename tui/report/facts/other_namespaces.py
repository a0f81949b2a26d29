"""Elsewhere in words."""

from tui.model.facts import OtherNamespaces

MOST_NAMED = 3
"""More containers than this are counted, not listed."""


def elsewhere_words(fact: OtherNamespaces) -> str:
    """What it says, without a full stop."""
    spaces, containers = len(fact.namespaces), len(fact.containers)
    hidden = f" ({fact.hidden} more may not be looked into)" if fact.hidden else ""
    names = ", ".join(f"{one.label} ({one.state or 'state unknown'})" for one in fact.containers[:MOST_NAMED])
    more = f" and {containers - MOST_NAMED} more" if containers > MOST_NAMED else ""
    inside = f"; this process is in container {fact.inside}" if fact.inside else ""
    known = f"containers {names}{more}" if names else "no container of an engine that answers"
    return f"{spaces} other network namespace{'' if spaces == 1 else 's'}{hidden}, {known}{inside}"
