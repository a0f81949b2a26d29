"""One possible cause: its prose, what it needs to know, and how it judges a case; and the forms that a judgement takes."""

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct

from tui.model.case import Case
from tui.model.judgement import Culprit, Judgement, Remedy, State
from tui.model.requests import AnyRequest


class Hypothesis(Struct, frozen=True, kw_only=True):
    """One cause. The module that defines it calls it HYPOTHESIS."""

    id: str = ""
    """`group.cause`, filled in from the module's path."""
    place: int
    """Where it stands in its group's walk."""
    onset: Literal["change", "setting"] | None = None
    """Whether it comes suddenly to what had worked (`change`), or is there from the start (`setting`); None for both."""
    title: str
    """The leaf's label in the tree, at most 18 characters."""
    asks: str
    """The question of the step, one plain sentence."""
    why: str
    """Why it is asked, one or two sentences."""
    means: str
    """What the cause means, one sentence for the catalogue."""
    proof: str
    """What proves it."""
    mistaken_for: tuple[str, ...] = ()
    """The causes it is most easily taken for."""
    over: frozenset[str] = frozenset()
    """The less specific causes that it takes the place of, where both explain the same symptom."""
    transports: frozenset[str] = frozenset()
    """The kinds of target that it is about, where they are not just its group's."""
    needs: Callable[[Case], Iterable[AnyRequest]]
    """The looks that would help to judge, given what is known; those already taken are harmless."""
    judge: Callable[[Case], Judgement]


def not_tested(because: str) -> Judgement:
    """Nothing is known yet."""
    return Judgement(state=State.NOT_TESTED, because=because)


def ruled_out(because: str, *evidence: str) -> Judgement:
    """The facts speak against it."""
    return Judgement(state=State.RULED_OUT, because=because, evidence=evidence)


def still_open(because: str, *evidence: str, tell_apart: str = "", summary: str = "", explains: Iterable[str] = ()) -> Judgement:
    """Not ruled out; with a `summary` it is worth naming as an alternative, and `tell_apart` says what would decide."""
    return Judgement(
        state=State.OPEN, because=because, evidence=evidence, tell_apart=tell_apart, summary=summary, explains=frozenset(explains)
    )


def likely(
    summary: str,
    *evidence: str,
    because: str,
    tell_apart: str,
    explains: Iterable[str] = (),
    culprit: Culprit | None = None,
    disproof: str,
    remedies: Iterable[Remedy] = (),
) -> Judgement:
    """It fits better than any other, and the observation named in `tell_apart` is missing."""
    return Judgement(
        state=State.LIKELY,
        because=because,
        evidence=evidence,
        summary=summary,
        culprit=culprit,
        disproof=disproof,
        remedies=tuple(remedies),
        tell_apart=tell_apart,
        explains=frozenset(explains),
    )


def confirmed(
    summary: str,
    *evidence: str,
    because: str,
    explains: Iterable[str] = (),
    culprit: Culprit | None = None,
    disproof: str,
    remedies: Iterable[Remedy] = (),
) -> Judgement:
    """What its `proof` asks for was seen."""
    return Judgement(
        state=State.CONFIRMED,
        because=because,
        evidence=evidence,
        summary=summary,
        culprit=culprit,
        disproof=disproof,
        remedies=tuple(remedies),
        explains=frozenset(explains),
    )
