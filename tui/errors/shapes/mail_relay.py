"""Postfix: the name that was asked for, in brackets the address that was dialled, then the port."""

import re

from tui.errors.patterns import ADDRESS, NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="connect to H[A]:P:",
    hints=("connect to ", "relay="),
    pattern=re.compile(
        rf"(?:\bconnect to |\brelay=)(?P<host>{NAME})\[(?P<addr>{ADDRESS}|[0-9A-Fa-f:.]{{2,45}})\]:(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
