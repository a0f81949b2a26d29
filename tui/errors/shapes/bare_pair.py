"""A Python tuple printed without quotes: pymodbus."""

import re

from tui.errors.patterns import PORT, V4
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=31,
    form="to (A, P)",
    hints=("to (", "at ("),
    pattern=re.compile(rf"\b(?:to|at) \((?P<host>{V4}), (?P<port>{PORT})\)"),
    says=Says.DEPENDS,
)
