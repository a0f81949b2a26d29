"""Java Mail: labels first, then both values."""

import re

from tui.errors.patterns import HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="host, port: H, P",
    hints=("host, port:",),
    pattern=re.compile(rf"host, port: (?P<host>{HOST}), (?P<port>{PORT})"),
)
