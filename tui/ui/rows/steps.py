"""What the step shows at each kind of place, with its title."""

from collections.abc import Sequence

from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.tree import GROUPS, question
from tui.ui.rows.code import code
from tui.ui.rows.place import CODE, GROUP, QUESTION, VERDICT, group_id
from tui.ui.rows.question import answered, asked
from tui.ui.rows.step import StepRow, going_on, group, leaf
from tui.ui.rows.verdict import verdict
from tui.ui.snapshot import Snapshot


def step(snapshot: Snapshot, causes: Sequence[Hypothesis], place: str, width: int) -> tuple[str, list[StepRow]]:
    """The title and the lines for `place`; what waits for the person's Enter stands above them."""
    if place.startswith(QUESTION):
        one = question(place.removeprefix(QUESTION))
        waits = snapshot.question is not None and snapshot.question.id == one.id
        return ("A question to you", asked(snapshot, one, width)) if waits else ("What you said", answered(snapshot, one, width))
    waiting = going_on(snapshot, width) if snapshot.steps else []
    if place == VERDICT:
        return "The verdict", waiting + verdict(snapshot, width)
    if place == CODE:
        return "The code that asked", waiting + code(snapshot.case, width)
    if place.startswith(GROUP):
        identifier = place.removeprefix(GROUP)
        title = next(one.title for one in GROUPS if one.id == identifier)
        return title, group(snapshot, identifier, causes, width)
    cause = next(one for one in causes if one.id == place)
    branch = next(one.title for one in GROUPS if one.id == group_id(place))
    return f"{branch}: {cause.title}", waiting + leaf(snapshot, cause, width)
