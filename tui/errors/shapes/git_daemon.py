"""git's own protocol: each address of the name, with its error."""

import re

from tui.errors.patterns import ADDRESS, NAME
from tui.errors.shape import Shape

SHAPE = Shape(
    form="H[0: A]: errno=…",
    hints=("]: errno=",),
    pattern=re.compile(rf"(?<![\w.-])(?P<host>{NAME})\[\d{{1,2}}: (?P<addr>{ADDRESS})\]: errno="),
)
