"""socat: the address family's number, then the address."""

import re

from tui.errors.patterns import BRACKETED, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form='connect(5, AF=2 A:P, 16): · connect(5, AF=1 "/PATH", 16):',
    hints=("af=",),
    pattern=re.compile(
        rf"\bAF=\d{{1,3}} (?:\"(?P<path>/[^\"\n]{{1,200}})\"|(?P<host>{BRACKETED}"
        rf"|(?:\d{{1,3}}\.){{3}}\d{{1,3}}):(?P<port>{PORT}))"
    ),
    role="dialled",
)
