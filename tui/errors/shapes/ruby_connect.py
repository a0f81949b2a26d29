"""Ruby: the address that connect(2) was given."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape, an_address_was_dialled

SHAPE = Shape(
    form="connect(2) for A:P",
    hints=("connect(2) for ",),
    pattern=re.compile(rf"\bconnect\(2\) for (?P<host>{ANY_HOST}):(?P<port>{PORT})"),
    marks=an_address_was_dialled,
)
