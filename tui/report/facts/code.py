"""Code in words."""

from tui.model.facts import Code


def code_words(fact: Code) -> str:
    """What it says, without a full stop."""
    return f"{fact.path}:{fact.line}{f' in {fact.function}' if fact.function else ''}"
