"""A port whose host the text does not say."""

import re

from tui.errors.patterns import PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=90,
    form="connection failed on port P",
    hints=("port ",),
    pattern=re.compile(
        rf"(?i:\b(?:connect(?:ion|ing)?|failed|refused|server|database|reach)\b[^\n\"']{{0,40}} (?:on|to|at|over)(?: tcp"
        rf"| local| the)? port )(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
