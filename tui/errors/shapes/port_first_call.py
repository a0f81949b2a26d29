"""A call in JavaScript that names the port before the host, as the source line above a Node stack shows it."""

import re

from tui.errors.patterns import HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=24,
    form="connect(P, 'H') · createConnection({ port: P, host: 'H' })",
    hints=("connect(", "createconnection(", "port:", "redis("),
    pattern=re.compile(
        rf"\b(?:[cC]onnect|createConnection|Redis)\((?:\{{ ?port: ?)?(?P<port>{PORT})"
        rf", ?(?:host(?:name)?: ?)?['\"`](?P<host>{HOST})['\"`]"
    ),
    says=Says.TRIED,
    back=40,
    ahead=200,
)
