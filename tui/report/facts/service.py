"""Service in words."""

from tui.model.facts import Service


def service_words(fact: Service) -> str:
    """What it says, without a full stop."""
    return f"{fact.name} ({fact.manager}): {fact.active or 'state unknown'}{f', {fact.result}' if fact.result else ''}"
