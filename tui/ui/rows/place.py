"""Where the walk is: the leaf that is looked at, and what the step shows while nobody picks another."""

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
"""The line of code that asked: the first leaf of the client branch, where it is known."""
QUESTION = "question:"
GROUP = "group:"
"""A place is one of these (the last two with an id behind), or the id of a leaf."""

CODE_GROUP = "client"
_SETTLED = frozenset({State.RULED_OUT, State.CONFIRMED})


def current_leaf(snapshot: Snapshot, causes: Iterable[Hypothesis]) -> Hypothesis | None:
    """The first leaf, in the order of the walk, that is not settled and needs a look that waits or is under way.

    None where every one is settled, unless a look waits: then the first that needs it.
    """
    wanted = frozenset(snapshot.steps or snapshot.under_way)
    if not wanted:
        return None
    needing = [one for one in of_target(causes, snapshot.case) if needs_any(one, snapshot.case, wanted)]
    judgements = snapshot.assessment.judgements
    unsettled = (one for one in needing if one.id not in judgements or judgements[one.id].state not in _SETTLED)
    return next(unsettled, needing[0] if needing and snapshot.steps else None)


def needs_any(cause: Hypothesis, case: Case, requests: frozenset[AnyRequest]) -> bool:
    """Whether `cause` needs one of these looks."""
    return any(request in requests for request in cause.needs(case))


def followed(snapshot: Snapshot, causes: Iterable[Hypothesis]) -> str:
    """The place that the step shows by itself: what waits for the person first, then what is known, then what is looked at."""
    if snapshot.question:
        return f"{QUESTION}{snapshot.question.id}"
    # Whoever verifies a repair wants to see whether it holds, whatever look waits meanwhile.
    if any(one.purpose == "verify" for one in snapshot.case.all(Attempt)):
        return VERDICT
    leaf = current_leaf(snapshot, causes)
    if snapshot.steps and leaf:
        return leaf.id
    verdict = snapshot.assessment.verdict
    if snapshot.concluded or (verdict and verdict.certainty is Certainty.CONFIRMED) or works(snapshot):
        return VERDICT
    return leaf.id if leaf else VERDICT


def works(snapshot: Snapshot) -> bool:
    """Whether the target connects, as far as was seen."""
    return snapshot.assessment.status is Status.REACHABLE


def of_target(causes: Iterable[Hypothesis], case: Case) -> list[Hypothesis]:
    """The leaves that are about this kind of target."""
    return [one for one in causes if concerns(one, case)]


def groups_of(causes: Iterable[Hypothesis], case: Case) -> list[Group]:
    """The branches that are about this kind of target, or have a leaf that is."""
    ids = {group_id(one.id) for one in of_target(causes, case)}
    return [group for group in GROUPS if group.transport == case.target.transport or group.id in ids]


def group_id(cause: str) -> str:
    """The branch that a cause belongs to."""
    return cause.partition(".")[0]


def group_of_place(place: str) -> str:
    """The branch in which a place stands; empty for the verdict."""
    if place.startswith(GROUP):
        return place.removeprefix(GROUP)
    if place.startswith(QUESTION):
        return question(place.removeprefix(QUESTION)).group
    if place == CODE:
        return CODE_GROUP
    return "" if place == VERDICT else group_id(place)
