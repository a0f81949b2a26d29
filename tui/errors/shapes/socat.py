"""socat: the address family's number, then the address."""

import re

from tui.errors.patterns import BRACKETED, PORT
from tui.errors.shape import Marks, Match, Shape, mark, path_mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    if match["path"]:
        yield path_mark(match, role)
    else:
        yield mark(match, "host", "port", role)


SHAPE = Shape(
    place=20,
    form='connect(5, AF=2 A:P, 16): · connect(5, AF=1 "/PATH", 16):',
    hints=("af=",),
    pattern=re.compile(
        rf"\bAF=\d{{1,3}} (?:\"(?P<path>/[^\"\n]{{1,200}})\"|(?P<host>{BRACKETED}"
        rf"|(?:\d{{1,3}}\.){{3}}\d{{1,3}}):(?P<port>{PORT}))"
    ),
    role="dialled",
    marks=_marks,
    back=20,
)
