"""How sure a claim is: the one place that decides it, by the same rules for every cause.

Confirmed needs three things. The mechanism was seen: a fact of the kinds in which it shows is among the evidence. The
intention is known, where the cause says what was meant. And nothing that could not be looked at would produce the same.
Where one of them is missing it is likely, and says which check would tell.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tui.diagnosis.hypothesis import Claim, Finding, Gap, Hypothesis, Look
from tui.diagnosis.readings import outcomes
from tui.diagnosis.readings.contradiction import contradiction
from tui.diagnosis.remedies import fitted, fitting_words
from tui.model.address import without_zone
from tui.model.case import Case, remembered
from tui.model.command_line import quoted
from tui.model.facts import Fact, Listeners, NotObserved, Outcome
from tui.model.judgement import Judgement, State
from tui.model.requests import AnyRequest, Request


def settled(hypothesis: Hypothesis, case: Case, finding: Finding) -> Judgement:
    """The judgement that a finding comes to; what is no claim stays as it is, but nothing is ruled out without a fact."""
    if isinstance(finding, Judgement):
        is_guess = finding.state is State.RULED_OUT and not finding.evidence
        state = State.NOT_LOOKED_AT if is_guess else finding.state
        return replace(finding, state=state, next_check=fitting_words(case, finding.next_check))
    gap = next(gaps(hypothesis, case, finding), None)
    intention = finding.intention
    meant = f" It is what was meant: {intention.words}." if intention and hypothesis.is_meant else ""
    doubt = f" But {gap.words}." if gap and gap.words else ""
    return Judgement(
        state=State.LIKELY if gap else State.CONFIRMED,
        reason=f"{finding.reason}{meant}{doubt}",
        evidence=tuple(dict.fromkeys((*finding.evidence, *(intention.evidence if intention else ())))),
        summary=finding.summary,
        culprit=finding.culprit,
        refuted_by=fitting_words(case, finding.refuted_by),
        remedies=fitted(case, finding.remedies),
        next_check=fitting_words(case, gap.check) if gap else "",
        explains=finding.explains,
    )


def gaps(hypothesis: Hypothesis, case: Case, claim: Claim) -> Iterator[Gap]:
    """What is missing for a claim to be sure; nothing where it is confirmed."""
    if claim.missing:
        yield Gap("", claim.missing)
    kinds = {type(fact) for fact in case.facts if fact.id in claim.evidence}
    if not any(issubclass(kind, hypothesis.shown_by) for kind in kinds):
        yield Gap("the mechanism itself was not seen", hypothesis.proof)
    if hypothesis.is_meant and claim.intention is None:
        name = f"`refused check {quoted(case.target.label)} --service NAME`, with the name of the service that is meant."
        yield Gap("nobody said that this is what was meant", name)
    yield from _other_machines(case, claim)
    yield from _other_moments(hypothesis, case, claim)
    yield from _another_text(case)
    symptoms = claim.explains or _tried(case)
    for look in (*hypothesis.looks, *claim.looks):
        for symptom in sorted(symptoms):
            if not look.excluded(case, symptom):
                yield from _not_looked_at(look, case, symptom)


def _tried(case: Case) -> frozenset[str]:
    """For a claim that explains no failure: every address that was tried."""
    return frozenset(outcomes.addresses(case))


def _not_looked_at(look: Look, case: Case, symptom: str) -> Iterator[Gap]:
    for fact in case.all(NotObserved):
        if fact.absent or any(_was_made(fact.request, other) for kind in look.facts for other in case.all(kind)):
            continue
        if _is_asked(look, case, fact.request, symptom):
            yield Gap(f"{look.words} could not be looked at: {_clause(fact.reason)}", fact.remedy or f"Look at {look.words}.")
    if any(_is_asked(look, case, request, symptom) for request in _under_way(case, look.checks)):
        yield Gap(f"{look.words} are still being looked at", f"The look at {look.words} comes to its end.")
    gap = look.gap(case, symptom)
    if gap:
        yield gap


@remembered
def _under_way(case: Case, kinds: tuple[type[Request], ...]) -> tuple[AnyRequest, ...]:
    return tuple(request for request in case.in_flight if isinstance(request, kinds))


def _was_made(request: AnyRequest, fact: Fact) -> bool:
    """Whether the fact is of the machine and address that the request asked about."""
    keys = ("vantage", "address")
    return all(getattr(request, key, None) == getattr(fact, key, None) for key in keys if hasattr(fact, key))


def _is_asked(look: Look, case: Case, request: AnyRequest, symptom: str) -> bool:
    """Whether the check is one of that look's about the symptom: the address it names, or anything where it names none."""
    if not isinstance(request, look.checks) or not look.bears(case, request, symptom):
        return False
    address = getattr(request, "address", None)
    return address is None or without_zone(address) == without_zone(symptom)


def _clause(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}".rstrip(".") if sentence[1:2].islower() else sentence.rstrip(".")


def _another_text(case: Case) -> Iterator[Gap]:
    """What is seen here is not what the pasted text says: no cause of it is sure before its own place was looked at."""
    differs = contradiction(case)
    if differs:
        place = differs.places[0]
        yield Gap("the text says otherwise", f"`{place.command}`: {place.do}")


def _other_moments(hypothesis: Hypothesis, case: Case, claim: Claim) -> Iterator[Gap]:
    """It shows in a look at the sockets alone, and an address that it explains has connected in this session.

    A series of attempts outweighs the moment of a look. What a service manager says of the service is no such moment.
    """
    shown = {type(fact) for fact in case.facts if fact.id in claim.evidence and isinstance(fact, hypothesis.shown_by)}
    if shown != {Listeners}:
        return
    worked = {attempt.address for attempt in outcomes.attempts(case) if attempt.outcome in outcomes.WORKING}
    moments = sorted(worked & claim.explains & outcomes.failing(case, Outcome.REFUSED).keys())
    if moments:
        yield Gap(
            f"{outcomes.joined(moments)} has connected meanwhile, and a table shows one moment",
            f"More attempts: `refused check {quoted(case.target.label)} --attempts 10`; if all are refused, it is so.",
        )


def _other_machines(case: Case, claim: Claim) -> Iterator[Gap]:
    """The sockets that it rests on may be of a machine that does not have the address: a translation may lead there."""
    for fact in case.all(Listeners):
        if fact.id not in claim.evidence or not fact.addresses:
            continue
        others = {without_zone(address) for address in claim.explains if not outcomes.has_address(fact, address)}
        if others:
            missing = outcomes.joined(sorted(others))
            yield Gap(
                f"the machine that was checked does not have {missing} itself",
                f"`{fact.vantage} ip -brief address`: whether an address translation leads {missing} to that machine.",
            )
