"""From sightings to failures: which belong to one failed connection, and which of its attempts says most.

Sightings are of one failure when they share a line, name the same host, or are addresses that were dialled one after
the other at the same port. Of several failures the last is the one to walk. Of several addresses of one
connection the last one that answered is: a refusal says more than silence, and silence more than a missing route.
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
"""Lines that may stand between two sightings of one failure: a stack between a message and its fields."""

_SAYS_MOST: dict[ErrorClass | None, int] = {"timeout": 1, None: 1, "other": 1, "unreachable": 2}


class Spoken(Struct, frozen=True):
    """Where a text speaks of trouble: its mentions, those of each line, and the log record of each line."""

    mentions: tuple[Mention, ...]
    by_line: dict[int, list[Mention]]
    records: tuple[int, ...]

    def on(self, lines: Iterable[int]) -> list[Mention]:
        """The mentions on these lines, in order."""
        return [one for line in sorted(lines) for one in self.by_line.get(line, ())]


class Statement(Struct, frozen=True):
    """A sighting with its place in the text and the class that its own lines give it."""

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
    """One failed connection: the statements of it, in order, never none."""

    statements: tuple[Statement, ...]

    @property
    def lines(self) -> frozenset[int]:
        """The lines that state it."""
        return frozenset(line for one in self.statements for line in range(one.first_line, one.last_line + 1))

    @property
    def telling(self) -> Statement:
        """The attempt to walk: the last, unless another address of the same connection says more."""
        last = self.statements[-1]
        others = [
            one
            for one in self.statements
            if one.record == last.record
            and last.first_line - one.first_line <= FAR
            and _rank(one) < _rank(last)
            and one.error_class
        ]
        return others[-1] if others else last


def spoken(view: TextView, mentions: tuple[Mention, ...]) -> Spoken:
    """The mentions of a text by its lines and log records."""
    by_line: dict[int, list[Mention]] = {}
    for one in mentions:
        by_line.setdefault(view.line_of(one.start), []).append(one)
    return Spoken(mentions, by_line, view.records())


def statements(view: TextView, shape_matches: Iterable[ShapeMatch], said: Spoken) -> tuple[Statement, ...]:
    """Each sighting with its lines, its log record and its class."""
    found = []
    for sighting in shape_matches:
        first, last = view.line_of(sighting.start), view.line_of(sighting.end - 1)
        near = said.on(range(first, last + 1))
        says = sighting.shape.says
        if says is Says.DEPENDS:
            says = Says.FAILED if near else Says.TRIED
        decided = decisive(near, sighting.end)
        kind = sighting.shape.error_class or (decided.error_class if decided else None)
        found.append(Statement(sighting, first, last, said.records[first], says, kind))
    return tuple(found)


def failures(found: Iterable[Statement]) -> tuple[FailedConnection, ...]:
    """The statements that say "failed", grouped by connection, in the order of the text."""
    groups: list[list[Statement]] = []
    failed = (one for one in found if one.says is Says.FAILED)
    for _, on_line in groupby(failed, key=lambda one: one.first_line):
        line = list(on_line)
        if groups and any(_is_same(groups[-1], one) for one in line):
            groups[-1] += line
        else:
            groups.append(line)
    return tuple(FailedConnection(tuple(group)) for group in groups)


def last_failure(groups: Sequence[FailedConnection]) -> FailedConnection | None:
    """The one to walk: the last that says how it failed, else the last."""
    says_how = (group for group in reversed(groups) if any(one.error_class for one in group.statements))
    return next(says_how, groups[-1] if groups else None)


def tried_last(found: Sequence[Statement], said: Spoken, view: TextView) -> FailedConnection | None:
    """Where no statement says that its own endpoint failed: what was tried, if one thing only, or just before it failed."""
    how = [one for one in said.mentions if one.error_class]
    tried = [one for one in found if one.says in {Says.TRIED, Says.ASKED}]
    if not how or not tried:
        return None
    if len({(mark.host or mark.path or "").lower() for one in tried for mark in one.marks}) == 1:
        return FailedConnection((tried[-1],))
    heaviest = max(one.weight for one in how)
    line = view.line_of([one for one in how if one.weight == heaviest][-1].start)
    near = [one for one in tried if 0 <= line - one.first_line <= FAR // 4 and one.sighting.shape.says is not Says.DEPENDS]
    return FailedConnection((near[-1],)) if near else None


def class_of(failed: FailedConnection, said: Spoken) -> tuple[ErrorClass, tuple[ErrorClass, ...]]:
    """The class of a failure, and the classes that wrappers' words on its lines name instead."""
    telling = failed.telling
    on_lines = said.on(failed.lines)
    if any(one.weight == CHAIN for one in on_lines) or any(mark.role == "proxy" for mark in telling.marks):
        return "proxy", ()
    if telling.error_class:
        inner = any(one.weight >= INSIDE and one.error_class == telling.error_class for one in on_lines)
        outer = dict.fromkeys(one.error_class for one in on_lines if one.error_class and one.weight == OUTSIDE)
        return telling.error_class, tuple(kind for kind in outer if kind != telling.error_class) if inner else ()
    elsewhere = [one.error_class for one in failed.statements if one.error_class]
    if elsewhere:
        return elsewhere[-1], ()
    below_proxy = [one for one in said.mentions if OUTSIDE <= one.weight < CHAIN]
    inside = [one for one in below_proxy if one.weight == INSIDE]
    lines = {line for line, record in enumerate(said.records) if record == telling.record}
    same_record = [one for one in said.on(lines) if OUTSIDE <= one.weight < CHAIN]
    around = decisive(same_record, telling.sighting.end) or decisive(inside, telling.sighting.end)
    return (around.error_class if around and around.error_class else "other"), ()


