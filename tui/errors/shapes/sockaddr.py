"""A Python socket address: what was dialled if it is an address, what was asked for if it is a name."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Says, Shape, an_address_was_dialled

SHAPE = Shape(
    place=30,
    form="('A', P) · ('A', P, 0, 0) · ('H', P)",
    hints=("('", '("', "( '"),
    pattern=re.compile(rf"\(\s?['\"](?P<host>{ANY_HOST})['\"], ?(?P<port>{PORT})(?:, ?\d{{1,10}}, ?\d{{1,10}})?\)"),
    says=Says.DEPENDS,
    marks=an_address_was_dialled,
)
