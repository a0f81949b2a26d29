"""The one gate for text from outside: names, banners, process titles, logs, error texts.

After it no character can move the cursor, change colours, or reorder what is read. Markup of the screen
library is not its business: the front end shows such text as content, never as markup.
"""

import unicodedata

LIMIT = 4096
"""The longest text kept from outside, in characters; a banner or title says all it has to say long before."""

_LONGEST_LINE = 300
"""A line that is quoted: a message, a path, a reason."""
_LONGEST_NAME = 80
"""A name: of a program, an interface, a container, a table."""

_HARMLESS_CONTROLS = frozenset("\n\t")
# Cc controls, Cf format characters (bidi overrides, zero width), Cs lone surrogates, Zl/Zp separators.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_text(text: str | bytes, *, limit: int = LIMIT, one_line: bool = True) -> str:
    r"""Return `text` with every control, format and undefined character spelled out, cut at `limit` characters.

    Bytes are read as UTF-8; what is not UTF-8 is spelled as `\xNN`. With `one_line` (the default) line ends
    and tabs are spelled out too. Never raises.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    cut = text[:limit]
    if not (cut.isascii() and cut.isprintable()):
        cut = "".join(_spelled(char, one_line=one_line) for char in cut)[:limit]
    return f"{cut}…" if len(text) > limit else cut


def safe_line(text: str | bytes) -> str:
    """`safe_text` of a line that is quoted, cut at 300 characters. Never raises."""
    return safe_text(text, limit=_LONGEST_LINE)


def safe_name(text: str | bytes) -> str:
    """`safe_text` of a name, cut at 80 characters. Never raises."""
    return safe_text(text, limit=_LONGEST_NAME)


def _spelled(char: str, *, one_line: bool) -> str:
    if char in _HARMLESS_CONTROLS and not one_line:
        return char
    if unicodedata.category(char) not in _ESCAPED:
        return char
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")
