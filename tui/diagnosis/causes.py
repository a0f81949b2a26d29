"""Every cause that this installation can name: one file each below `hypotheses/`, and what other packages offer.

A file's path is its cause's id. A site's own causes come in by the entry point `refused.hypotheses`, named by their id;
one that breaks a law, when it is loaded or whenever it judges, loses its say, and the walk goes on without it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui.by_path import entry_points_of, modules_below, tag_of
from tui.diagnosis.certainty import settled
from tui.diagnosis.hypothesis import Finding, Hypothesis, not_looked_at
from tui.diagnosis.laws import hypothesis_problems, judgement_problems
from tui.diagnosis.tree import GROUPS
from tui.model.case import Case
from tui.model.judgement import Judgement
from tui.model.requests import AnyRequest
from tui.model.safe_text import safe_text

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINT = "refused.hypotheses"
_GROUP_ORDER = tuple(group.id for group in GROUPS)


@cache
def hypotheses() -> tuple[Hypothesis, ...]:
    """Every cause, in the order of the walk."""
    return tuple(sorted((*own_hypotheses(), *_of_sites()[0]), key=walk_order))


def refused_causes() -> tuple[str, ...]:
    """The causes that other packages offer and that can't be used, each with its reason, a sentence."""
    return _of_sites()[1]


@cache
def own_hypotheses() -> tuple[Hypothesis, ...]:
    """Every hypothesis below `hypotheses/`."""
    from tui.diagnosis import hypotheses as package

    return tuple(map(_own, modules_below(package)))


def _own(module: str) -> Hypothesis:
    hypothesis: Hypothesis = importlib.import_module(module).HYPOTHESIS
    return replace(hypothesis, id=f"{module.split('.')[-2]}.{tag_of(module)}")


@cache
def _of_sites() -> tuple[tuple[Hypothesis, ...], tuple[str, ...]]:
    return from_entry_points(entry_points_of(ENTRY_POINT))


def from_entry_points(points: Iterable[EntryPoint]) -> tuple[tuple[Hypothesis, ...], tuple[str, ...]]:
    """The causes behind `points` that keep the laws, contained; and for each other one, why it is not used, a sentence."""
    taken = {hypothesis.id for hypothesis in own_hypotheses()}
    kept: list[Hypothesis] = []
    refused: list[str] = []
    for point in points:
        loaded, problems = _loaded(point, taken)
        if problems:
            refused.append(safe_text(f"the cause {point.name} of {point.value} is not used: {'; '.join(problems)}", limit=300))
        else:
            kept.append(_contained(replace(loaded, id=point.name)))
            taken.add(point.name)
    return tuple(kept), tuple(refused)


def _loaded(point: EntryPoint, taken: set[str]) -> tuple[Any, list[str]]:
    try:
        loaded = point.load()
        return loaded, list(_entry_problems(point.name, loaded, taken))
    except Exception as error:  # noqa: BLE001 -- another's code may raise anything, and the walk goes on without it
        return None, [f"{type(error).__name__}: {error}"]


def walk_order(hypothesis: Hypothesis) -> tuple[int, int, str]:
    """The key that sorts hypotheses as the walk goes: by group, by place, by id."""
    return _GROUP_ORDER.index(hypothesis.id.partition(".")[0]), hypothesis.place, hypothesis.id


def concerns(hypothesis: Hypothesis, case: Case) -> bool:
    """Whether the hypothesis is about this kind of target at all."""
    group = hypothesis.id.partition(".")[0]
    kinds = hypothesis.transports or {branch.transport for branch in GROUPS if branch.id == group}
    return case.target.transport in kinds


def _entry_problems(identifier: str, loaded: object, taken: set[str]) -> Iterator[str]:
    group, _, leaf = identifier.partition(".")
    if group not in _GROUP_ORDER or not leaf:
        yield f"its name is not GROUP.CAUSE with a group of {', '.join(_GROUP_ORDER)}"
    if identifier in taken:
        yield "there is a cause of that name already"
    if isinstance(loaded, Hypothesis):
        yield from hypothesis_problems(replace(loaded, id=identifier))
    else:
        yield "it is not a Hypothesis"


def _contained(hypothesis: Hypothesis) -> Hypothesis:
    """The same cause, whose defects end in "not looked at" and never in an exception."""
    judge, needs = hypothesis.judge, hypothesis.needs

    def judged(case: Case) -> Finding:
        try:
            finding = judge(case)
            problems = judgement_problems(settled(hypothesis, case, finding), case)
        except Exception as error:  # noqa: BLE001 -- another's code may raise anything
            return _defective([f"it raised {type(error).__name__}"])
        return _defective(problems) if problems else finding

    return replace(hypothesis, judge=judged, needs=_needs_or_none(needs))


def _defective(problems: list[str]) -> Judgement:
    return not_looked_at(f"This cause of another package is defective: {', '.join(problems)}.")


def _needs_or_none(needs: Callable[[Case], Iterable[AnyRequest]]) -> Callable[[Case], Iterable[AnyRequest]]:
    def contained(case: Case) -> Iterable[AnyRequest]:
        try:
            return tuple(needs(case))
        except Exception:  # noqa: BLE001 -- its judgement says that it is defective, if it can't judge either
            return ()

    return contained
