"""Other network namespaces and containers in words."""

from tui.model.facts import Container, OtherNamespaces
from tui.model.requests import ListOtherNamespaces
from tui.report.sentences import check_sentence, fact_sentence

MOST_NAMED = 3
"""More containers than this are counted, not listed."""


@check_sentence.register
def _of_other_namespaces(request: ListOtherNamespaces) -> str:
    where = f" through {request.vantage!r}" if request.vantage else ""
    return f"listeners of containers and other network namespaces{where}"


@fact_sentence.register
def _elsewhere(fact: OtherNamespaces) -> str:
    """What it says, without a full stop."""
    spaces, containers = len(fact.namespaces), len(fact.containers)
    hidden = f" ({fact.hidden} more may not be looked into)" if fact.hidden else ""
    # What does not run says most, so it comes first.
    ordered = sorted(fact.containers, key=lambda container: container.state in {"running", None})
    names = ", ".join(f"{container.label} ({_state(container)})" for container in ordered[:MOST_NAMED])
    more = f" and {containers - MOST_NAMED} more" if containers > MOST_NAMED else ""
    who = f"{fact.vantage!r} leads into" if fact.vantage else "this process is in"
    inside = f"; {who} container {fact.inside}" if fact.inside else ""
    known = f"containers {names}{more}" if names else "no container of an engine that answers"
    where = f"through {fact.vantage!r}: " if fact.vantage else ""
    return f"{where}{spaces} other network namespace{'' if spaces == 1 else 's'}{hidden}, {known}{inside}"


def _state(container: Container) -> str:
    """Its state, how it ended and how often it was restarted: `exited with status 3`, `running, restarted 5 times`."""
    status = "" if container.exit_code is None else f" with status {container.exit_code}"
    if container.oom_killed:
        status = " for lack of memory"
    again = f", restarted {container.restarts} times" if container.restarts else ""
    return f"{container.state or 'state unknown'}{status}{again}"
