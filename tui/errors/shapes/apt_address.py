"""apt's note of the address that it dialled."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="[IP: A P]",
    hints=("[ip: ",),
    pattern=re.compile(rf"\[IP: (?P<host>{ANY_HOST}) (?P<port>{PORT})\]"),
    role="dialled",
    says=Says.DEPENDS,
)
