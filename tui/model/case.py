"""Target, facts and answers so far: what hypotheses judge and `decide` reads. Immutable."""

from collections.abc import Iterable
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tui.model.events import Answered, AnyEvent, CheckEnded, CheckStarted, FactSeen, Judged, Opened, SetAside, Withdrawn
from tui.model.facts import AnyFact, Fact
from tui.model.frame import Frame
from tui.model.options import Options
from tui.model.requests import AnyRequest
from tui.model.target import Target, TcpTarget, UnixTarget

F = TypeVar("F", bound=Fact)


class Case(Struct, frozen=True, kw_only=True):
    """Everything a session knows at one moment."""

    target: Target
    options: Options = Options()
    code: tuple[Frame, ...] = ()
    """The code that asked for the target, the user's innermost frame first."""
    facts: tuple[AnyFact, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    """Pairs of question and answer, in the order given."""
    asked: tuple[AnyRequest, ...] = ()
    ended: tuple[AnyRequest, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()
    """Pairs of cause and why (`skipped`, `excluded`)."""

    @property
    def tcp(self) -> TcpTarget:
        """The target, for what is only ever asked of a TCP port. Raises TypeError for a Unix socket."""
        if isinstance(self.target, TcpTarget):
            return self.target
        raise TypeError(f"{self.target.label} is not a TCP port")

    @property
    def unix(self) -> UnixTarget:
        """The target, for what is only ever asked of a Unix socket. Raises TypeError for a TCP port."""
        if isinstance(self.target, UnixTarget):
            return self.target
        raise TypeError(f"{self.target.label} is not a Unix socket")

    def all(self, kind: type[F]) -> tuple[F, ...]:
        """All facts of this kind, oldest first."""
        return tuple(fact for fact in self.facts if isinstance(fact, kind))

    def last(self, kind: type[F]) -> F | None:
        """The newest fact of this kind."""
        return next((fact for fact in reversed(self.facts) if isinstance(fact, kind)), None)

    def answer(self, question: str) -> str | None:
        """The person's answer to a question of the tree, if given."""
        return dict(self.answers).get(question)

    def has_ended(self, request: AnyRequest) -> bool:
        """Whether this check has come to its end."""
        return request in self.ended

    @property
    def in_flight(self) -> tuple[AnyRequest, ...]:
        """The checks that were asked for and have not ended."""
        return tuple(request for request in self.asked if request not in self.ended)


def fold(case: Case, event: AnyEvent) -> Case:
    """The case after `event`. Pure; the events of a session folded in order give its case."""
    match event:
        case Opened():
            text = (replace(event.text, id="error-text-1", at=event.at),) if event.text else ()
            return Case(target=event.target, options=event.options, code=event.code, facts=text)
        case CheckStarted():
            return replace(case, asked=(*case.asked, event.request))
        case CheckEnded():
            return replace(case, ended=(*case.ended, event.request))
        case FactSeen():
            return replace(case, facts=(*case.facts, event.fact))
        case Answered():
            return replace(case, answers=(*case.answers, (event.question, event.answer)))
        case Withdrawn():
            return replace(case, answers=tuple(pair for pair in case.answers if pair[0] != event.question))
        case SetAside():
            return replace(case, set_aside=(*case.set_aside, (event.cause, event.why)))
        case Judged():
            return case


def fold_all(events: Iterable[AnyEvent]) -> Case:
    """The case that `events`, a whole session with its header first, add up to. Raises ValueError without a header."""
    rest = iter(events)
    header = next(rest, None)
    if not isinstance(header, Opened):
        raise ValueError("a session starts with its header")  # noqa: TRY004 -- one message, and the value is wrong
    case = fold(Case(target=header.target), header)
    for event in rest:
        case = fold(case, event)
    return case
