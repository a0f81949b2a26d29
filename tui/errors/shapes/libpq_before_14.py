"""libpq before release 14: host and port in the question on the next lines."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    place=2,
    form='Is the server running on host "H" (A) and accepting TCP/IP connections on port P?',
    hints=('on host "',),
    pattern=re.compile(
        rf"(?:server: [^\n]{{1,200}}\n\s{{0,40}})?Is the server running on host \""
        rf"(?P<host>{ANY_HOST})\"(?: \((?P<addr>[0-9A-Fa-f:.]{{2,45}}(?:%[\w.-]{{1,16}})?)\))?"
        rf"\s{{1,40}}and\s{{1,40}}accepting\s{{1,40}}TCP/IP\s{{1,40}}connections\s{{1,40}}on\s{{1,40}}port\s{{1,40}}(?P<port>{PORT})"
    ),
)
