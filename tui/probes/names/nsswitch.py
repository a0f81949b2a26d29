"""The `hosts:` line of nsswitch.conf(5): which sources a lookup asks, in order, and when it stops.

Pure. As glibc reads it: of several lines the last one counts, `hosts` is in lower case, a status in either.
"""

import re
from collections.abc import Iterator
from typing import Literal, get_args

from msgspec import Struct

from tui.model.safe_text import safe_name

Status = Literal["SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"]

DEFAULT = ("files", "dns")
"""What glibc asks where no line says otherwise (nss/nss_database.c, since 2.33); musl asks the same, always."""
MOST_BYTES = 100_000
_MOST_WORDS = 64
_LINE = re.compile(r"\s*hosts\s*:(?P<words>[^#]*)")
_WORD = re.compile(r"\[(?P<actions>[^\[\]]*)\]|[^\s\[\]]+")
_ACTION = re.compile(r"(?P<not>!?)\s{0,16}(?<!\w)(?P<status>\w{1,16})\s{0,16}=\s{0,16}(?P<action>\w{1,16})")


class HostsLine(Struct, frozen=True):
    """The line's words, an action as `[NOTFOUND=return]`; and its number, None for the default."""

    words: tuple[str, ...] = DEFAULT
    number: int | None = None


class NssSource(Struct, frozen=True):
    """One source and the statuses of it that end the lookup."""

    name: str
    ends_at: frozenset[Status]


def parse(text: str) -> HostsLine:
    """The `hosts:` line that counts in `text`, the content of nsswitch.conf, or the default."""
    hosts_line = HostsLine()
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.match(line)
        if match:
            words = [_spelled(word) for word in _WORD.finditer(match["words"])]
            hosts_line = HostsLine(tuple(words[:_MOST_WORDS]), number)
    return hosts_line


def sources(words: tuple[str, ...]) -> tuple[NssSource, ...]:
    """The sources that `words` name, each with the statuses that end the lookup; by default SUCCESS alone."""
    parsed: list[NssSource] = []
    for word in words:
        if not word.startswith("["):
            parsed.append(NssSource(word, frozenset({"SUCCESS"})))
        elif parsed:
            ends_at = set(parsed[-1].ends_at)
            for statuses, ends in _actions(word):
                ends_at = ends_at | statuses if ends else ends_at - statuses
            parsed[-1] = NssSource(parsed[-1].name, frozenset(ends_at))
    return tuple(parsed)


def _actions(word: str) -> Iterator[tuple[set[Status], bool]]:
    every: tuple[Status, ...] = get_args(Status)
    for match in _ACTION.finditer(word):
        yield {status for status in every if (status == match["status"]) != bool(match["not"])}, match["action"] == "return"


def _spelled(word: re.Match[str]) -> str:
    """A source as written; an action without its spaces, the status in upper and the action in lower case."""
    if word["actions"] is None:
        return safe_name(word[0])
    actions = (
        f"{match['not']}{match['status'].upper()}={match['action'].lower()}" for match in _ACTION.finditer(word["actions"])
    )
    return safe_name(f"[{' '.join(actions)}]")
