"""From sightings to failures: which belong to one failed connection, and which of its attempts says most.

Sightings belong to one failure when they share a line, name the same host, or are addresses that were dialled one after
the other at the same port. Of several failures, the last is the one to walk. Of several addresses of one connection,
it is the last one that answered: a refusal says more than silence, and silence more than a missing route.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from tui.errors.classes import CHAIN, INSIDE, OUTSIDE, Mention, decisive
from tui.errors.patterns import is_literal, same_host
from tui.errors.shape import EndpointMark, Says, ShapeMatch
from tui.errors.types import ErrorClass
from tui.errors.view import TextView

FAR = 12
"""How many lines may lie between two sightings of one failure: a stack between a message and its fields."""

_SAYS_MOST: dict[ErrorClass | None, int] = {"timeout": 1, None: 1, "other": 1, "unreachable": 2}
_USED_UP: frozenset[ErrorClass] = frozenset({"descriptors", "no-space"})
"""What its machine lacked for any socket at all."""


class Spoken(Struct, frozen=True):
    """Where a text speaks of trouble: its mentions, those of each line, and the log record of each line."""

    mentions: tuple[Mention, ...]
    by_line: dict[int, list[Mention]]
    records: tuple[int, ...]

    def on(self, lines: Iterable[int]) -> list[Mention]:
        """The mentions on these lines, in order."""
        return [mention for line in sorted(lines) for mention in self.by_line.get(line, ())]


class Statement(Struct, frozen=True):
    """A sighting with its position in the text and the class that its own lines give it."""

    sighting: ShapeMatch
    first_line: int
    last_line: int
    record: int
    says: Says
    error_class: ErrorClass | None

    @property
    def marks(self) -> tuple[EndpointMark, ...]:
        """The endpoints in it."""
        return self.sighting.marks


class FailedConnection(Struct, frozen=True):
    """One failed connection: its statements in order, at least one."""

    statements: tuple[Statement, ...]

    @property
    def lines(self) -> frozenset[int]:
        """The lines that state it."""
        return frozenset(line for statement in self.statements for line in range(statement.first_line, statement.last_line + 1))

    @property
    def telling(self) -> Statement:
        """The attempt to walk: the last, unless another address of the same connection says more."""
        last = self.statements[-1]
        others = [
            statement
            for statement in self.statements
            if statement.record == last.record
            and last.first_line - statement.first_line <= FAR
            and _rank(statement) < _rank(last)
            and statement.error_class
        ]
        return others[-1] if others else last


def spoken(view: TextView, mentions: tuple[Mention, ...]) -> Spoken:
    """The mentions of a text by its lines and log records."""
    by_line: dict[int, list[Mention]] = {}
    for mention in mentions:
        by_line.setdefault(view.line_of(mention.start), []).append(mention)
    return Spoken(mentions, by_line, view.records())


def statements(view: TextView, shape_matches: Iterable[ShapeMatch], trouble: Spoken) -> tuple[Statement, ...]:
    """Each sighting with its lines, its log record and its class."""
    located = []
    for sighting in shape_matches:
        first, last = view.line_of(sighting.start), view.line_of(sighting.end - 1)
        near = trouble.on(range(first, last + 1))
        says = sighting.shape.says
        if says is Says.DEPENDS:
            says = Says.FAILED if near else Says.TRIED
        decided = decisive(near, sighting.end)
        said = decided.error_class if decided else None
        # A look-up fails too where its machine has no descriptor for the question: that is no failure of the name.
        kind = said if said in _USED_UP else sighting.shape.error_class or said
        located.append(Statement(sighting, first, last, trouble.records[first], says, kind))
    return tuple(located)


def failures(statements: Iterable[Statement]) -> tuple[FailedConnection, ...]:
    """The statements that say "failed", grouped by connection, in the order of the text."""
    groups: list[list[Statement]] = []
    failed = (statement for statement in statements if statement.says is Says.FAILED)
    for _, on_line in groupby(failed, key=lambda statement: statement.first_line):
        line = list(on_line)
        if groups and any(_is_same(groups[-1], statement) for statement in line):
            groups[-1] += line
        else:
            groups.append(line)
    return tuple(FailedConnection(tuple(group)) for group in groups)


def last_failure(groups: Sequence[FailedConnection]) -> FailedConnection | None:
    """The one to walk: the last that says how it failed, else the last."""
    says_how = (group for group in reversed(groups) if any(statement.error_class for statement in group.statements))
    return next(says_how, groups[-1] if groups else None)


def tried_last(statements: Sequence[Statement], trouble: Spoken, view: TextView) -> FailedConnection | None:
    """If no statement says that its own endpoint failed: the only thing that was tried, or what was tried just before."""
    how = [mention for mention in trouble.mentions if mention.error_class]
    tried = [statement for statement in statements if statement.says in {Says.TRIED, Says.ASKED}]
    if not how or not tried:
        return None
    if len({(mark.host or mark.path or "").lower() for statement in tried for mark in statement.marks}) == 1:
        return FailedConnection((tried[-1],))
    heaviest = max(mention.weight for mention in how)
    line = view.line_of([mention for mention in how if mention.weight == heaviest][-1].start)
    near = [
        statement
        for statement in tried
        if 0 <= line - statement.first_line <= FAR // 4 and statement.sighting.shape.says is not Says.DEPENDS
    ]
    return FailedConnection((near[-1],)) if near else None


def class_of(failed: FailedConnection, trouble: Spoken) -> tuple[ErrorClass, tuple[ErrorClass, ...]]:
    """The class of a failure, and other classes that wrappers' words on its lines name."""
    telling = failed.telling
    on_lines = trouble.on(failed.lines)
    if any(mention.weight == CHAIN for mention in on_lines) or any(mark.role == "proxy" for mark in telling.marks):
        return "proxy", ()
    if telling.error_class:
        inner = any(mention.weight >= INSIDE and mention.error_class == telling.error_class for mention in on_lines)
        outer = dict.fromkeys(mention.error_class for mention in on_lines if mention.error_class and mention.weight == OUTSIDE)
        return telling.error_class, tuple(kind for kind in outer if kind != telling.error_class) if inner else ()
    elsewhere = [statement.error_class for statement in failed.statements if statement.error_class]
    if elsewhere:
        return elsewhere[-1], ()
    lines = [line for line, record in enumerate(trouble.records) if record == telling.record]
    inside = [mention for mention in trouble.mentions if mention.weight == INSIDE]
    around = decisive(trouble.on(lines), telling.sighting.end) or decisive(inside, telling.sighting.end)
    return (around and around.error_class) or "other", ()


