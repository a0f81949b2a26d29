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
    """The title and the lines for `place`; above them is what waits for Enter."""
    if place.startswith(QUESTION):
        shown = question(place.removeprefix(QUESTION))
        waits = snapshot.question is not None and snapshot.question.id == shown.id
        return (
            ("A question for you", asked(snapshot, shown, width)) if waits else ("Your answer", answered(snapshot, shown, width))
        )
    waiting = going_on(snapshot, width) if snapshot.steps else []
    if place == VERDICT:
        return "The verdict", waiting + verdict(snapshot, width)
    if place == CODE:
        return "The code that asked", waiting + code(snapshot.case, width)
    if place.startswith(GROUP):
        identifier = place.removeprefix(GROUP)
        title = next(branch.title for branch in GROUPS if branch.id == identifier)
        return title, group(snapshot, identifier, causes, width)
    cause = next(cause for cause in causes if cause.id == place)
    branch = next(branch for branch in GROUPS if branch.id == group_id(place))
    return f"{branch.title}: {cause.title}", waiting + leaf(snapshot, cause, width)
