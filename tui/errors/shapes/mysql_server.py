"""MySQL's and MariaDB's clients: the host in quotes, with or without the port, then the errno."""

import re

from tui.errors.patterns import ANY_HOST, CLOSE, OPEN, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=30,
    form="Can't connect to MySQL server on 'H' (N) · on 'H:P' (N) · Unknown MySQL server host 'H'",
    hints=("server on ", "server at ", "server host "),
    pattern=re.compile(rf"\b[Ss]erver (?:on|at|host) {OPEN}(?P<host>{ANY_HOST})(?::(?P<port>{PORT}))?{CLOSE}"),
    says=Says.DEPENDS,
)
