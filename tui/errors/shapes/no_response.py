"""net-snmp: the agent that did not answer."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="No Response from H · No Response from udp:H:P",
    hints=("no response from ",),
    pattern=re.compile(rf"\b[Nn]o [Rr]esponse from (?:udp6?:|tcp6?:)?(?P<host>{ANY_HOST})(?::(?P<port>{PORT}))?(?=[\s.,;)]|\Z)"),
)
