"""What to do next: a pure function of the case. Free looks first, then steps, then questions, then the verdict."""

from collections.abc import Iterable

from msgspec import Struct

from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.tree import GROUPS, QUESTIONS, Question
from tui.model.case import Case
from tui.model.requests import STEPS, AnyRequest, Connect, ConnectUnix


class Run(Struct, frozen=True):
    """Take these looks; none of them has been taken. `steps` send more than the attempts themselves."""

    requests: tuple[AnyRequest, ...]
    steps: bool = False


class Ask(Struct, frozen=True):
    """Put this question to the person."""

    question: Question


class Wait(Struct, frozen=True):
    """Looks are under way, and nothing else is to be done."""


class Conclude(Struct, frozen=True):
    """Nothing is left that could be looked at."""


Decision = Run | Ask | Wait | Conclude


def decide(case: Case, hypotheses: Iterable[Hypothesis]) -> Decision:
    """The next thing to do for `case`."""
    wanted = wanted_looks(case, hypotheses)
    free = [request for request in wanted if not isinstance(request, STEPS)]
    if free:
        # Attempts are started last: loading what the other looks need must not fall into their latency.
        return Run(tuple(sorted(free, key=lambda request: isinstance(request, Connect | ConnectUnix))))
    if wanted:
        return Run(wanted, steps=True)
    question = next_question(case)
    if question:
        return Ask(question)
    return Wait() if case.in_flight else Conclude()


def wanted_looks(case: Case, hypotheses: Iterable[Hypothesis]) -> tuple[AnyRequest, ...]:
    """The looks that some hypothesis needs and nobody has asked for, in the order of the walk."""
    aside = dict(case.set_aside)
    asked = set(case.asked)
    wanted = dict.fromkeys(
        request for one in hypotheses if one.id not in aside and concerns(one, case) for request in one.needs(case)
    )
    return tuple(request for request in wanted if request not in asked)


def concerns(hypothesis: Hypothesis, case: Case) -> bool:
    """Whether the hypothesis is about this kind of target at all."""
    group = hypothesis.id.partition(".")[0]
    return any(one.transport == case.target.transport for one in GROUPS if one.id == group)


def next_question(case: Case) -> Question | None:
    """The first question of the tree that is worth asking and has no answer."""
    return next((one for one in QUESTIONS if case.answer(one.id) is None and one.applies(case)), None)
