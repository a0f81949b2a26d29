r"""The text as the patterns see it, and the way back from every position to the text as it was given.

Left out: terminal control sequences, invisible characters, the prefixes that compose and npm put before each line.
Replaced by what they stand for: HTML entities, and the escapes of JSON (`\"`, `\/`, `\n` before an indent).
"""

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui.errors.types import Span

LONGEST = 1 << 20
"""How much is read, in characters, from the end: a megabyte of log holds its last failure many times over."""

NARROWEST_TERMINAL = 40
"""Characters; a shorter line was not broken by a terminal."""

_NOISE = re.compile(
    r"""
    (?P<sequence> \x1b\[ [0-?]{0,64} [ -/]{0,8} [@-~]                   # colours and cursor movements (ECMA-48, CSI)
      | \x1b[\]PX^_] [^\x07\x1b\n]{0,1024} (?: \x07 | \x1b\\ )?         # titles and links (OSC and its kin)
      | \x1b [ -/]{0,4} [0-~]? )
    | (?P<newline> \r\n? | [\u2028\u2029]
      | \\{1,3} n (?= [\s"'] | \\{1,3}[ntr] | $ | at\ | Caused | During | The\ above | Traceback | goroutine | note: ) )
    | (?P<tab> (?<=n) \\{1,3} t (?= at\ | \.\.\.\ | [A-Z(/] ) | [\u00a0\u2000-\u200a\u202f\u3000] )
    | (?P<entity> & (?: \#[0-9]{1,5} | \#x[0-9A-Fa-f]{1,5} | quot | apos | amp | lt | gt | nbsp ) ; )
    | (?P<code> \\u00[0-9A-Fa-f]{2} )
    | (?P<escape> \\{1,7} (?= ["'/] ) )
    | (?P<invisible> [\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff] )
    | (?P<prefix> ^ (?: [\w./-]{1,64} [ \t]{1,32} \| [ \t] | npm\ (?:ERR!|error|warn|verbose)[ \t] ) )
    """,
    re.VERBOSE | re.MULTILINE,
)
_BEGINS_ANEW = re.compile(
    r"""[\[(<"]{0,2}
    (?: \d{4}[-/]\d\d[-/]\d\d | \d{1,2}/[A-Z][a-z]{2}/\d{4} | [A-Z][a-z]{2}\ {1,2}\d{1,2}\ \d\d:\d\d | \d\d:\d\d:\d\d
      | [IWEF]\d{4}\ \d\d: | %\d\| | time= | ts= | level= | \{"
      | (?:TRACE|DEBUG|INFO|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRITICAL)\b )""",
    re.VERBOSE,
)


class TextView(Struct, frozen=True):
    """`text` for the patterns; `pieces` pairs positions in it with the same positions in the text as given."""

    text: str
    pieces: tuple[Span, ...]
    starts: tuple[int, ...]
    """Where each line begins."""

    def given(self, start: int, end: int) -> Span:
        """A stretch of `text` as a span of the text as given."""
        return self._origin(start), self._origin(end - 1) + 1

    def line_of(self, position: int) -> int:
        """The number, from 0, of the line that holds `position`."""
        return bisect_right(self.starts, position) - 1

    def line(self, number: int) -> str:
        """One line, without its end."""
        end = self.starts[number + 1] - 1 if number + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[number] : end]

    def records(self) -> tuple[int, ...]:
        """The number of each line's log record: a new record begins where a line starts with a time or a level."""
        number, numbers = 0, []
        for start in self.starts:
            number += _BEGINS_ANEW.match(self.text, start) is not None
            numbers.append(number)
        return tuple(numbers)

    def _origin(self, position: int) -> int:
        here, origin = self.pieces[bisect_right(self.pieces, position, key=lambda piece: piece[0]) - 1]
        return origin + position - here


def decoded(text: str | bytes) -> str:
    """Text as given; bytes as UTF-8, or as UTF-16 if they begin with its byte order mark (as PowerShell writes)."""
    if isinstance(text, str):
        return text
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16", "replace")
    return text.decode("utf-8", "backslashreplace")


def view_of(given: str) -> TextView:
    """The view of the last `LONGEST` characters of `given`."""
    first = max(0, len(given) - LONGEST)
    return _view(given[first:], first, _clean(given[first:]))


def unwrapped(view: TextView) -> TextView | None:
    """The view without the line ends that a terminal of fixed width put in; None if there are none."""
    lengths = [len(view.line(number)) for number in range(len(view.starts))]
    width, count = max(Counter(lengths).items(), key=lambda item: item[0])
    if width < NARROWEST_TERMINAL or count == len(lengths):
        return None
    ends = [
        (view.starts[number + 1] - 1, view.starts[number + 1], "")
        for number in range(len(lengths) - 1)
        if lengths[number] == width and not _BEGINS_ANEW.match(view.text, view.starts[number + 1])
    ]
    if not ends:
        return None
    text, pieces = _without(view.text, 0, ends)
    return TextView(text, tuple((here, view.given(there, there + 1)[0]) for here, there in pieces), _line_starts(text))


def _clean(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _NOISE.finditer(text):
        yield match.start(), match.end(), _stands_for(match)


def _stands_for(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "newline":
            return "\n"
        case "tab":
            return " "
        case "entity":
            return html.unescape(match[0])[:1]
        case "code":
            char = chr(int(match[0][-4:], 16))
            return char if char.isprintable() else " "
        case _:
            return ""


def _view(text: str, first: int, noise: Iterable[tuple[int, int, str]]) -> TextView:
    clean, pieces = _without(text, first, noise)
    return TextView(clean, pieces, _line_starts(clean))


def _without(text: str, first: int, noise: Iterable[tuple[int, int, str]]) -> tuple[str, tuple[Span, ...]]:
    kept: list[str] = []
    pieces: list[Span] = [(0, first)]
    here = there = 0
    for start, end, instead in noise:
        kept += (text[there:start], instead)
        here += start - there
        if instead:
            pieces.append((here, first + start))
            here += len(instead)
        there = end
        pieces.append((here, first + there))
    kept.append(text[there:])
    return "".join(kept), tuple(pieces)


def _line_starts(text: str) -> tuple[int, ...]:
    return (0, *(match.end() for match in re.finditer("\n", text)))
