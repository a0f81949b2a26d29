"""Talk in words."""

from tui.model.address import endpoint
from tui.model.facts import Talk
from tui.model.requests import TalkTo
from tui.report.sentences import check_sentence, fact_sentence
from tui.report.words import took


@check_sentence.register
def _of_talk(request: TalkTo) -> str:
    return f"what {endpoint(request.address, request.port)} answers to {request.protocol}"


@fact_sentence.register
def _talk(fact: Talk) -> str:
    """What it says, without a full stop."""
    return f"{endpoint(fact.address, fact.port)}, {_spoken(fact)}, {_answer(fact)}"


def _spoken(fact: Talk) -> str:
    return f"which speaks first in {fact.spoken}" if fact.listened else f"spoken to in {fact.spoken}"


def _answer(fact: Talk) -> str:
    match fact.outcome:
        case "answered":
            kind = f" in {fact.answers_as}" if fact.answers_as else " in a protocol that is not known"
            words = fact.detail or (repr(fact.first_bytes) if fact.first_bytes else "")
            return f"answers{kind}{f': {words}' if words else ''}"
        case "silent":
            taken = {True: "; its kernel took the words", False: "; the words were not acknowledged", None: ""}[fact.acknowledged]
            return f"says nothing for {took(fact.waited_ms)}{taken}"
        case "closed":
            return "closes without a byte"
        case "reset":
            return "resets without a byte"
        case "failed":
            return f"could not be connected again{f' ({fact.detail})' if fact.detail else ''}"
