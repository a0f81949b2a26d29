"""What a language's file defines: the marks of its stacks, and how to read them."""

import re
from collections.abc import Callable

from msgspec import Struct

from tui.errors.types import Frame
from tui.model.safe_text import safe_line, safe_text

Stack = tuple[Frame, ...]

LONGEST_STACK = 200
"""How many frames of one text are read, counted from the end: recursion repeats itself."""


class Language(Struct, frozen=True):
    """One language. `stacks` reads a text's stacks, root cause first, each innermost frame first."""

    name: str
    marks: tuple[str, ...]
    """Every text with a stack of the language has one of these in it."""
    stacks: Callable[[str], tuple[Stack, ...]]


def frame(match: re.Match[str], language: str, *, library: bool, function: str | None = None) -> Frame:
    """A frame from the groups `path`, `line`, `function` and `source` of a match, as far as it has them."""
    groups = match.groupdict()
    path, line, source = groups.get("path"), groups.get("line"), groups.get("source")
    name = function or groups.get("function")
    return Frame(
        path=safe_text(path) if path else None,
        line=int(line) if line else None,
        function=safe_line(name.strip()) if name and name.strip() else None,
        language=language,
        source=safe_text(source.strip()) if source and source.strip() else None,
        role="library" if library else "user",
    )


def last(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The last matches of a pattern, in order."""
    return list(pattern.finditer(text))[-LONGEST_STACK:]
