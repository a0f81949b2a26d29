"""PowerShell's Test-NetConnection."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="TCP connect to (A : P) failed",
    hints=("connect to (",),
    pattern=re.compile(rf"connect to \((?P<host>{ANY_HOST}) : (?P<port>{PORT})\)"),
)
