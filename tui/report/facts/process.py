"""ProcessState in words."""

from tui.model.facts import ProcessState


def process_words(fact: ProcessState) -> str:
    """What it says, without a full stop."""
    return f"{fact.name}, pid {fact.pid}: {fact.state_words or fact.state or 'state unknown'}"
