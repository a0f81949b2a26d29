"""What a cause says where facts say less than they did: approved in `left_out/GROUP.txt`, one file for each group of causes.

In turn, all facts of one kind are missing, or one thing that such facts may leave out, as an old kernel's or another user's
do; each in the first cases of a cause that have it. Written down is only what changes: the state, and the lines that
stand instead.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.casefile import CASES, load
from tests.diagnosis.by_group import BY_ID, GROUPS, approve, heading, judgement_lines
from tui.diagnosis.hypothesis import Hypothesis
from tui.model.case import Case
from tui.model.facts import AnyFact

KEPT = frozenset({"kind", "id", "at", "command", "vantage"})
"""What says which fact it is."""
CASES_EACH = 2
"""So many cases of a cause are taken for the same thing left out."""


@pytest.mark.parametrize("group", GROUPS)
def test_a_cause_says_less_where_facts_do(group: str) -> None:
    """With one thing left out of its facts, each cause says what was approved."""
    approve("left_out", group, (line for one in BY_ID.values() if one.id.startswith(f"{group}.") for line in _cause(one)))


def _cause(cause: Hypothesis) -> Iterator[str]:
    taken: Counter[tuple[str, ...]] = Counter()
    for path in sorted((CASES / cause.id).glob("*.toml")):
        case = load(path).case
        whole = judgement_lines(cause, case)
        facts = [msgspec.to_builtins(fact) for fact in case.facts]
        for where in dict.fromkeys((fact["kind"], *keys) for fact in facts for keys in ((), *_keys(fact))):
            less = _without(case, facts, where) if taken[where] < CASES_EACH else None
            if less is None:
                continue
            taken[where] += 1
            now = judgement_lines(cause, less)
            if now != whole:
                yield f"{heading(path)} without {'.'.join(where)}"
                yield from (f"  {line}" for line in now if line not in whole)


def _keys(fact: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where something stands in a fact, by the keys that lead there."""
    for key, value in fact.items():
        if not path and key in KEPT:
            continue
        yield (*path, key)
        for below in value if isinstance(value, list) else [value]:
            if isinstance(below, dict):
                yield from _keys(below, (*path, key))


def _without(case: Case, facts: list[Any], where: tuple[str, ...]) -> Case | None:
    """The case where this is in no fact; None where a fact must have it, or where it is left out already."""
    kind, *keys = where
    if not keys:
        left = tuple(fact for fact, written in zip(case.facts, facts, strict=True) if written["kind"] != kind)
    else:
        changed = [_less(written, keys) if written["kind"] == kind else written for written in facts]
        try:
            left = tuple(msgspec.convert(changed, list[AnyFact]))
        except msgspec.ValidationError:
            return None
    return replace(case, facts=left) if left != case.facts else None


def _less(value: Any, keys: list[str]) -> Any:
    """The same without what the keys lead to."""
    if isinstance(value, list | tuple):
        return [_less(one, keys) for one in value]
    if not isinstance(value, dict):
        return value
    key, *below = keys
    if below:
        return {name: _less(one, below) if name == key else one for name, one in value.items()}
    return {name: one for name, one in value.items() if name != key}
