"""Snapshots for the pure functions that the panels show: a case made of facts, without a session."""

from collections.abc import Iterable

from tests.ui.checks import at
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import decide
from tui.diagnosis.ranking import assess
from tui.model.case import Case
from tui.model.events import Before
from tui.model.facts import AnyFact
from tui.model.options import Options
from tui.model.requests import AnyRequest
from tui.model.target import parse_target
from tui.ui.snapshot import Snapshot


def snapshot(
    target: str,
    facts: Iterable[AnyFact] = (),
    *,
    under_way: Iterable[AnyRequest] = (),
    options: Options | None = None,
    answers: Iterable[tuple[str, str]] = (),
    progress: tuple[int, int] | None = None,
    behind: tuple[Before, ...] = (),
) -> Snapshot:
    """What is known about `target` once these facts were seen; all checks `under_way` began with the scene."""
    begun = tuple(under_way)
    case = Case(
        target=parse_target(target),
        options=options or Options(),
        behind=behind,
        facts=tuple(facts),
        answers=tuple(answers),
        asked=begun,
    )
    return Snapshot(
        case=case,
        assessment=assess(case, hypotheses()),
        waiting=decide(case, hypotheses()),
        count=len(case.facts) + len(case.asked) + 1,
        opened=at(0),
        newest=at(7),
        under_way=dict.fromkeys(begun, at(0)),
        vantage="web-3",
        live=progress is None,
        progress=progress,
    )
