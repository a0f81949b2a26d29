"""Markdown: the whole walk and all evidence.

CommonMark with GitHub's tables. Text from outside cannot become markup, a link, or a mention: a word of plain letters and
digits stays as it is, and every other word becomes a code span, whose fence is longer than any row of backticks in it. So
nothing has to be escaped, and addresses, ports and names look like what they are.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from tui.report.document import Document
from tui.report.format import Format
from tui.report.outline import Block, CommandLine, Footer, Heading, Items, Labelled, Paragraph, SourceLines, Table, outline

_BEFORE, _AFTER = "(\"'", ")\"'.,;:?!…"
"""Punctuation around a word, which is not code."""
_PLAIN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|\d+\.\d+|[.,;:?)]")
_ORDINAL = re.compile(r"\d+[.)](?=\s|$)")
"""What begins a numbered list, where a line begins with it (CommonMark 5.2)."""


class Piece(NamedTuple):
    """A part of a sentence, and whether it is shown as code."""

    text: str
    code: bool = False


def as_markdown(document: Document, *, full: bool = True) -> str:
    """The report; `full` adds the whole walk and all evidence."""
    return drawn(outline(document, full=full))


def drawn(blocks: Iterable[Block]) -> str:
    """Blocks as Markdown."""
    return "\n\n".join(map(_block, blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"{'#' * level} {prose(text)}"
        case Paragraph(text=text):
            return prose(text)
        case Footer(text=text):
            return f"---\n\n{prose(text)}"
        case Labelled(label=label, text=text):
            return f"**{label}:** {prose(text)}"
        case CommandLine(text=text):
            fence = _longer_than_in(text, at_least=3)
            return f"{fence}sh\n{text}\n{fence}"
        case SourceLines(lines=source, language=language):
            text = "\n".join(source)
            fence = _longer_than_in(text, at_least=3)
            return f"{fence}{language or 'text'}\n{text}\n{fence}"
        case Items(items=items, numbered=numbered):
            bullets = [f"{number}. " if numbered else "- " for number in range(1, len(items) + 1)]
            return "\n".join(_item(item, bullet) for item, bullet in zip(items, bullets, strict=True))
        case Table(head=head, rows=rows):
            lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head))]
            return "\n".join([*lines, *(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)])


def _item(blocks: tuple[Block, ...], bullet: str) -> str:
    """A list's item, its further blocks indented below its text (CommonMark 5.2)."""
    text = "\n\n".join(_block(block) for block in blocks)
    return bullet + text.replace("\n", f"\n{' ' * len(bullet)}").replace(f"\n{' ' * len(bullet)}\n", "\n\n")


def _cell(text: str) -> str:
    """Table cells are split before code spans are seen, so their bars are escaped (GFM 4.10)."""
    return prose(text).replace("|", r"\|")


def prose(text: str) -> str:
    """`text` as Markdown that reads the same and does nothing. Text between backticks is one code span."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts = [text.replace("`", "'")]
    pieces = [piece for number, part in enumerate(parts) for piece in ([Piece(part, code=True)] if number % 2 else _pieces(part))]
    shown = "".join(_drawn(pieces)).strip()
    ordinal = _ORDINAL.match(shown)
    return f"{code(ordinal[0])}{shown[ordinal.end() :]}" if ordinal else shown


def _pieces(text: str) -> Iterator[Piece]:
    """Words and the space between them, each word split into what is plain and what is not."""
    for part in re.split(r"(\s+)", text):
        if not part.strip():
            yield Piece(part)
            continue
        start = min(len(part) - len(part.lstrip(_BEFORE)), len(part) - 1)
        end = max(len(part.rstrip(_AFTER)), start + 1)
        word = part[start:end]
        yield from (Piece(part[:start]), Piece(word, code=not _PLAIN.fullmatch(word)), Piece(part[end:]))


def _drawn(pieces: Iterable[Piece]) -> Iterator[str]:
    """The pieces as Markdown; code that touches code is one span, else their fences would run together."""
    for is_code, together in groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.code):
        text = "".join(piece.text for piece in together)
        yield code(text) if is_code else text


def code(text: str) -> str:
    """`text` as a code span (CommonMark 6.1); empty text stays empty."""
    if not text.strip():
        return text
    fence = _longer_than_in(text, at_least=1)
    space = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{space}{text}{space}{fence}"


def _longer_than_in(text: str, *, at_least: int) -> str:
    """A row of backticks longer than any in `text`."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(longest + 1, at_least)


FORMAT = Format(render=as_markdown, draw=drawn)