def belongs(failed: FailedConnection, statement: Statement) -> bool:
    """Whether what was tried is part of this failure: the same host, or the name of a dialled address, or the reverse."""
    if statement.record != failed.telling.record:
        return False
    return _share_host(failed.statements, statement) or _name_and_address(failed.statements, statement)


def asked_for(failed: FailedConnection, statements: Sequence[Statement]) -> Statement | None:
    """The request that this failure ended: on its line, or the last before it."""
    lines, telling = failed.lines, failed.telling
    asked = [statement for statement in statements if statement.says is Says.ASKED and statement.first_line <= telling.last_line]
    here = [statement for statement in asked if statement.first_line in lines]
    before = [statement for statement in asked if telling.first_line - statement.first_line <= FAR // 2]
    return next(reversed(here or before), None)


def _rank(statement: Statement) -> int:
    return _SAYS_MOST.get(statement.error_class, 0)


def _is_same(group: Sequence[Statement], statement: Statement) -> bool:
    last = group[-1]
    if statement.first_line <= last.last_line or _share_host(group[-FAR:], statement):
        return True
    return (
        statement.record == last.record
        and statement.first_line - last.last_line <= FAR
        and _name_and_address(group[-FAR:], statement)
    )


def _share_host(group: Sequence[Statement], statement: Statement) -> bool:
    return any(
        a.host and b.host and same_host(a.host, b.host) and (a.port == b.port or None in {a.port, b.port})
        for a in _marks(group)
        for b in statement.marks
    )


def _name_and_address(group: Sequence[Statement], statement: Statement) -> bool:
    """Whether both are at one port, and one side holds nothing but dialled addresses."""
    ports = {mark.port for mark in _marks(group)} & {mark.port for mark in statement.marks}
    return bool(ports - {None}) and (_only_dialled(_marks(group)) or _only_dialled(statement.marks))


def _marks(group: Iterable[Statement]) -> Iterator[EndpointMark]:
    return (mark for statement in group for mark in statement.marks)


def _only_dialled(marks: Iterable[EndpointMark]) -> bool:
    return all(mark.role == "dialled" and mark.host and is_literal(mark.host) for mark in marks)
