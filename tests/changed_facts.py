"""Facts with other texts in them, for tests of what comes from outside: every text that a record may hold."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from tui.model.facts import AnyFact

KEPT = frozenset({"kind", "id", "at", "command", "vantage", "servers", "transport"})
"""What says which fact it is; the command by hand and prefixes, which are the recorder's and the user's own words."""


def changed(
    value: Any,
    change: Callable[[str], str],
    frozen: frozenset[tuple[str, ...]],
    kept: frozenset[str] = KEPT,
    path: tuple[str, ...] = (),
) -> Any:
    """The same with every text changed that is not kept, nor frozen by where it stands."""
    if isinstance(value, dict):
        return {key: one if key in kept else changed(one, change, frozen, kept, (*path, key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [changed(one, change, frozen, kept, path) for one in value]
    return change(value) if isinstance(value, str) and path not in frozen else value


def texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where the texts of a fact stand, by the keys that lead there."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from () if key in KEPT else texts(one, (*path, key))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one, path)
    elif isinstance(value, str):
        yield path


_FROZEN: dict[tuple[str, ...], bool] = {}


def of_another_type(fact: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Whether a fact with this text changed is not read any more: a word of a few, an address."""
    known = (fact["kind"], *path)
    if known not in _FROZEN:
        others = frozenset(texts(fact)) - {path}
        try:
            msgspec.convert(changed(fact, lambda text: f"{text};x;", others), AnyFact)
            _FROZEN[known] = False
        except msgspec.ValidationError:
            _FROZEN[known] = True
    return _FROZEN[known]
