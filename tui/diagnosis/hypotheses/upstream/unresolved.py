"""A proxy answers, and it cannot resolve the name of what it forwards to."""

from tui.diagnosis.hypothesis import Finding, Hypothesis
from tui.diagnosis.readings import upstream
from tui.model.case import Case
from tui.model.facts import Service, Upstreams


def judge(case: Case) -> Finding:
    """A line of the proxy's log."""
    return upstream.finding(
        case,
        "unresolved",
        "has a name that it cannot resolve",
        "app.internal could not be resolved (3: Host not found)",
    )


HYPOTHESIS = Hypothesis(
    place=40,
    onset="setting",
    title="backend's name",
    question="Can the proxy resolve the name of what stands behind it?",
    why="A proxy may ask another nameserver than this machine does: nginx has a `resolver` of its own.",
    meaning="A proxy answers, and the name of what it forwards to is not resolved.",
    proof="A 502 or 503 with the proxy's own log line of that moment, which names what was not resolved.",
    mistaken_for=("upstream.refused", "name.not-found"),
    shown_by=(Upstreams, Service),
    looks=(),
    needs=upstream.needs,
    judge=judge,
)
