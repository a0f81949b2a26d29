"""From judgements to the verdict, whatever their order.

A cause is measured by its certainty, by the failing things it explains, and by whether a more specific one
(`over`) accounts for the same. What explains something that the verdict does not is reported beside it.
"""

import itertools
from collections.abc import Iterable

from msgspec.structs import replace

from tui.diagnosis.causes import concerns, walk_order
from tui.diagnosis.certainty import settled
from tui.diagnosis.hypothesis import Hypothesis, not_looked_at, not_relevant
from tui.diagnosis.readings import code, either_kind, outcomes, replies, talk, text
from tui.diagnosis.readings.answers import EVER_WORKED
from tui.diagnosis.readings.contradiction import contradiction
from tui.diagnosis.remedies import fitted
from tui.model.case import Case
from tui.model.facts import Outcome
from tui.model.judgement import Alternative, Assessment, Certainty, Judgement, State, Status, Verdict
from tui.model.target import UnixTarget

_CANDIDATES = {State.CONFIRMED: Certainty.CONFIRMED, State.LIKELY: Certainty.LIKELY}
_TELLING = (
    Outcome.REFUSED,
    Outcome.REJECTED,
    Outcome.RESET,
    Outcome.CLOSED,
    Outcome.SILENT,
    Outcome.UNREACHABLE,
    Outcome.TIMEOUT,
    Outcome.BLOCKED,
)
"""Where attempts fail differently, the first of these that occurs is the target's outcome."""
_DENIED = frozenset({Outcome.REFUSED, Outcome.REJECTED})
"""Answers that no lost packet explains."""


def assess(case: Case, hypotheses: Iterable[Hypothesis]) -> Assessment:
    """Judge the case by every hypothesis and weigh the results."""
    known = tuple(sorted(hypotheses, key=walk_order))
    judgements = {hypothesis.id: judged(hypothesis, case) for hypothesis in known}
    candidates = [hypothesis for hypothesis in known if judgements[hypothesis.id].state in _CANDIDATES]
    standing = [hypothesis for hypothesis in candidates if not _displaced(hypothesis, candidates, judgements)]
    standing.sort(key=lambda hypothesis: _weight(hypothesis, judgements[hypothesis.id]))
    status = _status(case, standing)
    if status is Status.REACHABLE:
        standing = []
    chosen = _chosen(standing, judgements)
    proved = [hypothesis for hypothesis in candidates if judgements[hypothesis.id].state is State.CONFIRMED]
    lost = [
        hypothesis for hypothesis in candidates if hypothesis not in chosen and not _displaced(hypothesis, proved, judgements)
    ]
    verdicts: list[Verdict | None] = [_verdict(case, hypothesis, judgements[hypothesis.id]) for hypothesis in chosen]
    open_ones = _alternatives(case, known, lost if standing else [], judgements)
    # A cause that explains no failure does not answer why it fails.
    unexplained = not (chosen and judgements[chosen[0].id].explains)
    if (status is Status.FAILING and unexplained) or (replies.failures(case) and not chosen):
        verdicts.insert(0, _possible(open_ones[0].cause, judgements[open_ones[0].cause]) if open_ones else None)
        open_ones = open_ones[1:]
    differs = contradiction(case, healthy=status is Status.REACHABLE)
    if differs and not differs.same_stage:
        verdicts = [verdict and _of_another_failure(case, verdict) for verdict in verdicts]
    return Assessment(
        status=status,
        outcome=_outcome(case, status, standing),
        contradiction=replace(differs, places=fitted(case, differs.places)) if differs else None,
        verdict=verdicts[0] if verdicts else None,
        also=tuple(verdict for verdict in verdicts[1:] if verdict is not None),
        alternatives=open_ones,
        judgements=judgements,
    )


def judged(hypothesis: Hypothesis, case: Case) -> Judgement:
    """The judgement of one hypothesis, with the person's word and the kind of target considered."""
    if not concerns(hypothesis, case):
        kind = "a Unix socket" if isinstance(case.target, UnixTarget) else "a TCP port"
        return not_relevant(f"The target is {kind}.")
    why = dict(case.set_aside).get(hypothesis.id)
    if why == "excluded":
        return not_relevant("Set aside by you.")
    if why == "skipped":
        return not_looked_at("Skipped by you.")
    if not (hypothesis.before_attempts or either_kind.attempts(case)):
        return not_looked_at("Nothing has been tried yet.")
    return settled(hypothesis, case, hypothesis.judge(case))


def _displaced(hypothesis: Hypothesis, candidates: list[Hypothesis], judgements: dict[str, Judgement]) -> bool:
    """Whether a more specific cause, at least as certain, explains all that this one does."""
    mine = judgements[hypothesis.id]
    return any(
        hypothesis.id in other.supersedes
        and _certain(judgements[other.id]) <= _certain(mine)
        and mine.explains <= judgements[other.id].explains
        for other in candidates
        if other is not hypothesis
    )


def _certain(judgement: Judgement) -> int:
    return 0 if judgement.state is State.CONFIRMED else 1


def _weight(hypothesis: Hypothesis, judgement: Judgement) -> tuple[bool, int, int, tuple[int, int, str]]:
    """Smaller is stronger: explains something, is confirmed, explains more; the walk settles ties."""
    return (not judgement.explains, _certain(judgement), -len(judgement.explains), walk_order(hypothesis))


