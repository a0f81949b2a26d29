"""Code made safe to show: without passwords, tokens and the credentials of URLs."""

import ast
import re

from tui.model.safe_text import safe_text

SECRET_NAME = re.compile(r"pass|pwd|secret|token|credential|(?:api|ssl|access|account)_?key|private|auth", re.IGNORECASE)
LONGEST = 160
"""How many characters of one line are shown."""
_CREDENTIALS = re.compile(r"://[^\s\"'/]{0,200}@")
_ASSIGNED = re.compile(
    r"(?P<before>(?:pass|pwd|secret|token|credential|(?:api|ssl|access|account)_?key|private|auth)\w{0,30}[\"']?\]?\s{0,20}[=:,]\s{0,20})"
    r"(?:[brf]{0,2}\"[^\"\n]{0,500}\"|[brf]{0,2}'[^'\n]{0,500}')",
    re.IGNORECASE,
)
_IN_CONNINFO = re.compile(r"(\bpassword\s{0,5}=\s{0,5})[^\s\"']{1,200}", re.IGNORECASE)

_CALL = re.compile(r"(?P<name>\w{1,60})\s{0,3}(?=\()")
_CONNECTS = re.compile(r"connect|login|auth|client|session|pool|engine|ftp|smtp|imap|ldap|bind|sign_?in|account", re.IGNORECASE)
"""Functions that take a user's name and a password after the host, or as the first two."""
_LITERAL = re.compile(
    r"""(?P<before>[(,]\s{0,9}|^)(?:[brfu]{0,2}(?P<text>"[^"\n]{0,500}"|'[^'\n]{0,500}')|(?P<number>\d{1,9})\b)"""
)
_PAIR = re.compile(r"(\bauth\w{0,20}\s{0,3}=\s{0,3}\()[^()\n]{0,500}\)", re.IGNORECASE)
_HOST = re.compile(r"localhost|[\w-]{1,63}[.-][\w.-]{1,200}")


def without_credentials(text: str) -> str:
    """`text` with everything before the `@` removed from its URLs."""
    return _CREDENTIALS.sub("://", text)


def masked(text: str, *, limit: int = LONGEST) -> str:
    """A line from a file, safe to show, with what looks like a secret replaced by `***`."""
    without = _ASSIGNED.sub(lambda match: f"{match['before']}'***'", without_credentials(text))
    without = _without_positional(_PAIR.sub(r"\1'***')", without))
    return safe_text(_IN_CONNINFO.sub(r"\1***", without).replace("\t", "    "), limit=limit)


def written(node: ast.AST) -> str:
    """An expression or the first line of a statement as Python writes it, masked."""
    return masked(ast.unparse(node).partition("\n")[0])


def _without_positional(line: str) -> str:
    """The line without texts that may be passwords by their place alone.

    In a call: those after a host and a port, and after the first text where something is connected or logged in. Alone on a
    line, as an argument of a call that began before: all that do not look like a host, a URL or a path.
    """
    alone = line.strip().rstrip("),]").strip().lstrip("brfu")
    if len(alone) > len("''") and alone[0] in "\"'" and alone[1:].find(alone[0]) == len(alone) - 2:
        text = alone[1:-1]
        return line if _HOST.fullmatch(text) or "://" in text or text.startswith("/") else line.replace(alone, "'***'")
    call = _CALL.search(line)
    if call is None:
        return line
    texts = numbers = 0
    connects = _CONNECTS.search(call["name"]) is not None

    def shown(match: re.Match[str]) -> str:
        nonlocal texts, numbers
        numbers += match["number"] is not None
        if match["text"] is None:
            return match[0]
        texts += 1
        is_later = match["before"].startswith(",")
        return f"{match['before']}'***'" if is_later and (connects or (numbers and texts > 1)) else match[0]

    return line[: call.end()] + _LITERAL.sub(shown, line[call.end() :])
