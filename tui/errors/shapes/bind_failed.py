"""What a server wanted to listen on and could not: as nginx, Go, Node, Ruby, Apache, sshd, Redis and others say it.

The address is one of the machine that wrote the text, or none at all: `*`, `0.0.0.0`, and a port alone mean all of them.
"""

import re

from tui.errors.patterns import ADDRESS, CLOSE, OPEN, PORT
from tui.errors.shape import Marks, Match, Shape, mark, path_mark
from tui.errors.types import Role

_HOST = rf"(?:localhost|\*|::(?=:\d)|{ADDRESS})?"
_FORMS = (
    r"\bbind\(\) to HOST:PORT failed",
    r"\blisten (?:tcp[46]?|E[A-Z]{3,20}: [a-z ]{4,40}) HOST:PORT(?=: bind:|\s|\Z)",
    r"\bbind(?:\(\d?\))?(?: to| for)? ?\(?HOST:PORT\)? failed",
    rf"\bbind\(2\) for (?:{OPEN})?HOST(?:{CLOSE})?(?: port |:)PORT",
    r"\bbind to address HOST:PORT",
    r"\b[Bb]ind to port PORT on HOST failed",
    r"\blistening socket HOST:PORT: ",
    r"\b(?:bind on address|Connection in use:) \('HOST', PORT",
    r"\bbind: [a-z ]{4,40}: HOST:PORT",
    r"\bbind socket \([A-Za-z ]{4,40}\) \[HOST:PORT\]",
    r"\b[Pp]ort PORT (?:is|was) (?:already )?in use\b",
    r"\b(?:postmaster|mysqld server) (?:already )?running on port:? ?PORT",
    r"\bBind for HOST:PORT failed",
)
_SOCKET = r"\bbind\(\) to unix:(?P<path>/[^\s\"']{1,200}) failed"


def _numbered(number: int, form: str) -> str:
    """One form as a pattern; a group's name may occur only once."""
    return form.replace("HOST", f"(?P<host{number}>{_HOST})").replace("PORT", f"(?P<port{number}>{PORT})")


def _marks(match: Match, role: Role) -> Marks:
    if match["path"]:
        yield path_mark(match, role)
        return
    group = next(name for name in match.re.groupindex if name.startswith("port") and match[name])
    host = group.replace("port", "host")
    yield mark(match, host if host in match.re.groupindex and match[host] else group, group, role)


SHAPE = Shape(
    place=7,
    form="bind() to A:P failed · listen tcp A:P: bind: … · Port P is in use",
    hints=("bind", "listen", "in use", "postmaster", "mysqld server"),
    pattern=re.compile("|".join((*(_numbered(*numbered) for numbered in enumerate(_FORMS)), _SOCKET))),
    role="bind",
    marks=_marks,
    back=80,
    ahead=300,
)
