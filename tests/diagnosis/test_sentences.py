"""What a person reads of every case, word for word: approved in `sentences/GROUP.txt`, one file for each group of causes.

Written down are the causes that stand and the folder's own, with all their sentences. What they rest on, and what becomes of
a case where facts are missing, is approved in `answers`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.approved import approve_file
from tests.casefile import CASES, all_files, load
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.diagnosis.readings.signs import signs
from tui.model.judgement import Judgement, State

SENTENCES = Path(__file__).parent / "sentences"
GROUPS = sorted({path.parent.name.partition(".")[0] for path in all_files()})


@pytest.mark.parametrize("group", GROUPS)
def test_every_case_is_put_into_the_approved_words(group: str) -> None:
    """Each case's causes say what was approved: summary, reason, what would decide or disprove, and what to do."""
    lines = [line for path in all_files() if path.parent.name.startswith(f"{group}.") for line in _said(path)]

    approve_file(SENTENCES / f"{group}.txt", "\n".join([*lines, ""]))


def _said(path: Path) -> Iterator[str]:
    """A case, and what is said of it."""
    case = load(path).case
    found = assess(case, hypotheses())
    yield f"# {path.relative_to(CASES).with_suffix('')}"
    yield from (f"  beside: {sign.text}" for sign in signs(case))
    if found.contradiction:
        yield f"  first: {found.contradiction.sentence}"
        yield from (f"    do {remedy.do} | {remedy.command} | {remedy.verify}" for remedy in found.contradiction.places)
    standing = {verdict.cause for verdict in (found.verdict, *found.also) if verdict}
    for cause, judgement in found.judgements.items():
        if cause in standing or cause == path.parent.name:
            yield f"  {cause}: {judgement.state}"
            yield from (f"    {line}" for line in sentences(judgement))


def sentences(judgement: Judgement) -> Iterator[str]:
    """Every sentence of a judgement that people read of it."""
    yield from filter(None, (judgement.summary, judgement.reason))
    if judgement.next_check:
        yield f"would decide: {judgement.next_check}"
    if judgement.state in {State.CONFIRMED, State.LIKELY}:
        yield f"would disprove: {judgement.refuted_by}"
        yield from (f"do {remedy.do} | {remedy.verify}" for remedy in judgement.remedies)
