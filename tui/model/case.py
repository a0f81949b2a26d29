"""Target, facts and answers so far: what hypotheses judge and `decide` reads. Immutable."""

from collections.abc import Callable, Iterable
from functools import wraps
from operator import itemgetter
from typing import Concatenate, ParamSpec, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tui.model.events import Answered, AnyEvent, Before, CheckEnded, CheckStarted, FactSeen, Judged, Opened, SetAside, Withdrawn
from tui.model.facts import AnyFact, Fact, Outcome
from tui.model.frame import Frame
from tui.model.judgement import Status
from tui.model.options import Options
from tui.model.requests import AnyRequest
from tui.model.target import Target, TcpTarget, UnixTarget

F = TypeVar("F", bound=Fact)
P = ParamSpec("P")
R = TypeVar("R")


def remembered(read: "Callable[Concatenate[Case, P], R]") -> "Callable[Concatenate[Case, P], R]":
    """A function of a case and of values that can be hashed, worked out once for each case: a case never changes.

    The causes ask the same of every case a hundred times, and a session may have ten thousand facts.
    """

    @wraps(read)
    def known(case: "Case", /, *values: P.args, **named: P.kwargs) -> R:
        answers: dict[object, R] = vars(case).setdefault("remembered", {})
        key = (read, values, *named.items()) if named else (read, values)
        if key not in answers:
            answers[key] = read(case, *values, **named)
        return answers[key]

    return known


class After(Struct, frozen=True, kw_only=True):
    """What came of the walk behind a target, where it went on there."""

    status: Status
    outcome: Outcome
    cause: str | None = None
    """What was found there; None where nothing is wrong, or nothing is known."""


class Case(Struct, frozen=True, kw_only=True, dict=True):
    """Everything a session knows at one moment. What was once read from it is remembered with it (`remembered`)."""

    target: Target
    options: Options = Options()
    code: tuple[Frame, ...] = ()
    """The code that asked for the target, the user's innermost frame first."""
    behind: tuple[Before, ...] = ()
    """The targets that the walk came by, the given one first."""
    ahead: After | None = None
    """What stands behind the target, once that was walked to its end."""
    facts: tuple[AnyFact, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    """Pairs of question and answer, in the order given."""
    asked: tuple[AnyRequest, ...] = ()
    ended: tuple[AnyRequest, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()
    """Pairs of cause and why (`skipped`, `excluded`)."""

    @property
    def label(self) -> str:
        """The target, with those that the walk came by before it: `web:80 > 127.0.0.1:3000`."""
        return " > ".join((*(before.target.label for before in self.behind), self.target.label))

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
        return _of_kind(self, kind)

    def last(self, kind: type[F]) -> F | None:
        """The newest fact of this kind."""
        return next(reversed(self.all(kind)), None)

    def answer(self, question: str) -> str | None:
        """The person's answer to a question of the tree, if given."""
        return dict(self.answers).get(question)

    def has_ended(self, request: AnyRequest) -> bool:
        """Whether this check has come to its end."""
        return request in _ended(self)

    @property
    def in_flight(self) -> tuple[AnyRequest, ...]:
        """The checks that were asked for and have not ended."""
        return _in_flight(self)


@remembered
def _groups(case: Case) -> dict[type[Fact], list[tuple[int, AnyFact]]]:
    """The facts by their own kind, each with its place among all."""
    groups: dict[type[Fact], list[tuple[int, AnyFact]]] = {}
    for index, fact in enumerate(case.facts):
        groups.setdefault(type(fact), []).append((index, fact))
    return groups


@remembered
def _of_kind(case: Case, kind: type[F]) -> tuple[F, ...]:
    groups = [group for known, group in _groups(case).items() if issubclass(known, kind)]
    numbered = groups[0] if len(groups) == 1 else sorted((pair for group in groups for pair in group), key=itemgetter(0))
    return tuple(fact for _, fact in numbered if isinstance(fact, kind))


@remembered
def _ended(case: Case) -> frozenset[AnyRequest]:
    return frozenset(case.ended)


@remembered
def _in_flight(case: Case) -> tuple[AnyRequest, ...]:
    ended = _ended(case)
    return tuple(request for request in case.asked if request not in ended)


def fold(case: Case, event: AnyEvent) -> Case:
    """The case after `event`. Pure; the events of a session folded in order give its case."""
    match event:
        case Opened():
            text = (replace(event.text, id="error-text-1", at=event.at),) if event.text else ()
            return Case(target=event.target, options=event.options, code=event.code, behind=event.behind, facts=text)
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
