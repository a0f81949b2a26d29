"""A proxy answers, and what it forwards to does not answer in time."""

from tui.diagnosis.hypothesis import Finding, Hypothesis
from tui.diagnosis.readings import upstream
from tui.model.case import Case
from tui.model.facts import Service, Upstreams


def judge(case: Case) -> Finding:
    """504."""
    return upstream.finding(
        case,
        "timeout",
        "has not answered in time",
        "upstream timed out (110: Connection timed out)",
    )


HYPOTHESIS = Hypothesis(
    place=20,
    onset="change",
    title="backend in time",
    question="Does what stands behind the proxy answer in time?",
    why="A proxy waits for what it forwards to, and gives up: the connection to the proxy itself is fine.",
    meaning="A proxy answers, and what it forwards to is too slow or silent.",
    proof="A 504 with the proxy's own log line of that moment; by status and `Server:` alone it is likely.",
    mistaken_for=("server.unresponsive", "upstream.refused", "server.error"),
    shown_by=(Upstreams, Service),
    looks=(),
    needs=upstream.needs,
    judge=judge,
)
