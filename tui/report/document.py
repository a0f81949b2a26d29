"""The `refused/1` document: what a session found, as the stable structure that scripts read.

Law: keys may be added; none is removed or given another meaning. It is a pure function of the case and its assessment.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from tui.diagnosis.causes import concerns, hypotheses
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import assess
from tui.diagnosis.readings.signs import signs
from tui.model.address import endpoint
from tui.model.case import After, Case, fold_all
from tui.model.events import AnyEvent, Judged, Opened
from tui.model.facts import AnyFact, Outcome
from tui.model.judgement import Alternative, Assessment, Contradiction, State, Status, Verdict
from tui.model.target import Target, TcpTarget, Transport, UnixTarget
from tui.report.proved import Proof, proved, unproved
from tui.report.unseen import unseen

Schema = Literal["refused/1"]
SCHEMA: Schema = "refused/1"
Moment = Annotated[str, Meta(description="UTC, RFC 3339", extra_json_schema={"format": "date-time"})]


class TargetPart(Struct, frozen=True, kw_only=True):
    """What was to be reached. `text` never holds credentials."""

    text: str
    host: str | None
    port: int | None
    transport: Transport
    scheme: str | None
    path: str | None
    """The socket's path, for transport `unix`; then host and port are null."""

    @property
    def label(self) -> str:
        """The short form for headings: `db-1:5432`, `[::1]:80`, `/run/app.sock`."""
        if self.host is not None and self.port is not None:
            return endpoint(self.host, self.port)
        return self.path or self.text


class WalkStep(Struct, frozen=True, kw_only=True):
    """One hypothesis of the walk, in the order of the tree."""

    id: str
    state: State
    reason: str
    evidence: tuple[str, ...]
    """The ids of the facts that decided."""


class Document(Struct, frozen=True, kw_only=True):
    """One target's result."""

    schema: Schema
    target: TargetPart
    status: Status
    outcome: Outcome
    """How the target answers as a whole."""
    contradiction: Contradiction | None
    """What a pasted error text says and is not so here; the verdict is then about this place, and not about the text's."""
    verdict: Verdict | None
    """Null when the target is reachable, or nothing can be said."""
    also: tuple[Verdict, ...]
    """Further causes that hold as well."""
    proved: tuple[Proof, ...] = ()
    """What was asked and what answered, layer by layer: a target that is reachable is claimed to do no more."""
    unproved: tuple[str, ...] = ()
    """What a target that connects was not asked, or did not answer as asked; only where this is empty is nothing wrong."""
    alternatives: tuple[Alternative, ...]
    walk: tuple[WalkStep, ...]
    evidence: tuple[AnyFact, ...]
    signs: tuple[str, ...] = ()
    """What the answer times tell besides: a lost packet, or load. No cause rests on it alone."""
    unseen: tuple[str, ...]
    """What could not be checked, and what would allow it."""
    complete: bool
    """Whether the walk came to its end; false for one that was interrupted, or whose record was cut short."""
    started: Moment
    elapsed_s: float
    version: str
    next: "Document | None" = None
    """What stands behind the target, where the walk went on there: the result for what a proxy forwards to."""


def document(
    case: Case, assessment: Assessment, *, started: str, elapsed_s: float, version: str, complete: bool = True
) -> Document:
    """The document for `case` as `assessment` sees it. `started` is UTC in RFC 3339, `version` the program's that walked."""
    return Document(
        schema=SCHEMA,
        target=_target(case.target),
        status=assessment.status,
        outcome=assessment.outcome,
        contradiction=assessment.contradiction,
        verdict=assessment.verdict,
        also=assessment.also,
        proved=proved(case),
        unproved=unproved(case),
        alternatives=assessment.alternatives,
        walk=tuple(_step(hypothesis, assessment) for hypothesis in hypotheses() if concerns(hypothesis, case)),
        evidence=case.facts,
        signs=tuple(sign.text for sign in signs(case)),
        unseen=tuple(unseen(case)),
        complete=complete,
        started=started,
        elapsed_s=round(elapsed_s, 3),
        version=version,
    )


def document_of(events: Sequence[AnyEvent]) -> Document:
    """The document for a session, its header first; what follows a later header is its `next`. Raises ValueError without one.

    The verdict is worked out anew from the facts, by the causes that this version knows.
    """
    ends = [number for number, event in enumerate(events) if number and isinstance(event, Opened)]
    if not ends:
        return _of_stretch(events)
    following = document_of(events[ends[0] :])
    return replace(_of_stretch(events[: ends[0]], following), next=following)


def _of_stretch(events: Sequence[AnyEvent], following: Document | None = None) -> Document:
    """The document for the events on one target, its header first, where the walk went on to `following`."""
    case = fold_all(events)
    if following and following.complete:
        found = following.verdict.cause if following.verdict else None
        case = replace(case, ahead=After(status=following.status, outcome=following.outcome, cause=found))
    assessment = assess(case, hypotheses())
    header = events[0]
    judged = next((event for event in reversed(events) if isinstance(event, Judged)), None)
    return document(
        case,
        assessment,
        started=header.at,
        elapsed_s=_seconds([event.at for event in events]),
        version=header.version if isinstance(header, Opened) else "",
        complete=judged is not None and judged.final,
    )


def _target(target: Target) -> TargetPart:
    match target:
        case TcpTarget(text=text, host=host, port=port, scheme=scheme):
            return TargetPart(text=text, host=host, port=port, transport="tcp", scheme=scheme, path=None)
        case UnixTarget(text=text, path=path, scheme=scheme):
            return TargetPart(text=text, host=None, port=None, transport="unix", scheme=scheme, path=path)


def _step(hypothesis: Hypothesis, assessment: Assessment) -> WalkStep:
    judgement = assessment.judgements[hypothesis.id]
    return WalkStep(id=hypothesis.id, state=judgement.state, reason=judgement.reason, evidence=judgement.evidence)


def _seconds(moments: Sequence[str]) -> float:
    """How long the record took, by the moments of its events; a clock that is set back meanwhile hides that one step alone.

    0.0 where one of them can't be read.
    """
    try:
        read = [datetime.fromisoformat(moment) for moment in moments]
        return sum((max(later - earlier, timedelta()) for earlier, later in pairwise(read)), timedelta()).total_seconds()
    except (ValueError, TypeError):
        return 0.0
