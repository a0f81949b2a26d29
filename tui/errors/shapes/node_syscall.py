"""Node's system errors: an IPv6 address without brackets, and the local end after `Local`."""

import re

from tui.errors.patterns import ANY_HOST, PORT, is_literal
from tui.errors.shape import Marks, Match, Shape, mark, path_mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    if match["path"]:
        yield path_mark(match, role)
    elif match["host"]:
        yield mark(match, "host", "port", "dialled" if is_literal(match["host"].strip("[]")) else role)


SHAPE = Shape(
    place=10,
    form="connect ECONNREFUSED A:P - Local (A:P) · connect ENOENT /PATH",
    hints=("connect e", "read e", "write e", "send e"),
    pattern=re.compile(
        rf"\b(?:connect|read|write|send) E[A-Z0-9_]{{3,24}}(?: (?P<path>/[^\s\"',)]{{1,200}})"
        rf"| (?P<host>{ANY_HOST}):(?P<port>{PORT}))"
        r"(?: - Local \(\S{1,80}\))?"
    ),
    marks=_marks,
    back=20,
)
