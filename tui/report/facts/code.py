"""A line of code in words: what it connects to, where its values are set, and how failure is handled there."""

from tui.diagnosis.readings.code import call_words
from tui.model.facts import Code
from tui.model.requests import ReadCode
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_code(request: ReadCode) -> str:
    return f"the code at {request.path}:{request.line}"


@fact_sentence.register
def _code(fact: Code) -> str:
    """What the line says, without a full stop."""
    location = f"{fact.path}:{fact.line}"
    if fact.changed:
        return f"{location} is no longer the line that the error shows"
    if fact.values:
        return call_words(fact)
    return f"{location}{f' in {fact.function}' if fact.function else ''}"
