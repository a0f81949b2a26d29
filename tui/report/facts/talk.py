"""Talk in words."""

from tui.model.address import endpoint
from tui.model.facts import Talk
from tui.report.words import took


def talk_words(fact: Talk) -> str:
    """What it says, without a full stop."""
    return f"{endpoint(fact.address, fact.port)}, {_spoken(fact)}, {_answer(fact)}"


def _spoken(fact: Talk) -> str:
    return f"which speaks first in {fact.spoken}" if fact.listened else f"spoken to in {fact.spoken}"


def _answer(fact: Talk) -> str:
    match fact.outcome:
        case "answered":
            kind = f" in {fact.answers_as}" if fact.answers_as else " in a protocol that is not known"
            said = fact.detail or (repr(fact.first_bytes) if fact.first_bytes else "")
            return f"answers{kind}{f': {said}' if said else ''}"
        case "silent":
            taken = {True: "; its kernel took the words", False: "; the words were not acknowledged", None: ""}[fact.acknowledged]
            return f"says nothing for {took(fact.waited_ms)}{taken}"
        case "closed":
            return "closes without a byte"
        case "reset":
            return "resets without a byte"
        case "failed":
            return f"could not be connected again{f' ({fact.detail})' if fact.detail else ''}"
