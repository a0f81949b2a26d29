"""Node's system errors: an IPv6 address without brackets, and the local end after `Local`."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape, an_address_was_dialled

SHAPE = Shape(
    place=10,
    form="connect ECONNREFUSED A:P - Local (A:P) · connect ENOENT /PATH",
    hints=("connect e", "read e", "write e", "send e"),
    pattern=re.compile(
        rf"\b(?:connect|read|write|send) E[A-Z0-9_]{{3,24}}(?: (?P<path>/[^\s\"',)]{{1,200}})"
        rf"| (?P<host>{ANY_HOST}):(?P<port>{PORT}))"
        r"(?: - Local \(\S{1,80}\))?"
    ),
    marks=an_address_was_dialled,
)
