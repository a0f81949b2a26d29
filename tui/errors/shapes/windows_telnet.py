"""Windows' telnet: the host in its first words, the port in its last."""

import re

from tui.errors.patterns import PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="Connecting To H...Could not open connection to the host, on port P",
    hints=("connecting to ",),
    pattern=re.compile(
        rf"Connecting To (?P<host>[\w.-]{{1,253}}?)\.\.\.\s{{0,4}}Could not open connection to the host, on port (?P<port>{PORT})"
    ),
)
