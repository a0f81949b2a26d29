"""The host before the verb, the port after it: net-ldap, and people's own words."""

import re

from tui.errors.patterns import HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="Server H refused connection on port P",
    hints=(" on port ",),
    pattern=re.compile(
        rf"\b(?i:server|host) (?P<host>{HOST}) (?:(?:has |is )?(?:refus|reject|reset|not respond)\w{{0,4}}"
        rf"|timed out)[^\n]{{0,40}} on port (?P<port>{PORT})"
    ),
)
