"""Text: plain words for a terminal of 80 columns.

No colours, nothing but words. A command stays on its line, to be copied.
"""

import textwrap
from collections.abc import Iterable

from tui.report.document import Document
from tui.report.format import Format
from tui.report.outline import Block, CommandLine, Footer, Heading, Items, Labelled, Paragraph, SourceLines, Table, outline

WIDTH = 80
INDENT = "  "
PROMPT = "$ "


def as_text(document: Document, *, full: bool = False) -> str:
    """The report, the verdict first; `full` adds the whole walk and all evidence."""
    return drawn(outline(document, full=full))


def drawn(blocks: Iterable[Block]) -> str:
    """Blocks as lines of at most 80 columns, but for commands and code."""
    lines: list[str] = []
    depth = 0
    for block in blocks:
        if isinstance(block, Heading):
            depth = block.level - 2
        if lines and isinstance(block, Heading | Footer):
            lines.append("")
        within = 0 if isinstance(block, Footer) else max(depth if isinstance(block, Heading) else depth + 1, 0)
        lines += [f"{INDENT * within}{line}" for line in _lines(block, WIDTH - len(INDENT) * within)]
        if isinstance(block, Heading) and block.level == 1:
            depth = 0
    return "".join(f"{line}\n" for line in lines)


def _lines(block: Block, width: int) -> list[str]:
    match block:
        case Heading(text=text) | Paragraph(text=text) | Footer(text=text):
            return _wrapped(text, width)
        case Labelled(label=label, text=text):
            return _wrapped(f"{label}: {text}", width)
        case CommandLine(text=text):
            return [f"{PROMPT}{text}"]
        case SourceLines(lines=lines):
            return [f"    {line}" for line in lines]
        case Items(items=items, numbered=numbered):
            bullets = [f"{number}. " if numbered else "- " for number in range(1, len(items) + 1)]
            return [line for item, bullet in zip(items, bullets, strict=True) for line in _item(item, bullet, width)]
        case Table(rows=rows):
            return [line for cause, *rest in rows for line in _item((Paragraph(f"{cause}: {', '.join(rest)}"),), "- ", width)]


def _item(blocks: tuple[Block, ...], bullet: str, width: int) -> list[str]:
    lines = [line for block in blocks for line in _lines(block, width - len(bullet))]
    return [f"{bullet if number == 0 else ' ' * len(bullet)}{line}" for number, line in enumerate(lines)]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


FORMAT = Format(render=as_text, draw=drawn)
