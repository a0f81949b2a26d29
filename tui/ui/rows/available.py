"""Which commands would do something now: the footer shows these, and only their keys work."""

from tui.model.requests import Schedule
from tui.ui.rows.place import CODE, GROUP, QUESTION, VERDICT, works
from tui.ui.snapshot import Snapshot

ALWAYS = frozenset({"escape", "help", "palette", "quit", "interrupt", "new", "filter", "sort", "report"})


def available(snapshot: Snapshot, place: str, *, picked: bool, copyable: bool) -> frozenset[str]:
    """The ids of the commands that would do something. `picked`: the person chose the place; `copyable`: a command is shown."""
    offered = set(ALWAYS)
    conditions = {
        "next": picked or bool(snapshot.question or snapshot.steps) or _more_to_replay(snapshot),
        "back": bool(snapshot.case.answers) if snapshot.live else bool(snapshot.progress and snapshot.progress[0] > 1),
        "type": snapshot.question is not None and snapshot.question.free_text and snapshot.live,
        "auto": snapshot.live and not snapshot.concluded,
        "skip": snapshot.live and (snapshot.question is not None or _is_leaf(place)),
        "test": snapshot.live and _is_leaf(place),
        "exclude": snapshot.live and _is_leaf(place),
        "verify": snapshot.live and _has_tried(snapshot) and (snapshot.assessment.verdict is not None or works(snapshot)),
        "verdict": place != VERDICT,
        "copy": copyable,
    }
    return frozenset(offered | {name for name, holds in conditions.items() if holds})


def _more_to_replay(snapshot: Snapshot) -> bool:
    return snapshot.progress is not None and snapshot.progress[0] < snapshot.progress[1]


def _is_leaf(place: str) -> bool:
    return place not in {VERDICT, CODE} and not place.startswith((GROUP, QUESTION))


def _has_tried(snapshot: Snapshot) -> bool:
    return any(isinstance(request, Schedule) for request in snapshot.case.asked)
