"""How judgements are weighed: what explains the failure leads, and the person's word orders what is left open."""

import pytest
from msgspec.structs import replace

from tui.diagnosis.decide import Ask, decide, is_settled
from tui.diagnosis.hypothesis import Claim, Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.ranking import assess, judged
from tui.model.case import Case
from tui.model.facts import Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy, State
from tui.model.target import parse_target

ADDRESS = "10.0.3.9"
REMEDY = Remedy(do="Mend it.")


def _cause(
    identifier: str, judgement: Finding, *, supersedes: frozenset[str] = frozenset(), onset: str | None = None
) -> Hypothesis:
    return Hypothesis(
        id=identifier,
        place=10,
        onset="change" if onset == "change" else "setting" if onset == "setting" else None,
        title="t",
        question="?",
        why="w",
        meaning="m",
        proof="p",
        supersedes=supersedes,
        shown_by=(TcpAttempt,),
        looks=(),
        needs=lambda _case: (),
        judge=lambda _case: judgement,
    )


def _case(*outcomes: Outcome) -> Case:
    facts = tuple(
        TcpAttempt(id=f"attempt-{number}", address=ADDRESS, port=80, outcome=outcome, latency_ms=1.0)
        for number, outcome in enumerate(outcomes, start=1)
    )
    return Case(target=parse_target(f"{ADDRESS}:80"), facts=facts)


def _confirmed(*explains: str) -> Claim:
    return claim("It is so.", "attempt-1", reason="Seen.", explains=explains, refuted_by="Not seen.", remedies=(REMEDY,))


def _likely(*explains: str) -> Claim:
    return replace(_confirmed(*explains), missing="Look.")


def test_what_explains_nothing_is_not_why_it_fails() -> None:
    """A confirmed side finding stands beside the verdict of a failing target, never in its place."""
    side = _cause("name.a", _confirmed())
    fitting = _cause("path.b", still_open("Perhaps.", summary="Perhaps this.", next_check="Look.", explains=[ADDRESS]))

    found = assess(_case(Outcome.TIMEOUT), [side, fitting])

    assert found.verdict is not None
    assert (found.verdict.cause, found.verdict.certainty) == ("path.b", "possible")
    assert [one.cause for one in found.also] == ["name.a"]


@pytest.mark.parametrize("finding", [_confirmed(ADDRESS), _likely(ADDRESS), "open"], ids=["confirmed", "likely", "possible"])
def test_a_verdict_keeps_what_its_cause_says(finding: Claim | str) -> None:
    """However sure it is: the sentence, the culprit, the facts, what would disprove it, what to do."""
    culprit = Culprit(kind="address", address=ADDRESS, port=80)
    possible = still_open("Perhaps.", "attempt-1", summary="It is so.", next_check="Not seen.", explains=[ADDRESS])
    said = replace(possible if isinstance(finding, str) else finding, culprit=culprit, remedies=(REMEDY,))

    verdict = assess(_case(Outcome.TIMEOUT), [_cause("path.b", said)]).verdict

    assert verdict is not None
    assert (verdict.summary, verdict.culprit, verdict.evidence) == ("It is so.", culprit, ("attempt-1",))
    assert (verdict.refuted_by, verdict.remedies) == ("Not seen.", (REMEDY,))


def test_a_more_specific_cause_takes_the_place_of_another() -> None:
    """Of two confirmed causes for the same address the one that is `over` the other stands alone."""
    specific = _cause("port.a", _confirmed(ADDRESS), supersedes=frozenset({"server.b"}))
    general = _cause("server.b", _confirmed(ADDRESS))

    found = assess(_case(Outcome.REFUSED), [general, specific])

    assert found.verdict is not None
    assert found.verdict.cause == "port.a"
    assert found.also == ()


def test_a_less_certain_cause_displaces_nothing() -> None:
    """A likely cause does not take the place of a confirmed one, however specific it is."""
    specific = _cause("port.a", _likely(ADDRESS), supersedes=frozenset({"server.b"}))
    general = _cause("server.b", _confirmed(ADDRESS))

    found = assess(_case(Outcome.REFUSED), [general, specific])

    assert found.verdict is not None
    assert found.verdict.cause == "server.b"
    assert [one.cause for one in found.alternatives] == ["port.a"]


