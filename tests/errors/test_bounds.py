"""Hostile texts: the work is bounded by counts and sizes, whatever the text."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tui import errors
from tui.errors import read_error
from tui.errors.classes import MOST_MENTIONS, last_positions
from tui.errors.endpoints import MOST
from tui.errors.frames import MOST as MOST_FRAMES
from tui.errors.shape import MOST_WINDOWS, Shape, shapes, windows
from tui.errors.view import LONGEST, view_of

TEN_MEGABYTES = 10_000_000
MOST_STEPS_FROM_A_PLACE = 20_000
"""The product of nested repeats in one pattern: a URL's 2000 characters inside a window is the longest."""

_parser: Any = importlib.import_module("re._parser")
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern of the package, with the name of its module."""
    for module in pkgutil.walk_packages(errors.__path__, f"{errors.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value
            if isinstance(value, Shape):
                yield module.name, value.pattern


def _most_steps(parsed: Any) -> int:
    """The largest product of the upper bounds of nested repeats."""
    worst = 1
    for operator, argument in parsed:
        if str(operator) in _REPEATS:
            _, upper, inner = argument
            worst = max(worst, int(upper) * _most_steps(inner))
        elif isinstance(argument, tuple | list):
            worst = max([worst, *(_most_steps(inner) for inner in _subpatterns(argument))])
    return worst


def _subpatterns(argument: Any) -> Iterator[Any]:
    for one in argument:
        if isinstance(one, _parser.SubPattern):
            yield one
        elif isinstance(one, list):
            yield from (inner for inner in one if isinstance(inner, _parser.SubPattern))


@pytest.mark.parametrize(("name", "pattern"), list(_patterns()), ids=lambda value: value if isinstance(value, str) else "")
def test_no_pattern_repeats_without_bound(name: str, pattern: re.Pattern[str]) -> None:
    """Every repeat has an upper bound, and nested ones multiply to no more than a window's size."""
    assert _most_steps(_parser.parse(pattern.pattern, pattern.flags)) <= MOST_STEPS_FROM_A_PLACE, name


def test_the_guard_sees_every_pattern() -> None:
    """The check above has found the forms' patterns, and it does see a repeat without bound."""
    assert len(list(_patterns())) > len(shapes())
    assert _most_steps(_parser.parse("(?:a{1,3}b+)*")) > MOST_STEPS_FROM_A_PLACE


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.name)
def test_a_pattern_sees_a_bounded_part_of_any_text(shape: Shape) -> None:
    """However often its hint stands in ten megabytes, a pattern sees at most a fixed number of windows of fixed size."""
    hint = shape.hints[0] if shape.hints else "refused "
    text = hint * (TEN_MEGABYTES // len(hint))
    trouble = sorted(last_positions(text, "refused"))[-MOST_WINDOWS:]

    seen = sum(end - start for start, end in windows(text, shape, trouble))

    assert 0 < seen <= max(1, len(shape.hints)) * MOST_WINDOWS * (shape.back + shape.ahead)


def test_a_phrase_is_looked_for_a_bounded_number_of_times() -> None:
    """Of a phrase that fills the text, the last mentions are kept."""
    positions = list(last_positions("refused " * 100_000, "refused"))

    assert len(positions) == MOST_MENTIONS
    assert max(positions) == 8 * 99_999


@pytest.mark.parametrize(
    "piece",
    [
        "127.0.0.1:80: Connection refused\n",
        "http://a.b:1/",
        "a.",
        "(host='",
        "\x1b[",
        "&#39;",
        "\\n ",
        "at /a/b.js:1:1\n",
        "'\"",
        "0:",
    ],
    ids=repr,
)
def test_ten_hostile_megabytes_are_read(piece: str) -> None:
    """A text of ten megabytes made of one form's beginning is cut to its end, and gives bounded lists."""
    text = piece * (TEN_MEGABYTES // len(piece))

    assert len(view_of(text).text) <= LONGEST
    reading = read_error(text)
    assert len(reading.endpoints) <= MOST
    assert len(reading.code) <= MOST_FRAMES
