"""wget: the name, and between bars (in some languages brackets) the address."""

import re

from tui.errors.patterns import ADDRESS, BRACKETED, NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="H (H)|A|:P · H (H)[A]:P",
    hints=("|:", "]:"),
    pattern=re.compile(
        rf"(?P<host>{NAME}) \([\w.-]{{1,253}}\)\s?(?:\||(?=\[))(?P<addr>{ADDRESS}|{BRACKETED}"
        rf"|\[[\d.]{{7,15}}\])\|?:(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
