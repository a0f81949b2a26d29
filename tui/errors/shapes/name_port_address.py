"""apt, in any language: name and port, and in parentheses the address that was dialled."""

import re

from tui.errors.patterns import ADDRESS, NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="H:P (A)",
    hints=(" (",),
    pattern=re.compile(rf"(?<![\w./@-])(?P<host>{NAME}): ?(?P<port>{PORT}) \((?P<addr>{ADDRESS})\)"),
    says=Says.DEPENDS,
)
