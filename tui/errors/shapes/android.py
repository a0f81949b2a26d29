"""Android's sockets: the port in parentheses, and the local end after `from`."""

import re

from tui.errors.patterns import ADDRESS, NAME, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="failed to connect to H/A (port P) from /A (port P)",
    hints=("(port ",),
    pattern=re.compile(
        rf"\bto (?P<host>{NAME})?/(?P<addr>{ADDRESS}"
        rf"|(?:\d{{1,3}}\.){{3}}\d{{1,3}})\s?\(port (?P<port>{PORT})\)(?: from \S{{1,120}} \(port \d{{1,5}}\))?"
    ),
)
