"""What each cause asks for next, in the cases of its own folder: approved in `asked/GROUP.txt`, one file for each group.

A case is looked at as it is, then with its attempts alone, and then with all facts of one kind missing. Written down are the
checks that the cause and the looks that it names would want made, whether or not they were: a request's name and what it is
asked with where that is not the default. What is wanted in the whole case is not repeated: `+` and `-` say what changes.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import fields, replace

from tests.casefile import load
from tests.diagnosis.by_group import BY_ID, GROUPS, approve_cases, heading
from tui.diagnosis.hypothesis import Hypothesis
from tui.model.case import Case
from tui.model.facts import AnyFact, Attempt
from tui.model.requests import AnyRequest


@pytest.mark.parametrize("group", GROUPS)
def test_every_cause_asks_for_what_was_approved(group: str) -> None:
    """In each case of a cause it wants the approved checks, and others as facts are missing."""
    approve_cases("asked", group, _asked)


def _asked(path: Path) -> Iterator[str]:
    """A case and what its cause wants in it, and as facts are missing."""
    case, cause = load(path).case, BY_ID[path.parent.name]
    whole = _wants(cause, case)
    yield heading(path)
    yield from (f"  {one}" for one in whole)
    kinds = sorted({type(fact) for fact in case.facts if not isinstance(fact, Attempt)}, key=lambda kind: kind.__name__)
    alone = _of(case, (fact for fact in case.facts if isinstance(fact, Attempt)))
    yield from _changed("attempts alone", whole, _wants(cause, alone))
    if len(kinds) > 1:
        for kind in kinds:
            less = _of(case, (fact for fact in case.facts if type(fact) is not kind))
            yield from _changed(f"without {kind.__name__}", whole, _wants(cause, less))


def _of(case: Case, facts: Iterable[AnyFact]) -> Case:
    return replace(case, facts=tuple(facts))


def _changed(name: str, whole: list[str], now: list[str]) -> Iterator[str]:
    """One line where something is wanted that was not, or no more."""
    more = [f"+ {one}" for one in now if one not in whole]
    fewer = [f"- {one}" for one in whole if one not in now]
    if more or fewer:
        yield f"  {name}: {', '.join((*more, *fewer))}"


def _wants(cause: Hypothesis, case: Case) -> list[str]:
    wants = dict.fromkeys((cause.needs, *(look.wanted for look in cause.looks)))
    return list(dict.fromkeys(_words(request) for want in wants for request in want(case)))


def _words(request: AnyRequest) -> str:
    """A request by its kind, and what it is asked with."""
    given = {field.name: getattr(request, field.name) for field in fields(request)}
    named = (f"{field.name}={given[field.name]}" for field in fields(request) if given[field.name] != field.default)
    return f"{type(request).__name__}({' '.join(named)})"
