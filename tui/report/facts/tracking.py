"""Connection tracking in words."""

from tui.model.facts import Tracking
from tui.model.requests import ReadTracking
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_tracking(_request: ReadTracking) -> str:
    return "whether connections are tracked here, without which no rule translates addresses"


@fact_sentence.register
def _tracking(fact: Tracking) -> str:
    """What it says, without a full stop."""
    if not fact.translates:
        why = "the table is empty" if fact.loaded else "the kernel has no connection tracking"
        return f"connections are not tracked here ({why}), so no rule translates addresses"
    if fact.entries is None:
        return "whether connections are tracked here is not known"
    return f"{fact.entries} connections are tracked here, so rules may translate addresses"
