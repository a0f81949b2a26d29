"""Where the walk is: the leaf that is being checked, and what the step shows until the person picks something else."""

from collections.abc import Iterable

from tui.diagnosis.causes import concerns
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.tree import GROUPS, Group, question
from tui.model.case import Case
from tui.model.facts import Attempt
from tui.model.judgement import Certainty, State, Status
from tui.model.requests import AnyRequest
from tui.ui.snapshot import Snapshot

VERDICT = "verdict"
CODE = "code"
"""The line of code that asked: the first leaf of the client branch, if it is known."""
QUESTION = "question:"
GROUP = "group:"
"""A place is one of these (the last two with an id after it), or the id of a leaf."""

CODE_GROUP = "client"
_SETTLED = frozenset({State.RULED_OUT, State.CONFIRMED})


def current_leaf(snapshot: Snapshot, causes: Iterable[Hypothesis]) -> Hypothesis | None:
    """The first leaf, in the order of the walk, that is not settled and needs a check that waits or is under way.

    If all are settled: None, or, while a check waits, the first leaf that needs it.
    """
    wanted = frozenset(snapshot.steps or snapshot.under_way)
    if not wanted:
        return None
    needing = [cause for cause in of_target(causes, snapshot.case) if needs_any(cause, snapshot.case, wanted)]
    judgements = snapshot.assessment.judgements
    unsettled = (cause for cause in needing if cause.id not in judgements or judgements[cause.id].state not in _SETTLED)
    return next(unsettled, needing[0] if needing and snapshot.steps else None)


def needs_any(cause: Hypothesis, case: Case, requests: frozenset[AnyRequest]) -> bool:
    """Whether `cause` needs one of these checks."""
    return any(request in requests for request in cause.needs(case))


def followed(snapshot: Snapshot, causes: Iterable[Hypothesis]) -> str:
    """The place that the step shows by itself: what waits for the person, else what is known, else what is being checked."""
    if snapshot.question:
        return f"{QUESTION}{snapshot.question.id}"
    # Whoever verifies a repair wants to see whether it holds, whatever check waits meanwhile.
    if any(attempt.purpose == "verify" for attempt in snapshot.case.all(Attempt)):
        return VERDICT
    leaf = current_leaf(snapshot, causes)
    if snapshot.steps and leaf:
        return leaf.id
    verdict = snapshot.assessment.verdict
    if snapshot.concluded or (verdict and verdict.certainty is Certainty.CONFIRMED) or works(snapshot):
        return VERDICT
    return leaf.id if leaf else VERDICT


def works(snapshot: Snapshot) -> bool:
    """Whether the target connects, as far as is known."""
    return snapshot.assessment.status is Status.REACHABLE


def of_target(causes: Iterable[Hypothesis], case: Case) -> list[Hypothesis]:
    """The leaves that are about this kind of target."""
    return [cause for cause in causes if concerns(cause, case)]


def groups_of(causes: Iterable[Hypothesis], case: Case) -> list[Group]:
    """The branches that are about this kind of target, or that have such a leaf."""
    ids = {group_id(cause.id) for cause in of_target(causes, case)}
    return [group for group in GROUPS if group.transport == case.target.transport or group.id in ids]


def group_id(cause: str) -> str:
    """The branch that a cause belongs to."""
    return cause.partition(".")[0]


def group_of_place(place: str) -> str:
    """The branch that a place is in; empty for the verdict."""
    if place.startswith(GROUP):
        return place.removeprefix(GROUP)
    if place.startswith(QUESTION):
        return question(place.removeprefix(QUESTION)).group
    if place == CODE:
        return CODE_GROUP
    return "" if place == VERDICT else group_id(place)
