"""One possible cause: its prose, what it needs to know, and how it judges a case; and the forms that a judgement takes."""

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tui.model.case import Case
from tui.model.judgement import Culprit, Judgement, Remedy, State
from tui.model.requests import AnyRequest
from tui.model.target import Transport


class Hypothesis(Struct, frozen=True, kw_only=True):
    """One cause. The module that defines it calls it HYPOTHESIS."""

    id: str = ""
    """`group.cause`, filled in from the module's path."""
    place: int
    """Its place in its group's walk."""
    before_attempts: bool = False
    """Whether it may say something before the first attempt has ended; the others are not tested until then."""
    onset: Literal["change", "setting"] | None = None
    """Whether it comes suddenly to what had worked (`change`), or is there from the start (`setting`); None for both."""
    title: str
    """The leaf's label in the tree, at most 18 characters."""
    question: str
    """The question of the step, one plain sentence."""
    why: str
    """Why it is asked, one or two sentences."""
    meaning: str
    """What the cause means, one sentence for the catalogue."""
    proof: str
    """What proves it."""
    mistaken_for: tuple[str, ...] = ()
    """The causes it is most easily taken for."""
    supersedes: frozenset[str] = frozenset()
    """The less specific causes that it takes the place of, where both explain the same symptom."""
    transports: frozenset[Transport] = frozenset()
    """The kinds of target that it is about, where they are not just its group's."""
    needs: Callable[[Case], Iterable[AnyRequest]]
    """The checks that would help to judge, given what is known; those already made are harmless."""
    judge: Callable[[Case], Judgement]


def not_tested(reason: str) -> Judgement:
    """Nothing is known yet."""
    return Judgement(state=State.NOT_TESTED, reason=reason)


def ruled_out(reason: str, *evidence: str) -> Judgement:
    """The facts speak against it."""
    return Judgement(state=State.RULED_OUT, reason=reason, evidence=evidence)


def still_open(reason: str, *evidence: str, next_check: str = "", summary: str = "", explains: Iterable[str] = ()) -> Judgement:
    """Not ruled out; with a `summary` it is worth naming as an alternative, and `next_check` says what would decide."""
    return Judgement(
        state=State.OPEN, reason=reason, evidence=evidence, next_check=next_check, summary=summary, explains=frozenset(explains)
    )


def likely(
    summary: str,
    *evidence: str,
    reason: str,
    next_check: str,
    explains: Iterable[str] = (),
    culprit: Culprit | None = None,
    refuted_by: str,
    remedies: Iterable[Remedy] = (),
) -> Judgement:
    """It fits better than any other, and the observation named in `next_check` is missing."""
    holds = confirmed(
        summary, *evidence, reason=reason, explains=explains, culprit=culprit, refuted_by=refuted_by, remedies=remedies
    )
    return replace(holds, state=State.LIKELY, next_check=next_check)


def confirmed(
    summary: str,
    *evidence: str,
    reason: str,
    explains: Iterable[str] = (),
    culprit: Culprit | None = None,
    refuted_by: str,
    remedies: Iterable[Remedy] = (),
) -> Judgement:
    """What its `proof` asks for was seen."""
    return Judgement(
        state=State.CONFIRMED,
        reason=reason,
        evidence=evidence,
        summary=summary,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=tuple(remedies),
        explains=frozenset(explains),
    )
