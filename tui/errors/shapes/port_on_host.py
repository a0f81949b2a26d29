"""The port before the host: paramiko, Oracle, and many log lines."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=31,
    form="port P on H · (port P) on H",
    hints=("port ",),
    pattern=re.compile(
        rf"\bport (?P<port>{PORT})\)? (?:on|of|at) (?:host |server |address )?(?P<host>{ANY_HOST})(?=[\s.,;:)]|\Z)"
    ),
    says=Says.DEPENDS,
)
