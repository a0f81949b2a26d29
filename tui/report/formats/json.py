"""JSON: one document a line (refused/1).

Several make JSON Lines, and one is a JSON text. The output is ASCII without control characters: the same bytes in every
locale, and harmless on a terminal.
"""

import msgspec

from tui.report.document import Document
from tui.report.format import Format


def as_json(document: Document) -> str:
    """The document as one line, with its line end."""
    return json_line(document)


def json_line(value: msgspec.Struct) -> str:
    """Any of the program's documents as one line of JSON, with its line end."""
    text = msgspec.json.encode(value).decode()
    return f"{text if text.isascii() and text.isprintable() else ''.join(map(_escaped, text))}\n"


def _escaped(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


FORMAT = Format(render=as_json, between="")
