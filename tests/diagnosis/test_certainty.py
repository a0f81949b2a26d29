"""Certainty is decided in one place: what is taken away from a confirmed verdict makes it fall, whatever the cause."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.approved import ROOT
from tests.casefile import CASES, all_files, load
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.hypothesis import Claim, Hypothesis, Look
from tui.diagnosis.ranking import judged
from tui.diagnosis.readings.answers import MEANT, SERVICE
from tui.diagnosis.readings.hosts import vantage
from tui.model.case import Case
from tui.model.facts import NotObserved
from tui.model.judgement import State
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    ListListeners,
    ListOtherNamespaces,
    ReadFirewall,
    ReadNameSources,
    ReadService,
    Request,
)


def _confirmed() -> Iterator[tuple[str, Hypothesis, Case, Claim]]:
    """Every judgement of every case file that is confirmed, with the claim that it came from."""
    for path in all_files():
        case = load(path).case
        for hypothesis in hypotheses():
            if judged(hypothesis, case).state is State.CONFIRMED:
                claim = hypothesis.judge(case)
                assert isinstance(claim, Claim)
                yield f"{hypothesis.id} in {path.relative_to(CASES).with_suffix('')}", hypothesis, case, claim


NEVER_SURE = {"path.cloud-filter"}
"""Causes of which nothing can be seen from where the program runs."""
CONFIRMED = tuple(_confirmed())
each_confirmed = pytest.mark.parametrize(
    ("hypothesis", "case", "claim"), [pytest.param(*rest, id=name) for name, *rest in CONFIRMED]
)
each_meant = pytest.mark.parametrize(
    ("hypothesis", "case", "claim"),
    [pytest.param(hypothesis, case, claim, id=name) for name, hypothesis, case, claim in CONFIRMED if hypothesis.is_meant],
)
each_look = pytest.mark.parametrize(
    ("look", "hypothesis", "case", "claim"),
    [
        pytest.param(look, hypothesis, case, claim, id=f"{name} without {look.words}")
        for name, hypothesis, case, claim in CONFIRMED
        for look in hypothesis.looks
    ],
)


@each_meant
def test_without_the_intention_nothing_is_confirmed(hypothesis: Hypothesis, case: Case, claim: Claim) -> None:
    """A cause that says what was meant is not confirmed without the words, settings or code that show the intention."""
    assert claim.intention is not None
    shown = set(claim.intention.evidence)
    less = replace(
        case,
        options=replace(case.options, service=None),
        answers=tuple(pair for pair in case.answers if pair[0] not in {SERVICE, MEANT}),
        code=(),
        facts=tuple(fact for fact in case.facts if fact.id not in shown),
    )

    assert judged(hypothesis, less).state is not State.CONFIRMED


@each_look
def test_what_could_not_be_looked_at_leaves_a_doubt(look: Look, hypothesis: Hypothesis, case: Case, claim: Claim) -> None:
    """Where a look that bears on the cause could not be taken, it is not confirmed, and the missing look is named."""
    symptoms = [symptom for symptom in claim.explains if not look.excluded(case, symptom)]
    asked = [request for kind in look.checks for symptom in symptoms for request in _requests(kind, case, symptom)]
    blind = tuple(NotObserved(id=f"blind-{number}", request=request, reason="Hidden.") for number, request in enumerate(asked))
    less = replace(case, facts=(*(fact for fact in case.facts if not isinstance(fact, look.facts)), *blind))

    judgement = judged(hypothesis, less)

    assert asked or not claim.explains or not symptoms
    if asked:
        assert judgement.state is not State.CONFIRMED
        assert judgement.next_check or judgement.state is not State.LIKELY


def _requests(kind: type[Request], case: Case, symptom: str) -> list[AnyRequest]:
    """A check of that kind as it is asked for one symptom."""
    made: dict[type[Request], AnyRequest] = {
        ReadFirewall: ReadFirewall(address=symptom, port=1),
        ListListeners: ListListeners(),
        ListOtherNamespaces: ListOtherNamespaces(port=1, vantage=vantage(case, symptom)),
        ReadService: ReadService(port=1),
        ReadNameSources: ReadNameSources(name=case.tcp.host),
        AskNameserver: AskNameserver(server="192.0.2.53", name=case.tcp.host),
    }
    return [made[kind]]


@each_confirmed
def test_without_the_mechanism_nothing_is_confirmed(hypothesis: Hypothesis, case: Case, claim: Claim) -> None:
    """Where the facts in which the mechanism shows are missing, no cause is confirmed."""
    assert any(fact.id in claim.evidence and isinstance(fact, hypothesis.shown_by) for fact in case.facts)
    less = replace(case, facts=tuple(fact for fact in case.facts if not isinstance(fact, hypothesis.shown_by)))

    assert judged(hypothesis, less).state is not State.CONFIRMED


def test_no_cause_calls_itself_confirmed() -> None:
    """The files of the causes and their readings make claims: no state of certainty is written anywhere in them."""
    written = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("hypotheses", "readings")
        for path in sorted((ROOT / "tui/diagnosis" / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"CONFIRMED", "LIKELY"}
    }

    assert written == set()
    assert CONFIRMED
    assert {hypothesis.id for _, hypothesis, *_ in CONFIRMED} == {hypothesis.id for hypothesis in hypotheses()} - NEVER_SURE


def test_what_nothing_can_show_from_inside_is_never_sure() -> None:
    """A cause without a kind of fact in which it shows can't be confirmed, whatever is claimed."""
    assert {hypothesis.id for hypothesis in hypotheses() if not hypothesis.shown_by} == NEVER_SURE
