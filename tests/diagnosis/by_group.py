"""Approvals of what the cases come to: a folder for each thing that is approved, in it a file for each group of causes."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.approved import approve_file
from tests.casefile import CASES, all_files
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import judged
from tui.model.case import Case
from tui.model.judgement import Judgement, State

GROUPS = sorted({path.parent.name.partition(".")[0] for path in all_files()})
BY_ID = {one.id: one for one in hypotheses()}


def heading(path: Path) -> str:
    """The line that names a case."""
    return f"# {path.relative_to(CASES).with_suffix('')}"


def approve_cases(folder: str, group: str, describe: Callable[[Path], Iterable[str]]) -> None:
    """Compare what `describe` says of the cases of a group with what is approved below `folder`, or write it."""
    approve(folder, group, (line for path in all_files() if path.parent.name.startswith(f"{group}.") for line in describe(path)))


def approve(folder: str, group: str, lines: Iterable[str]) -> None:
    """Compare lines about a group with what is approved below `folder`, or write them."""
    approve_file(Path(__file__).parent / folder / f"{group}.txt", "\n".join([*lines, ""]))


def judgement_lines(cause: Hypothesis, case: Case, *, explained: bool = False) -> list[str]:
    """How a cause judges a case: the state and what it rests on, with `explained` also what it explains, and its sentences."""
    judgement = judged(cause, case)
    explains = f", explains {', '.join(sorted(judgement.explains))}" if explained and judgement.explains else ""
    return [f"{judgement.state} by {', '.join(judgement.evidence)}{explains}", *sentences(judgement)]


def sentences(judgement: Judgement) -> Iterator[str]:
    """Every sentence of a judgement that people read of it."""
    yield from filter(None, (judgement.summary, judgement.reason))
    if judgement.next_check:
        yield f"would decide: {judgement.next_check}"
    if judgement.state in {State.CONFIRMED, State.LIKELY}:
        yield f"would disprove: {judgement.refuted_by}"
        yield from (f"do {remedy.do} | {remedy.verify}" for remedy in judgement.remedies)
