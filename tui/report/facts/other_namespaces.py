"""Other network namespaces and containers in words."""

from tui.model.facts import OtherNamespaces
from tui.model.requests import ListOtherNamespaces
from tui.report.sentences import check_sentence, fact_sentence

MOST_NAMED = 3
"""More containers than this are counted, not listed."""


@check_sentence.register
def _of_other_namespaces(_request: ListOtherNamespaces) -> str:
    return "listeners of containers and other network namespaces"


@fact_sentence.register
def _elsewhere(fact: OtherNamespaces) -> str:
    """What it says, without a full stop."""
    spaces, containers = len(fact.namespaces), len(fact.containers)
    hidden = f" ({fact.hidden} more may not be looked into)" if fact.hidden else ""
    names = ", ".join(f"{container.label} ({container.state or 'state unknown'})" for container in fact.containers[:MOST_NAMED])
    more = f" and {containers - MOST_NAMED} more" if containers > MOST_NAMED else ""
    inside = f"; this process is in container {fact.inside}" if fact.inside else ""
    known = f"containers {names}{more}" if names else "no container of an engine that answers"
    return f"{spaces} other network namespace{'' if spaces == 1 else 's'}{hidden}, {known}{inside}"
