"""One possible cause: its prose, what it needs to know, and how it judges a case; and the forms that a judgement takes."""

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct

from tui.model.case import Case
from tui.model.facts import Fact
from tui.model.judgement import Culprit, Judgement, Remedy, State
from tui.model.requests import AnyRequest, Request
from tui.model.target import Transport


class Gap(Struct, frozen=True):
    """What could not be looked at, or not whole, although something there would produce the same."""

    words: str
    """A clause: `the packet filter's rules could not be read`."""
    check: str
    """The look that would tell."""


class Look(Struct, frozen=True, kw_only=True):
    """Something that must have been looked at before a cause is sure. The instances stand in `looks`."""

    words: str
    """For the catalogue and for sentences: `the packet filter's rules`."""
    checks: tuple[type[Request], ...]
    """The checks that look there; one that could not be made leaves a gap."""
    facts: tuple[type[Fact], ...]
    """What they bring; a check that brought one of these was made, whatever else was hidden."""
    wanted: Callable[[Case], Iterable[AnyRequest]]
    """These checks as this case needs them; they are made for every cause that names the look."""
    gap: Callable[[Case, str], Gap | None]
    """What of it is missing for one symptom, an address or `name`, although the check was made; None where it is whole."""
    excluded: Callable[[Case, str], bool] = lambda _case, _symptom: False
    """Whether another observation shows that nothing there can matter for the symptom."""
    bears: Callable[[Case, AnyRequest, str], bool] = lambda _case, _request, _symptom: True
    """Whether one of its checks has to do with the symptom; one that names another address has not in any case."""


class Intention(Struct, frozen=True, kw_only=True):
    """How it is known that this service, and no other, is the one that was meant."""

    known_by: Literal["person", "settings", "code", "nothing-else"]
    """The person's word; a unit's, container's or program's own settings; the code that asked; or there is nothing else."""
    words: str
    """For a sentence: `you named it`, `shop.service is set to port 8080`."""
    evidence: tuple[str, ...] = ()
    """The ids of the facts that show it; empty for the person's word and for code."""


class Claim(Struct, frozen=True, kw_only=True):
    """What a cause says where it holds. How sure it is, `certainty` alone decides, from these parts."""

    summary: str
    """The verdict's sentence."""
    evidence: tuple[str, ...]
    """The ids of the facts it rests on: the mechanism as it was seen."""
    reason: str
    missing: str
    """The check that would make it sure, where the cause itself knows that one is missing."""
    intention: Intention | None
    """How it is known what was meant, for the causes that speak of it."""
    looks: tuple[Look, ...]
    """What must have been looked at for this claim besides what the cause always needs."""
    explains: frozenset[str]
    culprit: Culprit | None
    refuted_by: str
    remedies: tuple[Remedy, ...]


Finding = Judgement | Claim
"""What `judge` returns: a claim where the cause holds, and else why it does not or can't be told."""


class Hypothesis(Struct, frozen=True, kw_only=True):
    """One cause. The module that defines it calls it HYPOTHESIS."""

    id: str = ""
    """`group.cause`, filled in from the module's path."""
    place: int
    """Its place in its group's walk."""
    before_attempts: bool = False
    """Whether it may say something before the first attempt has ended; the others are not looked at until then."""
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
    shown_by: tuple[type[Fact], ...]
    """The kinds of fact in which its mechanism can be seen: without one of them in the evidence it is never confirmed."""
    is_meant: bool = False
    """Whether it says what was meant, as in "the right service is elsewhere": then the intention must be known."""
    looks: tuple[Look, ...]
    """What must have been looked at, because something there would produce the same; empty where nothing would."""
    needs: Callable[[Case], Iterable[AnyRequest]]
    """The checks that would help to judge, given what is known; those already made are harmless."""
    judge: Callable[[Case], Finding]


def not_looked_at(reason: str) -> Judgement:
    """Nobody has looked yet, or nobody may."""
    return Judgement(state=State.NOT_LOOKED_AT, reason=reason)


def not_relevant(reason: str, *evidence: str) -> Judgement:
    """It does not apply to this target, or to how it ends."""
    return Judgement(state=State.NOT_RELEVANT, reason=reason, evidence=evidence)


def ruled_out(reason: str, *evidence: str) -> Judgement:
    """Facts of this session contradict it: `evidence` has at least one."""
    return Judgement(state=State.RULED_OUT, reason=reason, evidence=evidence)


def still_open(reason: str, *evidence: str, next_check: str = "", summary: str = "", explains: Iterable[str] = ()) -> Judgement:
    """Not ruled out; with a `summary` it is worth naming as an alternative, and `next_check` says what would decide."""
    return Judgement(
        state=State.OPEN, reason=reason, evidence=evidence, next_check=next_check, summary=summary, explains=frozenset(explains)
    )


def claim(
    summary: str,
    *evidence: str,
    reason: str,
    missing: str = "",
    intention: Intention | None = None,
    looks: Iterable[Look] = (),
    explains: Iterable[str] = (),
    culprit: Culprit | None = None,
    refuted_by: str,
    remedies: Iterable[Remedy] = (),
) -> Claim:
    """It holds, as far as it was seen. `missing` names the check that is missing where the cause knows of one.

    `looks` are those that bear on this claim alone, besides the cause's own; `intention` is how it is known what was meant.

    Whether that makes it likely or confirmed is decided in `certainty`, by the same rules for every cause.
    """
    return Claim(
        summary=summary,
        evidence=evidence,
        reason=reason,
        missing=missing,
        intention=intention,
        looks=tuple(looks),
        explains=frozenset(explains),
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=tuple(remedies),
    )
