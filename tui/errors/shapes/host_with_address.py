"""The name, and in parentheses the address that was dialled, without a port: rsync."""

import re

from tui.errors.patterns import ADDRESS, NAME
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=56,
    form="connect to H (A): …",
    hints=("connect to ", "connecting to ", "connection to "),
    pattern=re.compile(rf"(?i:\bconnect(?:ing|ion)? to )(?P<host>{NAME}) \((?P<addr>{ADDRESS})\)(?=[: ])"),
    says=Says.DEPENDS,
)
