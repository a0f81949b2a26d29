"""The cloud of this machine in words."""

from tui.model.facts import Cloud
from tui.model.requests import ReadCloud
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_cloud(_request: ReadCloud) -> str:
    return "in which cloud this machine runs, by its firmware"


@fact_sentence.register
def _cloud(fact: Cloud) -> str:
    named = " ".join(filter(None, (fact.vendor, fact.product)))
    if fact.provider is None:
        return f"this machine's firmware names no cloud{f' ({named})' if named else ''}"
    return f"this machine runs in a cloud: {named or fact.provider}"
