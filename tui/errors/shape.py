"""A shape is one syntactic form in which texts write an endpoint, with the role that it gives it; its path is its name.

Shapes are tried in the order of their `place`, specific ones first, and each claims what it matched: what one shape
has explained, even as "no endpoint at all", no later one explains differently. A pattern sees only windows of bounded
size around a bounded number of hits of its hint, so the cost does not depend on the text.
"""

import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from tui.by_path import modules_below, tag_of
from tui.errors.classes import last_positions
from tui.errors.patterns import is_literal, read_url, valid_host, valid_port
from tui.errors.types import ErrorClass, Role

MOST_WINDOWS = 256
"""How many hits of a hint are looked at, counted from the end of the text."""


class Says(Enum):
    """What a form says about its endpoint."""

    FAILED = "it failed"
    DEPENDS = "it failed, if its line speaks of trouble; else it was tried"
    TRIED = "it was tried, or is where the connection goes"
    ASKED = "it is what the failing program was asked for"
    NOTHING = "this is not an endpoint, or somebody else's"


class EndpointMark(Struct, frozen=True):
    """One endpoint as a shape read it; `start` and `end` are positions in the view."""

    host: str | None
    port: int | None
    role: Role
    start: int
    end: int
    path: str | None = None


Match = re.Match[str]
Marks = Iterable[EndpointMark | None]


def by_groups(match: Match, role: Role) -> Marks:
    """Read the groups of a match by name.

    `host` with `port`, `url` and `path` have the shape's role; `addr` with `port` was dialled.
    """
    groups = match.re.groupindex
    if "url" in groups and match["url"]:
        yield url_mark(match, "url", role)
    if "addr" in groups and match["addr"] and valid_host(match["addr"]):
        yield mark(match, "addr", "port", "dialled")
    if "host" in groups and match["host"]:
        yield mark(match, "host", "port", role)
    elif "port" in groups and match["port"] and not ("addr" in groups and match["addr"]):
        yield mark(match, "port", "port", role)
    if "path" in groups and match["path"]:
        yield path_mark(match, role)


def an_address_was_dialled(match: Match, role: Role) -> Marks:
    """As `by_groups`, but only a name is what was asked for: where `host` is an address, it was dialled."""
    return by_groups(match, "dialled" if match["host"] and is_literal(match["host"].strip("[]")) else role)


class Shape(Struct, frozen=True, kw_only=True):
    """One form. The module that defines it calls it SHAPE."""

    name: str = ""
    """Filled in from the module's path."""
    place: int = 20
    """A form of one tool alone needs none: nothing else matches there."""
    form: str
    """How it looks, for the catalogue: H a host, A an address, P a port."""
    hints: tuple[str, ...] = ()
    """Every match has one of these, in lower case; without hints, only the text around mentions of trouble is searched."""
    pattern: re.Pattern[str]
    role: Role = "target"
    says: Says = Says.FAILED
    marks: Callable[[Match, Role], Marks] = by_groups
    """The endpoints in a match: None for something that is not an endpoint, nothing at all if it is not this form after all."""
    error_class: ErrorClass | None = None
    """The class that the form itself states."""
    back: int = 300
    ahead: int = 500
    """How far around a hint the pattern looks, in characters."""


class ShapeMatch(Struct, frozen=True):
    """A shape in a text."""

    shape: Shape
    start: int
    end: int
    marks: tuple[EndpointMark, ...]


@cache
def shapes() -> tuple[Shape, ...]:
    """Every shape under `shapes/`, in the order in which they are tried."""
    from tui.errors import shapes as package

    return tuple(sorted(map(_shape, modules_below(package)), key=lambda shape: (shape.place, shape.name)))


def _shape(module: str) -> Shape:
    shape: Shape = importlib.import_module(module).SHAPE
    return replace(shape, name=tag_of(module))


def shape_matches(text: str, low: str, trouble: Iterable[int]) -> tuple[ShapeMatch, ...]:
    """Every shape in `text` (`low` is the same in lower case), in order. `trouble`: the positions of mentions of failure."""
    around = tuple(trouble)[-MOST_WINDOWS:]
    claimed = bytearray(len(text))
    matches = []
    for shape in shapes():
        for start, end in windows(low, shape, around):
            for match in shape.pattern.finditer(text, start, end):
                cut = match.end() == end < len(text)  # by the end of the window, not of the text
                if cut or any(claimed[match.start() : match.end()]):
                    continue
                marks = tuple(shape.marks(match, shape.role))
                if not marks and shape.says is not Says.NOTHING:
                    continue
                claimed[match.start() : match.end()] = b"\1" * (match.end() - match.start())
                named = tuple(mark for mark in marks if mark)
                if named:
                    matches.append(ShapeMatch(shape, match.start(), match.end(), named))
    return tuple(sorted(matches, key=lambda shape_match: shape_match.start))


def windows(low: str, shape: Shape, trouble: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The stretches of the text that the pattern of `shape` sees: in order, without overlap."""
    positions = sorted(
        {at for hint in shape.hints for at in last_positions(low, hint, MOST_WINDOWS)} if shape.hints else set(trouble)
    )
    start = end = -1
    for at in positions:
        if at - shape.back > end:
            if end >= 0:
                yield start, end
            start = max(0, at - shape.back)
        end = min(len(low), at + shape.ahead)
    if end >= 0:
        yield start, end


def mark(match: Match, host: str, port: str, role: Role) -> EndpointMark | None:
    """The endpoint in two groups of a match; a group that is not a valid host or port is left out.

    None if neither is valid, and for port 0.
    """
    name = valid_host(match[host]) if host != port else None
    digits = match[port] if port in match.re.groupindex else None
    if digits and not digits.strip("0"):
        return None  # port 0 is "any port", which nobody dials
    number = valid_port(digits)
    if name is None and number is None:
        return None
    inside = [group for group, there in ((host, name), (port, number)) if there is not None]
    start, end = min(match.start(group) for group in inside), max(match.end(group) for group in inside)
    return EndpointMark(name, number, role, start, end)


def path_mark(match: Match, role: Role) -> EndpointMark:
    """The socket in the group `path`, without the full stop of the sentence."""
    path = match["path"].rstrip(".")
    return EndpointMark(None, None, role, match.start("path"), match.start("path") + len(path), path)


def url_mark(match: Match, group: str, role: Role) -> EndpointMark | None:
    """The endpoint in a URL; its span leaves out scheme, credentials and path."""
    endpoint = read_url(match[group])
    if endpoint.host is None and endpoint.path is None:
        return None
    return EndpointMark(
        endpoint.host, endpoint.port, role, match.start(group) + endpoint.start, match.start(group) + endpoint.end, endpoint.path
    )
