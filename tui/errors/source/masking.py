"""Code made safe to show: without passwords, tokens and the credentials of URLs."""

import ast
import re

from tui.model.safe_text import safe_text

SECRET_NAME = re.compile(r"pass|pwd|secret|token|credential|api_?key|private|auth", re.IGNORECASE)
LONGEST = 160
"""How many characters of one line are shown."""
_CREDENTIALS = re.compile(r"://[^\s\"'/]{0,200}@")
_ASSIGNED = re.compile(
    r"(?P<before>(?:pass|pwd|secret|token|credential|api_?key|private|auth)\w{0,30}[\"']?\]?\s{0,20}[=:,]\s{0,20})"
    r"(?:[brf]{0,2}\"[^\"\n]{0,500}\"|[brf]{0,2}'[^'\n]{0,500}')",
    re.IGNORECASE,
)
_IN_CONNINFO = re.compile(r"(\bpassword\s{0,5}=\s{0,5})[^\s\"']{1,200}", re.IGNORECASE)


def without_credentials(text: str) -> str:
    """`text` with everything before the `@` removed from its URLs."""
    return _CREDENTIALS.sub("://", text)


def masked(text: str, *, limit: int = LONGEST) -> str:
    """A line from a file, safe to show, with what looks like a secret replaced by `***`."""
    without = _ASSIGNED.sub(lambda match: f"{match['before']}'***'", without_credentials(text))
    return safe_text(_IN_CONNINFO.sub(r"\1***", without).replace("\t", "    "), limit=limit)


def written(node: ast.AST) -> str:
    """An expression or the first line of a statement as Python writes it, masked."""
    return masked(ast.unparse(node).partition("\n")[0])
