"""Ruby: the address that connect(2) was given."""

import re

from tui.errors.patterns import ANY_HOST, PORT, is_literal
from tui.errors.shape import Marks, Match, Shape, mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    yield mark(match, "host", "port", "dialled" if is_literal(match["host"].strip("[]")) else role)


SHAPE = Shape(
    place=20,
    form="connect(2) for A:P",
    hints=("connect(2) for ",),
    pattern=re.compile(rf"\bconnect\(2\) for (?P<host>{ANY_HOST}):(?P<port>{PORT})"),
    marks=_marks,
    back=20,
)
