"""What every case file is answered with, beside its verdict: on which facts, whom it blames, what to type, what it names.

The answers are approved in `answers/GROUP.txt`, one file for each group of causes. Sentences are not repeated there, only
what they name: commands, addresses, ports and numbers. So a change of words changes nothing here. Below each case stands
what becomes of it where all facts of one kind are missing, as where that look was not taken or not allowed
(what is only not looked at any more is left out).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import UNSET
from msgspec.structs import asdict, replace

from tests.casefile import load
from tests.diagnosis.by_group import GROUPS, approve_cases, heading
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.facts import Attempt
from tui.model.judgement import Culprit, Judgement, State

_NAMED = re.compile(r"`[^`]+`|\S*\d\S*")


@pytest.mark.parametrize("group", GROUPS)
def test_every_case_is_answered_as_approved(group: str) -> None:
    """What stands in a case rests on the facts and leads to the commands that were approved, and changes as they are missing."""
    approve_cases("answers", group, _answer)


def _answer(path: Path) -> Iterator[str]:
    """A case and its judgements, those that hold before those that are left open."""
    case = load(path).case
    found = assess(case, hypotheses())
    leading = (found.verdict, *found.also)
    yield f"{heading(path)}: {found.status}, {found.outcome}"
    yield f"  {', '.join(f'{one.cause} is {one.certainty}' for one in leading if one) or 'nothing'}"
    if found.alternatives:
        yield f"  or {', '.join(f'{one.cause} is {one.certainty}' for one in found.alternatives)}"
    for state in (State.OPEN, State.NOT_LOOKED_AT):
        yield f"  {state}: {', '.join(cause for cause, one in found.judgements.items() if one.state is state) or 'nothing'}"
    for cause, judgement in found.judgements.items():
        if judgement.summary or cause == path.parent.name:
            yield from _judgement(cause, judgement)
    kinds = {type(fact) for fact in case.facts if not isinstance(fact, Attempt)}
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        less = assess(replace(case, facts=tuple(fact for fact in case.facts if type(fact) is not kind)), hypotheses())
        changed = [
            f"{cause} {less.judgements[cause].state}"
            for cause, judgement in found.judgements.items()
            if less.judgements[cause].state not in {judgement.state, State.NOT_LOOKED_AT}
        ]
        verdict = f"{less.verdict.cause} {less.verdict.certainty}" if less.verdict else "none"
        yield f"  without {kind.__name__}: {less.status}, {less.outcome}, {verdict}; {', '.join(changed) or 'nothing else'}"


def _judgement(cause: str, judgement: Judgement) -> Iterator[str]:
    holds = judgement.state in {State.CONFIRMED, State.LIKELY}
    explains = f" explains {', '.join(sorted(judgement.explains))}" if judgement.explains else ""
    yield f"  {cause}: {judgement.state}{explains} by {', '.join(judgement.evidence) or 'no fact'}"
    sentences = (judgement.summary, judgement.reason, judgement.next_check, judgement.refuted_by)
    yield f"    names {' | '.join(_names(one) or ('-' if one else '') for one in sentences)}"
    if judgement.culprit:
        yield f"    blames {_culprit(judgement.culprit)}"
    for remedy in judgement.remedies if holds else ():
        yield f"    do {remedy.command or '(no command)'} | {_names(f'{remedy.do} {remedy.verify}')}"


def _names(text: str) -> str:
    return " ".join(word.strip(".,:;()") for word in _NAMED.findall(text))


def _culprit(culprit: Culprit) -> str:
    return ", ".join(f"{key}={value}" for key, value in asdict(culprit).items() if value is not UNSET)