def _chosen(standing: list[Hypothesis], judgements: dict[str, Judgement]) -> list[Hypothesis]:
    """The verdict and what belongs beside it: other confirmed causes, and likely ones for what is left unexplained."""
    chosen: list[Hypothesis] = []
    explained: frozenset[str] = frozenset()
    for hypothesis in standing:
        judgement = judgements[hypothesis.id]
        news = judgement.explains - explained or not judgement.explains
        if not chosen or judgement.state is State.CONFIRMED or news:
            chosen.append(hypothesis)
            explained |= judgement.explains
    return chosen


def _verdict(case: Case, hypothesis: Hypothesis, judgement: Judgement) -> Verdict:
    """The judgement as a verdict; where a line of code asked for the wrong thing, that line is the culprit."""
    asked = code.asked(case, hypothesis.id)
    return Verdict(
        cause=hypothesis.id,
        certainty=_CANDIDATES[judgement.state],
        summary=f"{judgement.summary} {asked.sentence}." if asked else judgement.summary,
        culprit=asked.culprit if asked else judgement.culprit,
        evidence=(*judgement.evidence, asked.evidence) if asked else judgement.evidence,
        refuted_by=judgement.refuted_by,
        remedies=(asked.remedy, *judgement.remedies) if asked else judgement.remedies,
    )


def _of_another_failure(case: Case, verdict: Verdict) -> Verdict:
    """What is wrong here can't be what the text tells, unless it is the text that the cause rests on."""
    said = text.text(case)
    return verdict if said and said.id in verdict.evidence else replace(verdict, certainty=Certainty.POSSIBLE)


def _possible(cause: str, judgement: Judgement) -> Verdict:
    return Verdict(
        cause=cause,
        certainty=Certainty.POSSIBLE,
        summary=judgement.summary,
        culprit=judgement.culprit,
        evidence=judgement.evidence,
        refuted_by=judgement.refuted_by or judgement.next_check,
        remedies=judgement.remedies,
    )


def _alternatives(
    case: Case, known: tuple[Hypothesis, ...], lost: list[Hypothesis], judgements: dict[str, Judgement]
) -> tuple[Alternative, ...]:
    """The likely causes that lost, then the open ones that would explain something that fails, those that explain most first.

    Among equals, what fits the answer to whether it ever worked comes first.
    """
    possible = [
        hypothesis for hypothesis in known if judgements[hypothesis.id].state is State.OPEN and judgements[hypothesis.id].summary
    ]
    if not either_kind.failing(case) and not outcomes.name_fails(case) and not _failed_before(case):
        possible = [hypothesis for hypothesis in possible if hypothesis.id in talk.AFTER_CONNECTING]
    unlikely = {"yes": "setting", "no": "change"}.get(case.answer(EVER_WORKED) or "")
    possible.sort(
        key=lambda hypothesis: (
            -len(judgements[hypothesis.id].explains),
            hypothesis.onset is not None and hypothesis.onset == unlikely,
        )
    )
    return tuple(
        Alternative(
            cause=hypothesis.id,
            certainty=_CANDIDATES.get(judgements[hypothesis.id].state, Certainty.POSSIBLE),
            summary=judgements[hypothesis.id].summary,
            next_check=judgements[hypothesis.id].next_check,
        )
        for hypothesis in (*lost, *possible)
    )


def _status(case: Case, standing: list[Hypothesis]) -> Status:
    if any(comes_and_goes(case, address) for address in either_kind.latest(case)):
        return Status.INTERMITTENT
    if not either_kind.connecting(case):
        return Status.FAILING
    if either_kind.failing(case) or standing or replies.failures(case):
        return Status.DEGRADED
    return Status.INTERMITTENT if _failed_before(case) else Status.REACHABLE


def _failed_before(case: Case) -> bool:
    """Whether an address or path that connects has refused or rejected an attempt before; what verifies a repair is no sign."""
    series = [either_kind.attempts(case, where) for where in either_kind.connecting(case)]
    return any(
        any(attempt.outcome in _DENIED for attempt in attempts) and all(attempt.purpose == "target" for attempt in attempts)
        for attempts in series
    )


def comes_and_goes(case: Case, address: str) -> bool:
    """Whether the attempts on one address or path failed after one that connected."""
    connected = [attempt.outcome in outcomes.WORKING for attempt in either_kind.attempts(case, address)]
    return any(earlier and not later for earlier, later in itertools.pairwise(connected))


def _outcome(case: Case, status: Status, standing: list[Hypothesis]) -> Outcome:
    if outcomes.name_fails(case) and not either_kind.latest(case):
        return Outcome.NAME_ERROR
    if status is Status.REACHABLE:
        return Outcome.CONNECTED
    if status is Status.DEGRADED:
        talked = any(hypothesis.id in talk.AFTER_CONNECTING for hypothesis in standing)
        return (talk.outcome(case) if talked else None) or Outcome.CONNECTED
    endings = {attempt.outcome for attempt in either_kind.attempts(case)}
    return next((outcome for outcome in _TELLING if outcome in endings), Outcome.PENDING)


def in_substance(assessment: Assessment) -> Assessment:
    """The assessment without what grows with every fact, and says nothing new: judgements, evidence, remedies."""
    return replace(
        assessment,
        judgements={},
        verdict=_in_substance(assessment.verdict) if assessment.verdict else None,
        also=tuple(map(_in_substance, assessment.also)),
        contradiction=replace(assessment.contradiction, evidence=(), places=()) if assessment.contradiction else None,
    )


def _in_substance(verdict: Verdict) -> Verdict:
    return replace(verdict, evidence=(), refuted_by="", remedies=())


def without_judgements(assessment: Assessment) -> Assessment:
    """The assessment as recorded: judgements follow from the facts and are worked out again."""
    return replace(assessment, judgements={})
