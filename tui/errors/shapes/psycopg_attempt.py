"""psycopg's list of attempts: the name, and the address that was dialled for it."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="host: 'H', port: P, hostaddr: 'A'",
    hints=("hostaddr: ",),
    pattern=re.compile(rf"\bhost: '(?P<host>{ANY_HOST})', port: '?(?P<port>{PORT})'?, hostaddr: '(?P<addr>{ANY_HOST})'"),
)
