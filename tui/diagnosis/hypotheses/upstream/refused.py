"""A proxy answers, and what it forwards to does not take the connection, or breaks it off."""

from tui.diagnosis.hypothesis import Finding, Hypothesis
from tui.diagnosis.readings import upstream
from tui.model.case import Case
from tui.model.facts import Service, Upstreams


def judge(case: Case) -> Finding:
    """502, or a 503 that says so."""
    return upstream.finding(
        case,
        "refused",
        "refuses the connection",
        "connect() failed (111: Connection refused)",
    )


HYPOTHESIS = Hypothesis(
    place=10,
    onset="change",
    title="backend connects",
    question="Does what stands behind the proxy take connections?",
    why="What answers may be only the front; its 502 is about a service on another port or machine.",
    meaning="A proxy answers, and what it forwards to refuses.",
    proof="A 502 or 503 with the proxy's own log line of that moment; by status and `Server:` alone it is likely.",
    mistaken_for=("server.not-listening", "upstream.timeout", "server.error"),
    shown_by=(Upstreams, Service),
    looks=(),
    needs=upstream.needs,
    judge=judge,
)
