"""A Python socket address: what was dialled if it is an address, what was asked for if it is a name."""

import re

from tui.errors.patterns import ANY_HOST, PORT, is_literal
from tui.errors.shape import Marks, Match, Says, Shape, mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    yield mark(match, "host", "port", "dialled" if is_literal(match["host"].strip("[]")) else role)


SHAPE = Shape(
    place=30,
    form="('A', P) · ('A', P, 0, 0) · ('H', P)",
    hints=("('", '("', "( '"),
    pattern=re.compile(rf"\(\s?['\"](?P<host>{ANY_HOST})['\"], ?(?P<port>{PORT})(?:, ?\d{{1,10}}, ?\d{{1,10}})?\)"),
    says=Says.DEPENDS,
    marks=_marks,
    ahead=350,
)
