"""R's curl: the host in brackets beside libcurl's words."""

import re

from tui.errors.patterns import NAME
from tui.errors.shape import Shape

SHAPE = Shape(
    form="Timeout was reached: [H] … · Couldn't connect to server [H]: …",
    hints=("timeout was reached", "connect to server [", "resolve host", "resolve proxy name [", "error [", "peer ["),
    pattern=re.compile(
        r"(?:Timeout was reached|[Cc]ouldn.t connect to server|Could(?:n't| not) resolve host ?name"
        rf"|SSL connect error|Failure when receiving data from the peer):? \[(?P<host>{NAME})\]"
    ),
)
