"""What to do next: a pure function of the case. Free checks first, then steps, then questions, then the verdict.

A person is asked only while something that fails has no confirmed cause, or where the answer itself decides one.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tui.diagnosis.causes import concerns
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import assess
from tui.diagnosis.readings import either_kind, outcomes, text_places
from tui.diagnosis.tree import QUESTIONS, Question
from tui.model.case import Case
from tui.model.judgement import Assessment, State
from tui.model.requests import AnyRequest, ListOtherNamespaces, ReadSessionHost, Schedule, Step

_SLOWEST = ListOtherNamespaces
"""What asks container engines, which take a tenth of a second to answer."""


class Run(Struct, frozen=True):
    """Run these checks; none of them has been run. `steps` send more than the attempts themselves."""

    requests: tuple[AnyRequest, ...]
    steps: bool = False


class Ask(Struct, frozen=True):
    """Put this question to the person."""

    question: Question


class Wait(Struct, frozen=True):
    """Checks are under way, and there is nothing else to do."""


class Conclude(Struct, frozen=True):
    """Nothing is left that could be checked."""


Decision = Run | Ask | Wait | Conclude


def decide(case: Case, hypotheses: Sequence[Hypothesis]) -> Decision:
    """The next thing to do for `case`."""
    wanted = wanted_checks(case, hypotheses)
    free = [request for request in wanted if not isinstance(request, Step)]
    if free:
        # What takes longest is under way while the rest is loaded. Attempts are started last: loading what the other
        # checks need must not fall into their latency.
        return Run(tuple(sorted(free, key=lambda request: (isinstance(request, Schedule), not isinstance(request, _SLOWEST)))))
    if wanted:
        return Run(wanted, steps=True)
    assessment = assess(case, hypotheses)
    place = ReadSessionHost()
    if place not in case.asked and _has_remedies(assessment):
        return Run((place,))
    question = next_question(case, settled=is_settled(case, assessment))
    if question:
        return Ask(question)
    return Wait() if case.in_flight else Conclude()


def wanted_checks(case: Case, hypotheses: Iterable[Hypothesis]) -> tuple[AnyRequest, ...]:
    """The checks that some hypothesis needs and nobody has asked for, in the order of the walk."""
    aside = dict(case.set_aside)
    asked = set(case.asked)
    concerned = [hypothesis for hypothesis in hypotheses if hypothesis.id not in aside and concerns(hypothesis, case)]
    # Many causes name the same look, which wants the same checks each time.
    wants = dict.fromkeys(want for one in concerned for want in (one.needs, *(look.wanted for look in one.looks)))
    wanted = dict.fromkeys(request for want in wants for request in want(case))
    wanted |= dict.fromkeys(text_places.wanted(case))
    return tuple(request for request in wanted if request not in asked)


def _has_remedies(assessment: Assessment) -> bool:
    """Whether some remedy is offered, whose commands must fit the place where they are typed."""
    verdicts = (*((assessment.verdict,) if assessment.verdict else ()), *assessment.also)
    return assessment.contradiction is not None or any(verdict.remedies for verdict in verdicts)


def next_question(case: Case, *, settled: bool = False) -> Question | None:
    """The first question of the tree that is worth asking and has no answer; where all is settled, what decides a cause."""
    return next(
        (
            question
            for question in QUESTIONS
            if case.answer(question.id) is None and (question.about or not settled) and question.applies(case)
        ),
        None,
    )


def is_settled(case: Case, assessment: Assessment) -> bool:
    """Whether confirmed causes account for everything that fails, so that no person needs to be asked."""
    confirmed = [judgement for judgement in assessment.judgements.values() if judgement.state is State.CONFIRMED]
    symptoms = {*either_kind.failing(case), *((outcomes.NAME,) if outcomes.name_fails(case) else ())}
    return symptoms <= {symptom for judgement in confirmed for symptom in judgement.explains}
