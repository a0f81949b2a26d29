"""netcat: the address in brackets, then the port and its service's name."""

import re

from tui.errors.patterns import NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="H [A] P (service) :",
    hints=(") :", "):"),
    pattern=re.compile(
        rf"(?P<host>{NAME}|\(UNKNOWN\)) \[(?P<addr>[0-9A-Fa-fx:.]{{2,45}})\] (?P<port>{PORT}) \([\w?-]{{1,40}}\) ?:"
    ),
    says=Says.DEPENDS,
)