@pytest.mark.parametrize(("answer", "first"), [("yes", "server.sudden"), ("no", "path.always"), ("unknown", "path.always")])
def test_whether_it_ever_worked_orders_what_is_open(answer: str, first: str) -> None:
    """Among causes that explain the same, the answer puts the fitting kind first; without one the walk's order holds."""
    always = _cause("path.always", still_open("?", summary="A.", next_check="Look.", explains=[ADDRESS]), onset="setting")
    sudden = _cause("server.sudden", still_open("?", summary="S.", next_check="Look.", explains=[ADDRESS]), onset="change")
    case = replace(_case(Outcome.TIMEOUT), answers=(("ever-worked", answer),))

    found = assess(case, [always, sudden])

    assert found.verdict is not None
    assert found.verdict.cause == first


def test_a_healthy_target_has_no_verdict() -> None:
    """Where it connects and nothing is likely, there is no verdict and the status is reachable."""
    found = assess(_case(Outcome.CONNECTED), [_cause("path.a", ruled_out("It connects."))])

    assert (found.status, found.outcome, found.verdict) == ("reachable", "connected", None)


@pytest.mark.parametrize("last", [Outcome.CONNECTED, Outcome.REFUSED])
def test_what_connected_at_times_is_intermittent(last: Outcome) -> None:
    """A failure after a success makes it intermittent, whatever the last attempt brought."""
    found = assess(_case(Outcome.CONNECTED, Outcome.REFUSED, last), [])

    assert (found.status, found.outcome) == ("intermittent", "refused")


def test_nobody_is_asked_about_what_is_settled() -> None:
    """A confirmed cause for all that fails leaves no question; an open failure does."""
    case = _case(Outcome.REFUSED)
    proved = [_cause("server.b", _confirmed(ADDRESS))]

    assert is_settled(case, assess(case, proved))
    assert not isinstance(decide(case, proved), Ask)
    assert isinstance(decide(_case(Outcome.TIMEOUT), []), Ask)


@pytest.mark.parametrize(("why", "state"), [("excluded", State.NOT_RELEVANT), ("skipped", State.NOT_LOOKED_AT)])
def test_what_the_person_set_aside_is_not_judged(why: str, state: State) -> None:
    """An excluded cause is not relevant and a skipped one not looked at, whatever the facts say; every other is judged."""
    case = replace(_case(Outcome.REFUSED), set_aside=(("server.b", why),))

    assert judged(_cause("server.b", _confirmed(ADDRESS)), case).state is state
    assert judged(_cause("server.c", _confirmed(ADDRESS)), case).state is State.CONFIRMED


@pytest.mark.parametrize(
    ("cause", "target", "state"),
    [
        ("unix.a", "10.0.3.9:80", State.NOT_RELEVANT),
        ("path.a", "/run/app.sock", State.NOT_RELEVANT),
        ("unix.a", "/run/app.sock", State.LIKELY),
        ("path.a", "10.0.3.9:80", State.LIKELY),
    ],
)
def test_a_cause_of_another_kind_of_target_is_not_relevant(cause: str, target: str, state: State) -> None:
    """A cause is judged only for the kind of target that its group is about."""
    hypothesis = replace(_cause(cause, _confirmed()), before_attempts=True)

    found = judged(hypothesis, Case(target=parse_target(target)))

    assert found.state is state
    if state is State.NOT_RELEVANT:
        assert ("a Unix socket" if target.startswith("/") else "a TCP port") in found.reason


@pytest.mark.parametrize(("before_attempts", "state"), [(True, State.LIKELY), (False, State.NOT_LOOKED_AT)])
def test_before_the_first_attempt_only_some_causes_are_judged(before_attempts: bool, state: State) -> None:
    """Until an attempt has ended a cause is not looked at, unless it says that it may speak before; after it each is judged."""
    hypothesis = replace(_cause("name.a", _confirmed()), before_attempts=before_attempts)

    assert judged(hypothesis, _case()).state is state
    assert judged(hypothesis, _case(Outcome.REFUSED)).state is State.CONFIRMED