def belongs(failed: FailedConnection, one: Statement) -> bool:
    """Whether what was tried is part of this failure: the same host, or the name of a dialled address, or the reverse."""
    if one.record != failed.telling.record:
        return False
    return _share_host(failed.statements, one) or _name_and_address(failed.statements, one)


def asked_for(failed: FailedConnection, found: Sequence[Statement]) -> Statement | None:
    """The request that this failure ended: on its line, or the last before it."""
    lines, telling = failed.lines, failed.telling
    asked = [one for one in found if one.says is Says.ASKED and one.first_line <= telling.last_line]
    here = [one for one in asked if one.first_line in lines]
    before = [one for one in asked if telling.first_line - one.first_line <= FAR // 2]
    return next(reversed(here or before), None)


def _rank(one: Statement) -> int:
    return _SAYS_MOST.get(one.error_class, 0)


def _is_same(group: Sequence[Statement], one: Statement) -> bool:
    last = group[-1]
    if one.first_line <= last.last_line or _share_host(group[-FAR:], one):
        return True
    return one.record == last.record and one.first_line - last.last_line <= FAR and _name_and_address(group[-FAR:], one)


def _share_host(group: Sequence[Statement], one: Statement) -> bool:
    return any(
        a.host and b.host and same_host(a.host, b.host) and (a.port == b.port or None in {a.port, b.port})
        for a in _marks(group)
        for b in one.marks
    )


def _name_and_address(group: Sequence[Statement], one: Statement) -> bool:
    """Whether both are at one port, and one side holds nothing but dialled addresses."""
    ports = {mark.port for mark in _marks(group)} & {mark.port for mark in one.marks}
    return bool(ports - {None}) and (_only_dialled(_marks(group)) or _only_dialled(one.marks))


def _marks(group: Iterable[Statement]) -> Iterator[EndpointMark]:
    return (mark for one in group for mark in one.marks)


def _only_dialled(marks: Iterable[EndpointMark]) -> bool:
    return all(mark.role == "dialled" and mark.host and is_literal(mark.host) for mark in marks)
