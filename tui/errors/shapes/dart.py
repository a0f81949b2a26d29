"""Dart's socket errors: the address is the other end's, but the port is the local one, so it is not read."""

import re

from tui.errors.patterns import ANY_HOST
from tui.errors.shape import Shape

SHAPE = Shape(
    form="(OS Error: …, errno = N), address = H, port = N",
    hints=("address = ",),
    pattern=re.compile(rf"errno = \d{{1,5}}\)?, address = (?P<host>{ANY_HOST}), port = \d{{1,5}}"),
)
