"""curl -v and ssh -v: one address of the name, dialled and failed."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="* connect to A port P failed · connect to address A port P: …",
    hints=("* connect to ", "connect to address "),
    pattern=re.compile(
        rf"(?:\* {{1,4}}connect to|\bconnect to address) (?P<host>{ANY_HOST})(?: port (?P<port>{PORT}))?"
        r"(?= (?:from \S{1,60} (?:port )?\d{1,5} )?failed|: )"
    ),
    role="dialled",
)
