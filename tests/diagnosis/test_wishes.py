"""What a cause says where the person said more, or lets less be done: approved in `wishes/GROUP.txt`, a file for each group.

In each case in turn a program, unit or container that its facts name is the service that is meant; an answer is given; nothing
is asked of the target; and it is looked at from a pod. Written down is only what changes: the state, and the lines
that stand instead.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.casefile import load
from tests.diagnosis.by_group import BY_ID, GROUPS, approve_cases, heading, judgement_lines
from tui.diagnosis.readings.answers import EVER_WORKED, MEANT
from tui.diagnosis.tree import QUESTIONS
from tui.model.case import Case
from tui.model.facts import Listeners, OtherNamespaces, Service, SessionHost

MOST_NAMES = 3
"""Of what a case names, so many are tried."""


@pytest.mark.parametrize("group", GROUPS)
def test_a_cause_hears_what_the_person_says(group: str) -> None:
    """With a service named, a question answered, no talk, or from a pod, each cause says what was approved."""
    approve_cases("wishes", group, _wishes)


def _wishes(path: Path) -> Iterator[str]:
    case, cause = load(path).case, BY_ID[path.parent.name]
    whole = judgement_lines(cause, case)
    asked = ", ".join(question.id for question in QUESTIONS if question.applies(case))
    yield f"{heading(path)}{f' asks {asked}' if asked else ''}"
    for words, other in _others(case):
        now = judgement_lines(cause, other)
        if now != whole:
            yield f"  {words}"
            yield from (f"    {line}" for line in now if line not in whole)


def _others(case: Case) -> Iterator[tuple[str, Case]]:
    """The same case with one thing said, each with its words."""
    if case.options.service is None:
        for name in [*_names(case), "nobody"][:MOST_NAMES]:
            yield f"named {name}", replace(case, options=replace(case.options, service=name))
    yield "without talk", replace(case, options=replace(case.options, talk=False))
    for question in (MEANT, EVER_WORKED):
        for answer in ("yes", "no"):
            yield f"{question} {answer}", replace(case, answers=(*case.answers, (question, answer)))
    if not case.all(SessionHost):
        yield "in a pod", replace(case, facts=(*case.facts, SessionHost(id="session-host-1", user=0, systemd=False, pod=True)))


def _names(case: Case) -> list[str]:
    """What the facts name as a service, in their order, each once."""
    rows = [row for table in case.all(Listeners) for row in table.listeners]
    units = [service.name for service in case.all(Service)]
    containers = [one.label for fact in case.all(OtherNamespaces) for one in fact.containers]
    return list(dict.fromkeys(filter(None, (*units, *containers, *(row.process for row in rows)))))
