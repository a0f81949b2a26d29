"""What every hypothesis keeps to, whatever the case: it judges without raising, and says only what the facts carry."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from tests.casefile import all_files, load
from tui import diagnosis
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import decide, wanted_checks
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.laws import hypothesis_problems, judgement_problems
from tui.diagnosis.ranking import assess, judged
from tui.model.case import Case
from tui.model.facts import AnyFact
from tui.model.judgement import Judgement, Remedy, State
from tui.model.target import parse_target

CASES = tuple(load(path).case for path in all_files())
FACTS = tuple(fact for case in CASES for fact in case.facts)

UNKNOWN = re.compile(r"\bNone\b(?! (?:of|was)\b)")
"""What an f-string makes of a value that is not there; "None of them" is a sentence."""
RAGGED = re.compile(r"^\s|\S  \S|\s$|(?<!\w)\(\s*\)| ,| \.(?=\s|$)|,\s*,|“”|``")
"""Where something that is empty stood: a space at an end, an empty pair, a comma after nothing."""


def problems_of(judgement: Judgement, case: Case) -> list[str]:
    """Which laws a judgement of ours breaks: those of every cause, whole sentences, and somebody to blame where it is sure."""
    advice = [text for remedy in judgement.remedies for text in (remedy.do, remedy.command, remedy.verify)]
    sentences = (judgement.reason, judgement.summary, judgement.refuted_by, judgement.next_check, *advice)
    return [
        *judgement_problems(judgement, case),
        *(f"a value that is not known: {text}" for text in sentences if UNKNOWN.search(text)),
        *(f"a hole: {text}" for text in sentences if RAGGED.search(text)),
        *(["it blames nobody"] if judgement.state is State.CONFIRMED and judgement.culprit is None else []),
    ]


WITHOUT_CULPRIT = {"client.blocked"}
"""EPERM and EACCES do not say which rule or module forbade it."""
each_hypothesis = pytest.mark.parametrize("hypothesis", hypotheses(), ids=lambda one: one.id)


@st.composite
def mixed_cases(draw: st.DrawFn) -> Case:
    """Some facts of one case with some of others, under the target and options of any, at any stage of the walk."""
    base = draw(st.sampled_from(CASES))
    kept: list[AnyFact] = [fact for fact in base.facts if draw(st.booleans())]
    for stranger in draw(st.lists(st.sampled_from(FACTS), max_size=8)):
        kept.insert(draw(st.integers(0, len(kept))), stranger)
    target = base.target if draw(st.integers(0, 3)) else draw(st.sampled_from(CASES)).target
    return Case(
        target=target,
        options=draw(st.sampled_from(CASES)).options,
        facts=tuple(replace(fact, id=f"fact-{place}") for place, fact in enumerate(kept)),
        answers=draw(st.sampled_from(CASES)).answers,
        asked=base.asked,
        ended=base.ended if draw(st.booleans()) else (),
    )


@pytest.mark.parametrize("path", all_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_judgement_of_a_case_is_whole(path: Path) -> None:
    """Of each case, what every cause says of it: whole, without a hole in a sentence, and somebody to blame where it holds."""
    case = load(path).case
    judgements = {hypothesis.id: judged(hypothesis, case) for hypothesis in hypotheses()}
    holding = {identifier for identifier, each in judgements.items() if each.state in {State.CONFIRMED, State.LIKELY}}

    assert {identifier: found for identifier, each in judgements.items() if (found := problems_of(each, case))} == {}
    assert {identifier for identifier in holding if judgements[identifier].culprit is None} <= WITHOUT_CULPRIT


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(case=mixed_cases())
def test_every_judgement_of_any_mixture_of_facts_is_whole(case: Case) -> None:
    """No mixture of facts makes a hypothesis raise, name a fact that is not there, or leave out what a verdict must carry."""
    for hypothesis in hypotheses():
        judgement = judged(hypothesis, case)
        problems = problems_of(judgement, case)
        assert not problems, f"{hypothesis.id}: {problems}: {judgement}"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(case=mixed_cases())
def test_any_mixture_of_facts_can_be_weighed_and_continued(case: Case) -> None:
    """Ranking and the choice of the next check take any mixture of facts, and no check is wanted that was asked for."""
    assess(case, hypotheses())
    decide(case, hypotheses())

    assert not set(wanted_checks(case, hypotheses())) & set(case.asked)


@each_hypothesis
@pytest.mark.parametrize("text", ["db-1.corp.example:5432", "[2001:db8::7]:443", "/run/app.sock"])
def test_an_empty_case_proves_nothing(hypothesis: Hypothesis, text: str) -> None:
    """Before the first fact no cause is likely, confirmed or worth naming as an alternative."""
    judgement = judged(hypothesis, Case(target=parse_target(text)))

    assert judgement.state in {State.NOT_LOOKED_AT, State.NOT_RELEVANT}


@each_hypothesis
def test_the_prose_and_the_references_keep_the_laws(hypothesis: Hypothesis) -> None:
    """A leaf's label fits its place, its question is one, all prose is there, and the causes that it names have a group."""
    assert hypothesis_problems(hypothesis) == []


def test_no_two_causes_take_each_others_place() -> None:
    """Where one cause takes another's place, the other does not take its: else both would vanish."""
    over = {one.id: one.supersedes for one in hypotheses()}

    assert not [(one, other) for one, others in over.items() for other in others if one in over.get(other, ())]


def test_no_reading_can_be_changed() -> None:
    """Every value that diagnosis makes is frozen: what one cause does with it, no other sees."""
    classes = [
        value
        for module in pkgutil.walk_packages(diagnosis.__path__, f"{diagnosis.__name__}.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, type) and issubclass(value, Struct) and value is not Struct
    ]

    assert classes
    assert all(one.__struct_config__.frozen for one in classes)


@pytest.mark.parametrize(
    ("sentence", "is_whole"),
    [
        ("None of them names this client.", True),
        ("None was offered.", True),
        ("It ends in None.", False),
        ("connect() failed at once.", True),
        ("It is held by ().", False),
        ("It is held by  , pid 7.", False),
        ("It is stopped by  (state T).", False),
        (" It is held.", False),
        ("It is held .", False),
        ("`` shows it.", False),
        ("It says “”.", False),
    ],
)
def test_a_sentence_with_a_hole_is_seen(sentence: str, is_whole: bool) -> None:
    """A value that is not known, and what stands around an empty one, wherever in a judgement."""
    case = CASES[0]
    plain = Judgement(state=State.OPEN, reason="It is so.")
    remedy = Remedy(do=sentence, verify="It is so.")
    for judgement in (replace(plain, reason=sentence), replace(plain, next_check=sentence), replace(plain, remedies=(remedy,))):
        assert (problems_of(judgement, case) == []) is is_whole


def test_a_sure_judgement_blames_somebody() -> None:
    """Confirmed without a culprit is a breach, likely is none."""
    told = Judgement(state=State.CONFIRMED, reason="It is so.")

    assert "it blames nobody" in problems_of(told, CASES[0])
    assert "it blames nobody" not in problems_of(replace(told, state=State.LIKELY), CASES[0])
