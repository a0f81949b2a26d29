"""HTML: one file that fetches nothing.

It runs nothing either: every text is escaped, and a policy in its head says so too. The file is ASCII: other characters are
references, so that it is the same in every locale.
"""

from collections.abc import Iterable
from html import escape

from tui.report.document import Document
from tui.report.format import Format
from tui.report.outline import Block, CommandLine, Footer, Heading, Items, Labelled, Paragraph, SourceLines, Table, outline

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy (W3C CSP 3): the file's own style and nothing else."""
_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin-top: 2rem } h3 { font-size: 1rem }
pre { overflow-x: auto; padding: .5rem .75rem; background: color-mix(in srgb, currentColor 8%, transparent) }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
p, td, li { overflow-wrap: anywhere }
footer { margin-top: 2rem; opacity: .75 }
"""


def as_html(document: Document, *, full: bool = True) -> str:
    """The report as a whole page; `full` adds the whole walk and all evidence."""
    return drawn(outline(document, full=full))


def drawn(blocks: Iterable[Block]) -> str:
    """Blocks, a heading among them, as a whole page."""
    blocks = list(blocks)
    title = next(block.text for block in blocks if isinstance(block, Heading))
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{''.join(_block(block) for block in blocks)}</body>\n</html>\n"
    )
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _block(block: Block) -> str:
    match block:
        case Heading(text=text, level=level):
            return f"<h{level}>{escape(text)}</h{level}>\n"
        case Paragraph(text=text):
            return f"<p>{escape(text)}</p>\n"
        case Labelled(label=label, text=text):
            return f"<p><strong>{escape(label)}:</strong> {escape(text)}</p>\n"
        case CommandLine(text=text):
            return f"<pre><code>{escape(text)}</code></pre>\n"
        case SourceLines(lines=source):
            joined = "\n".join(source)
            return f"<pre><code>{escape(joined)}</code></pre>\n"
        case Items(items=items, numbered=numbered):
            kind = "ol" if numbered else "ul"
            inner = "".join(f"<li>{''.join(map(_block, item))}</li>\n" for item in items)
            return f"<{kind}>\n{inner}</{kind}>\n"
        case Table(head=head, rows=rows):
            lines = "".join(_row(row, "td") for row in rows)
            return f"<table>\n<thead>{_row(head, 'th')}</thead>\n<tbody>\n{lines}</tbody>\n</table>\n"
        case Footer(text=text):
            return f"<footer><p>{escape(text)}</p></footer>\n"


def _row(cells: tuple[str, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>\n"


FORMAT = Format(render=as_html, draw=drawn)
