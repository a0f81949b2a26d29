"""Lines of text with a tone for each part; measured, cut and wrapped in terminal cells.

No markup: what a person or another machine wrote is only ever text here.
"""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Tone(StrEnum):
    """How a part of a line should look. It is never the only sign: the words say the same."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    ACCENT = "accent"
    COMMAND = "command"
    """Something that could be typed into a shell."""


class Span(NamedTuple):
    """A part of a line."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]
EMPTY: Line = ()


def line(*parts: str | Span) -> Line:
    """A line of plain strings and spans with a tone; empty ones are left out."""
    spans = (part if isinstance(part, Span) else Span(part) for part in parts)
    return tuple(span for span in spans if span.text)


def muted(text: str) -> Span:
    """Less prominent text."""
    return Span(text, Tone.MUTED)


def strong(text: str) -> Span:
    """Prominent text."""
    return Span(text, Tone.STRONG)


def plain(parts: Line) -> str:
    """The words of a line alone, for a front end without a screen and for tests."""
    return "".join(span.text for span in parts)


def cells(text: str) -> int:
    """How many terminal cells `text` takes: two for wide East Asian characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells; if something is cut off, it ends with an ellipsis."""
    if cells(text) <= width:
        return text
    kept, used = "", 0
    for char in text:
        used += _cell(char)
        if used > width - 1:
            break
        kept += char
    return f"{kept}…" if width > 0 else ""


def cut_line(parts: Line, width: int) -> Line:
    """A line in at most `width` cells, cut if it is too long."""
    spans: list[Span] = []
    for span in parts:
        spans.append(span._replace(text=cut(span.text, width)))
        width -= cells(spans[-1].text)
    return line(*spans)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` cells, cut or filled with spaces; `right` aligns it there, for numbers."""
    shown = cut(text, width)
    gap = " " * (width - cells(shown))
    return gap + shown if right else shown + gap


def wrap(text: str, width: int) -> list[str]:
    """`text` broken at spaces into lines of at most `width` cells; longer words are broken anywhere."""
    width = max(width, 1)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current = ""
        for word in paragraph.split(" "):
            if current and cells(current) + 1 + cells(word) <= width:
                current += f" {word}"
                continue
            if current:
                lines.append(current)
            *full, current = _pieces(word, width)
            lines += full
        lines.append(current)
    return lines


def _pieces(word: str, width: int) -> list[str]:
    """A word in pieces of at most `width` cells; at least one piece, which may be empty."""
    if cells(word) <= width:
        return [word]
    pieces, current = [], ""
    for char in word:
        if cells(current) + _cell(char) > width and current:
            pieces.append(current)
            current = ""
        current += char
    return [*pieces, current]


def paragraph(text: str, width: int, tone: Tone = Tone.PLAIN, *, indent: int = 0) -> list[Line]:
    """`text` wrapped into lines of one tone, `indent` cells from the left."""
    return [line(" " * indent, Span(part, tone)) for part in wrap(text, width - indent)]


def labelled(label: str, text: str, width: int, tone: Tone = Tone.PLAIN, *, gutter: int = 7) -> list[Line]:
    """`text` wrapped beside a muted label, which has a gutter of its own."""
    first, *rest = wrap(text, width - gutter)
    return [line(muted(fit(label, gutter)), Span(first, tone)), *(line(" " * gutter, Span(part, tone)) for part in rest)]


def columns(parts: Iterable[tuple[str | Span, int]], *, right: frozenset[int] = frozenset()) -> Line:
    """Columns of fixed widths with a space between them; those whose index is in `right` are aligned right."""
    spans: list[Span] = []
    for index, (part, width) in enumerate(parts):
        span = part if isinstance(part, Span) else Span(part)
        spans.append(Span(fit(span.text, width, right=index in right), span.tone))
        spans.append(Span(" "))
    return tuple(spans[:-1])
