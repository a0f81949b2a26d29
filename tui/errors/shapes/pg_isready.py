"""pg_isready: host and port, and what the server said."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="H:P - no response · H:P - rejecting connections",
    hints=(" - no response", " - rejecting connections", " - no attempt"),
    pattern=re.compile(rf"(?<![\w.-])(?P<host>{ANY_HOST}):(?P<port>{PORT}) - (?:no response|rejecting connections|no attempt)"),
)
