"""Our services are stopped on purpose where a marker says so: here, whatever refuses on 127.0.0.1."""

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out
from tui.diagnosis.readings import checks, outcomes
from tui.model.case import Case
from tui.model.facts import Outcome, TcpAttempt
from tui.model.judgement import Remedy


def judge(case: Case) -> Finding:
    """A refusal on loopback."""
    if not outcomes.attempts(case):
        return not_looked_at("Nothing has been tried yet.")
    refused = outcomes.failing(case, Outcome.REFUSED)
    if "127.0.0.1" not in refused:
        return ruled_out("Nothing refuses on 127.0.0.1.", *outcomes.ids(*outcomes.latest(case).values()))
    return claim(
        "The service is stopped for maintenance.",
        refused["127.0.0.1"].id,
        reason="It refuses on 127.0.0.1, where we stop services for maintenance.",
        missing="The maintenance calendar.",
        explains={"127.0.0.1"},
        refuted_by="The calendar has no entry for today.",
        remedies=(Remedy(do="Wait for its end.", verify="It connects."),),
    )


HYPOTHESIS = Hypothesis(
    place=1,
    title="no maintenance",
    question="Is the service stopped for maintenance?",
    why="Our services are stopped on Sundays.",
    meaning="The service is stopped on purpose.",
    proof="An entry in the maintenance calendar.",
    shown_by=(TcpAttempt,),
    looks=(),
    needs=checks.connects,
    judge=judge,
)
