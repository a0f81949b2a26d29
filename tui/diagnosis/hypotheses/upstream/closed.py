"""A proxy answers, and what it forwards to ends the connection before it has answered."""

from tui.diagnosis.hypothesis import Finding, Hypothesis
from tui.diagnosis.readings import upstream
from tui.model.case import Case
from tui.model.facts import Service, Upstreams


def judge(case: Case) -> Finding:
    """A line of the proxy's log; its status alone does not tell this from a refusal."""
    return upstream.finding(
        case,
        "closed",
        "takes the connection and ends it before it has answered",
        "upstream prematurely closed connection while reading response header",
    )


HYPOTHESIS = Hypothesis(
    place=30,
    onset="change",
    title="backend stays",
    question="Does what stands behind the proxy keep the connection until it has answered?",
    why="A worker that dies with the request, or speaks another protocol than the proxy thinks, ends in a 502 as well.",
    meaning="A proxy answers, and what it forwards to closes or resets the connection before its answer.",
    proof="A 502 with the proxy's own log line of that moment, which says that the upstream closed or reset the connection.",
    mistaken_for=("upstream.refused", "server.closes-early"),
    shown_by=(Upstreams, Service),
    looks=(),
    needs=upstream.needs,
    judge=judge,
)
