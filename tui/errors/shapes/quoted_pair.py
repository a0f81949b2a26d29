"""Prisma: host and port, each in its own quotation marks, or with a space between them."""

import re

from tui.errors.patterns import NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="server at `H`:`P` · server at H: P",
    hints=("`:`", "server at "),
    pattern=re.compile(rf"(?P<mark>`)?(?:(?(mark)|\b[Ss]erver at ))(?P<host>{NAME})(?(mark)`:`|: )(?P<port>{PORT})(?(mark)`)"),
    says=Says.DEPENDS,
)
