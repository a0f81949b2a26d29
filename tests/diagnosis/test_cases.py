"""Every case file comes to its verdict, whatever the order of facts and hypotheses; every cause has a case for and against."""

import random
from pathlib import Path

import pytest
from msgspec import UNSET
from msgspec.structs import asdict, replace

from tests.casefile import CASES, all_files, load
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.facts import AnyFact
from tui.model.judgement import Assessment

FILES = all_files()


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_a_case_comes_to_its_verdict(path: Path) -> None:
    """The facts of the file lead to the verdict, states and culprit that it expects."""
    file = load(path)

    found = assess(file.case, hypotheses())

    expect = file.expect
    verdict = found.verdict
    assert (verdict.cause if verdict else "none") == expect.cause, _explain(found)
    if expect.certainty:
        assert verdict is not None
        assert verdict.certainty == expect.certainty, _explain(found)
    if expect.status:
        assert found.status == expect.status
    if expect.outcome:
        assert found.outcome == expect.outcome
    if expect.also is not None:
        assert {one.cause for one in found.also} == set(expect.also), _explain(found)
    if expect.alternatives is not None:
        assert set(expect.alternatives) <= {one.cause for one in found.alternatives}, _explain(found)
    for cause, state in expect.states.items():
        assert found.judgements[cause].state == state, f"{cause}: {found.judgements[cause]}"
    if expect.culprit:
        assert verdict is not None
        assert verdict.culprit is not None
        culprit = {key: value for key, value in asdict(verdict.culprit).items() if value is not UNSET}
        assert expect.culprit.items() <= culprit.items()
    for words in expect.says:
        assert verdict is not None
        assert words in verdict.summary


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_order_never_changes_a_verdict(path: Path) -> None:
    """Shuffling the hypotheses, and the facts of different kinds, changes nothing in the assessment."""
    case = load(path).case
    expected = assess(case, hypotheses())
    for seed in range(4):
        shuffle = random.Random(seed)  # noqa: S311 -- an order, not a secret
        facts = list(case.facts)
        shuffle.shuffle(facts)
        shuffled = list(hypotheses())
        shuffle.shuffle(shuffled)

        found = assess(replace(case, facts=_in_time(facts, case.facts)), shuffled)

        assert found.verdict == expected.verdict
        assert found.status == expected.status
        assert set(found.also) == set(expected.also)
        assert {one.cause for one in found.alternatives} == {one.cause for one in expected.alternatives}


def _in_time(shuffled: list[AnyFact], seen: tuple[AnyFact, ...]) -> tuple[AnyFact, ...]:
    """Keep the shuffled order between kinds, and the order of time within each kind, where the newest counts."""
    by_kind = {kind: iter([fact for fact in seen if type(fact) is kind]) for kind in {type(fact) for fact in seen}}
    return tuple(next(by_kind[type(fact)]) for fact in shuffled)


@pytest.mark.parametrize("cause", [one.id for one in hypotheses()])
def test_every_cause_has_a_case_for_and_against(cause: str) -> None:
    """A folder of cases exists for the cause, with one where it holds and one where it is ruled out or outranked."""
    holds = [path for path in sorted((CASES / cause).glob("*.toml")) if cause in _named(path)]
    fails = [path for path in sorted((CASES / cause).glob("*.toml")) if cause not in _named(path)]

    assert holds, f"no case for {cause}"
    assert fails, f"no case against {cause}"


def _named(path: Path) -> set[str]:
    expect = load(path).expect
    return {expect.cause or "", *(expect.also or ())}


def _explain(found: Assessment) -> str:
    """The judgements that are not plain, for a failing case."""
    return "\n".join(
        f"{cause}: {one.state} - {one.reason} {sorted(one.explains)}"
        for cause, one in found.judgements.items()
        if one.state not in {"ruled-out", "not-relevant", "not-looked-at"}
    )
