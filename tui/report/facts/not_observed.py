"""A check that could not be made, in words."""

from tui.model.facts import NotObserved
from tui.report.sentences import check_sentence, fact_sentence


@fact_sentence.register
def _not_observed(fact: NotObserved) -> str:
    return f"not seen: {check_sentence(fact.request)}: {fact.reason}"
