"""What a person reads of every case, word for word: approved in `sentences/GROUP.txt`, one file for each group of causes.

Written down are the causes that stand and the folder's own, with all their sentences. What they rest on, and what becomes of
a case where facts are missing, is approved in `answers`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.casefile import load
from tests.diagnosis.by_group import GROUPS, approve_cases, heading, sentences
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.diagnosis.readings.signs import signs


@pytest.mark.parametrize("group", GROUPS)
def test_every_case_is_put_into_the_approved_words(group: str) -> None:
    """Each case's causes say what was approved: summary, reason, what would decide or disprove, and what to do."""
    approve_cases("sentences", group, _said)


def _said(path: Path) -> Iterator[str]:
    """A case, and what is said of it."""
    case = load(path).case
    found = assess(case, hypotheses())
    yield heading(path)
    yield from (f"  beside: {sign.text}" for sign in signs(case))
    if found.contradiction:
        yield f"  first: {found.contradiction.sentence}"
        yield from (f"    do {remedy.do} | {remedy.command} | {remedy.verify}" for remedy in found.contradiction.places)
    standing = {verdict.cause for verdict in (found.verdict, *found.also) if verdict}
    for cause, judgement in found.judgements.items():
        if cause in standing or cause == path.parent.name:
            yield f"  {cause}: {judgement.state}"
            yield from (f"    {line}" for line in sentences(judgement))
