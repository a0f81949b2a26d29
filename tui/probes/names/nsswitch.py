"""The `hosts:` line of nsswitch.conf(5): which sources a lookup asks, in order, and when it stops.

Pure. As glibc reads it: of several lines the last one holds, `hosts` is written in lower case, a status in any.
"""

import re
from collections.abc import Iterator
from typing import Literal, get_args

from msgspec import Struct

from tui.model.safe_text import safe_text

Status = Literal["SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"]

DEFAULT = ("files", "dns")
"""What glibc asks where no line says otherwise (nss/nss_database.c, since 2.33); musl asks the same, always."""
MOST_BYTES = 100_000
_MOST_WORDS = 64
_LINE = re.compile(r"\s*hosts\s*:(?P<words>[^#]*)")
_WORD = re.compile(r"\[(?P<actions>[^\]]*)\]|[^\s\[\]]+")
_ACTION = re.compile(r"(?P<not>!?)\s*(?P<status>\w+)\s*=\s*(?P<action>\w+)")


class HostsLine(Struct, frozen=True):
    """The line's words, an action as `[NOTFOUND=return]`; and its number, None for the default."""

    words: tuple[str, ...] = DEFAULT
    number: int | None = None


class NssSource(Struct, frozen=True):
    """One source and the statuses of it that end the lookup."""

    name: str
    ends_at: frozenset[Status]


def parse(text: str) -> HostsLine:
    """The `hosts:` line that holds in `text`, the content of nsswitch.conf, or the default."""
    found = HostsLine()
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.match(line)
        if match:
            words = [_spelled(word) for word in _WORD.finditer(match["words"])]
            found = HostsLine(tuple(words[:_MOST_WORDS]), number)
    return found


def sources(words: tuple[str, ...]) -> tuple[NssSource, ...]:
    """The sources that `words` name, each with what its actions make of a status; SUCCESS alone ends by default."""
    found: list[NssSource] = []
    for word in words:
        if not word.startswith("["):
            found.append(NssSource(word, frozenset({"SUCCESS"})))
        elif found:
            ends_at = set(found[-1].ends_at)
            for statuses, ends in _actions(word):
                ends_at = ends_at | statuses if ends else ends_at - statuses
            found[-1] = NssSource(found[-1].name, frozenset(ends_at))
    return tuple(found)


def _actions(word: str) -> Iterator[tuple[set[Status], bool]]:
    every: tuple[Status, ...] = get_args(Status)
    for match in _ACTION.finditer(word):
        yield {one for one in every if (one == match["status"]) != bool(match["not"])}, match["action"] == "return"


def _spelled(word: re.Match[str]) -> str:
    """A source as it stands; an action without its spaces, the status in upper and the action in lower case."""
    if word["actions"] is None:
        return safe_text(word[0], limit=80)
    actions = (f"{one['not']}{one['status'].upper()}={one['action'].lower()}" for one in _ACTION.finditer(word["actions"]))
    return safe_text(f"[{' '.join(actions)}]", limit=80)
