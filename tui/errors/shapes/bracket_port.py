"""An IPv6 address in brackets, and the port right after them."""

import re

from tui.errors.patterns import PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=70,
    form="[A]P",
    hints=("[",),
    pattern=re.compile(rf"\[(?P<host>[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:.]{{1,40}})\](?P<port>{PORT})"),
    role="dialled",
    says=Says.DEPENDS,
)
