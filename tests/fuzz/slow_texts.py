"""Texts made to be slow for a regular expression, out of its own grammar.

Each repeat without a small bound is pumped with what it takes, behind what must stand before it; and so are beginnings of the
whole pattern, as a search starts anew at each of them.
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

_parser: Any = importlib.import_module("re._parser")
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}
_ALPHABET = " a1:[(\"'=,-\n\t.x/\\]){}<>%_A;#²&@!|"
_SMALL = 100
"""A bound up to which a repeat costs next to nothing."""
_SPELLINGS = 4
"""How many of the texts that a part matches are tried."""
ENDS = ("", "\0", "\n")
"""What comes after the pumped part, so that the pattern fails there."""


def attacks(pattern: re.Pattern[Any]) -> list[tuple[str, str]]:
    """Pairs of a beginning and a part that is repeated behind it."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    items = list(_parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags))
    starts = {("", _sample(items[:count], way)) for count in range(1, len(items) + 1) for way in (0, 1)}
    return sorted({(before, part) for before, part in {*starts, *_pumped(items, "")} if part})


def _pumped(items: Sequence[Any], before: str) -> Iterator[tuple[str, str]]:
    for index, (operator, argument) in enumerate(items):
        ahead = _sample(items[:index], 0)
        match str(operator), argument:
            case ("MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT", (_, most, inner)):
                for part in _parts(inner) if int(most) >= _SMALL else ():
                    yield from ((before + ahead, part), ("", before + ahead + part), (before + ahead, part + ahead))
                yield from _pumped(inner, before + ahead)
            case ("SUBPATTERN", (*_, inner)) | ("ATOMIC_GROUP", inner) | ("ASSERT" | "ASSERT_NOT", (_, inner)):
                yield from _pumped(inner, before + ahead)
            case ("BRANCH", (_, branches)):
                for branch in branches:
                    yield from _pumped(branch, before + ahead)


def _parts(inner: Sequence[Any]) -> set[str]:
    """What one turn of a repeat may take."""
    parts = {_sample(inner, way) for way in range(_SPELLINGS)}
    if len(inner) == 1:
        parts |= set(_characters(*inner[0]))
    return parts


def _sample(items: Sequence[Any], way: int) -> str:
    """A text that these parts of a pattern match; what only looks ahead or behind is passed over."""
    text = ""
    for operator, argument in items:
        match str(operator), argument:
            case ("MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT", (least, _, inner)):
                text += _sample(inner, way) * max(int(least), 1)
            case ("SUBPATTERN", (*_, inner)) | ("ATOMIC_GROUP", inner):
                text += _sample(inner, way)
            case ("BRANCH", (_, branches)):
                text += _sample(branches[min(way, len(branches) - 1)], way)
            case _:
                characters = _characters(operator, argument)
                text += characters[way % len(characters)] if characters else ""
    return text


def _characters(operator: Any, argument: Any) -> tuple[str, ...]:
    """Characters that a part of a pattern takes, itself a character or a set of them; none for any other part."""
    return _taken(_spelled(operator, argument)) if str(operator) in {"LITERAL", "NOT_LITERAL", "ANY", "IN"} else ()


@cache
def _taken(source: str) -> tuple[str, ...]:
    """Characters that a pattern for a single one takes: those of the alphabet, or else the first of all."""
    one = re.compile(source, re.DOTALL)
    known = tuple(character for character in _ALPHABET if one.fullmatch(character))
    return known or tuple(character for character in map(chr, range(256)) if one.fullmatch(character))[:1]


def _spelled(operator: Any, argument: Any) -> str:
    """The source of a character or a set."""
    match str(operator):
        case "LITERAL":
            return re.escape(chr(argument))
        case "NOT_LITERAL":
            return f"[^{re.escape(chr(argument))}]"
        case "ANY":
            return "."
        case _:
            return f"[{''.join(_member(str(kind), value) for kind, value in argument)}]"


def _member(kind: str, value: Any) -> str:
    match kind:
        case "NEGATE":
            return "^"
        case "LITERAL":
            return re.escape(chr(value))
        case "RANGE":
            return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        case _:  # CATEGORY_NOT_DIGIT is \D
            word = str(value).removeprefix("CATEGORY_").removeprefix("UNI_")
            letter = word.removeprefix("NOT_")[0].lower()
            return "\\" + (letter.upper() if word.startswith("NOT_") else letter)
