"""Browsers' error pages: the host as the person typed it."""

import re

from tui.errors.patterns import HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    place=33,
    form="H refused to connect · H took too long to respond · connection to the server at H",
    hints=("refused to connect", "too long to respond", "connection to the server at "),
    pattern=re.compile(
        rf"(?:connection to the server at (?=[^\s]{{1,260}}\s)|(?<![\w.:/-])(?={HOST}(?::\d{{1,5}})? (?:refused to connect"
        rf"|took too long to respond)))"
        rf"(?P<host>{HOST})(?::(?P<port>{PORT}))?"
    ),
)
