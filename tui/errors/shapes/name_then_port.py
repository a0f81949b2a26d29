"""Haskell's old HTTP client: the host in quotes, a space, the port."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form='ConnectionException "H" P',
    hints=("connectionexception",),
    pattern=re.compile(rf"\b\w{{0,20}}ConnectionException2? \"(?P<host>{ANY_HOST})\" (?P<port>{PORT})"),
)
