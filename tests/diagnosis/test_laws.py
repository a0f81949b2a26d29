"""What every hypothesis keeps to, whatever the case: it judges without raising, and says only what the facts carry."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.casefile import all_files, load
from tui.diagnosis import views
from tui.diagnosis.decide import decide, wanted_looks
from tui.diagnosis.hypothesis import Hypothesis, hypotheses
from tui.diagnosis.ranking import assess, judged
from tui.diagnosis.tree import GROUPS
from tui.model.case import Case
from tui.model.facts import AnyFact, Attempt
from tui.model.judgement import Judgement, State
from tui.model.target import endpoint, parse_target

CASES = tuple(load(path).case for path in all_files())
FACTS = tuple(fact for case in CASES for fact in case.facts)
LONGEST_TITLE = 18
"""The width of a leaf in the tree, in characters."""

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


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(case=mixed_cases())
def test_every_judgement_of_any_mixture_of_facts_is_whole(case: Case) -> None:
    """No mixture of facts makes a hypothesis raise, name a fact that is not there, or leave out what a verdict must carry."""
    for hypothesis in hypotheses():
        judgement = judged(hypothesis, case)
        problems = _problems(judgement, case)
        assert not problems, f"{hypothesis.id}: {problems}: {judgement}"


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(case=mixed_cases())
def test_any_mixture_of_facts_can_be_weighed_and_continued(case: Case) -> None:
    """Ranking and the choice of the next look take any mixture of facts, and no look is wanted that was asked for."""
    assess(case, hypotheses())
    decide(case, hypotheses())

    assert not set(wanted_looks(case, hypotheses())) & set(case.asked)


@each_hypothesis
@pytest.mark.parametrize("text", ["db-1.corp.example:5432", "[2001:db8::7]:443", "/run/app.sock"])
def test_an_empty_case_proves_nothing(hypothesis: Hypothesis, text: str) -> None:
    """Before the first fact no cause is likely, confirmed or worth naming as an alternative."""
    judgement = judged(hypothesis, Case(target=parse_target(text)))

    assert judgement.state in {State.NOT_TESTED, State.RULED_OUT}


@each_hypothesis
def test_the_prose_fits_the_tree(hypothesis: Hypothesis) -> None:
    """A leaf's label fits its place, its question is one, and every part of its prose is there."""
    assert 0 < len(hypothesis.title) <= LONGEST_TITLE
    assert hypothesis.asks.endswith("?")
    assert all((hypothesis.why.endswith("."), hypothesis.means.endswith("."), hypothesis.proof.endswith(".")))


@each_hypothesis
def test_other_causes_are_named_by_their_group(hypothesis: Hypothesis) -> None:
    """`over` and `mistaken_for` name causes of the tree's groups, and never the hypothesis itself."""
    named = {*hypothesis.over, *hypothesis.mistaken_for}

    assert hypothesis.id not in named
    assert {one.partition(".")[0] for one in named} <= {group.id for group in GROUPS}


def test_no_two_causes_take_each_others_place() -> None:
    """Where one cause takes another's place, the other does not take its: else both would vanish."""
    over = {one.id: one.over for one in hypotheses()}

    assert not [(one, other) for one, others in over.items() for other in others if one in over.get(other, ())]


def _problems(judgement: Judgement, case: Case) -> list[str]:
    """What is wrong with a judgement, in words."""
    holds = judgement.state in {State.CONFIRMED, State.LIKELY}
    offered = judgement.state is State.OPEN and bool(judgement.summary)
    unfounded = judgement.explains - _symptoms(case)
    wrong = {
        "says no reason": not judgement.because,
        "rests on facts that are not there": not set(judgement.evidence) <= {fact.id for fact in case.facts},
        f"explains {sorted(unfounded)}, which do not fail": bool(unfounded),
        "has no summary": holds and not judgement.summary,
        "has no disproof": holds and not judgement.disproof,
        "has no evidence": holds and not judgement.evidence,
        "has no remedies": holds and not judgement.remedies,
        "has a remedy without its verification": not all(one.do and one.verify for one in judgement.remedies),
        "does not say what would decide": (offered or judgement.state is State.LIKELY) and not judgement.tell_apart,
        "explains something although it does not hold": not (holds or offered) and bool(judgement.explains),
    }
    return [words for words, is_so in wrong.items() if is_so]


def _symptoms(case: Case) -> set[str]:
    """What fails or has failed: the name, addresses, the socket's path, and a proxy's endpoint."""
    failed = {one for one in case.all(Attempt) if one.outcome not in views.WORKING}
    proxies = {endpoint(one.address, one.port) for one in failed if one.purpose == "proxy"}
    targets = {one.path or one.address for one in failed if one.purpose in views.TARGET_PURPOSES}
    return {*targets, *proxies, *({views.NAME} if views.name_fails(case) else ())}
