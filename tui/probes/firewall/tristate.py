"""Three answers: True, False, and None where it is not known.

Law: nothing is guessed. The unknown makes whatever depends on it unknown, and nothing else.
"""

from collections.abc import Iterable

Truth = bool | None
Span = tuple[int, int]
"""An inclusive range of numbers: a known value is a range of one, an unknown one the range that it lies in."""


def negated(truth: Truth) -> Truth:
    """The opposite."""
    return None if truth is None else not truth


def every(truths: Iterable[Truth]) -> Truth:
    """Whether all hold; a single one that does not decides."""
    unsure = False
    for truth in truths:
        if truth is False:
            return False
        unsure |= truth is None
    return None if unsure else True


def either(truths: Iterable[Truth]) -> Truth:
    """Whether any holds; a single one that does decides."""
    unsure = False
    for truth in truths:
        if truth:
            return True
        unsure |= truth is None
    return None if unsure else False


def within(value: Span | None, spans: Iterable[Span]) -> Truth:
    """Whether the value lies in one of the ranges."""
    if value is None:
        return None
    low, high = value
    touched = False
    for first, last in spans:
        if first <= low and high <= last:
            return True
        touched |= first <= high and low <= last
    return None if touched else False


def exactly(number: int) -> Span:
    """A known value."""
    return number, number
