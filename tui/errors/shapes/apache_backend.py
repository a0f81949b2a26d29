"""Apache httpd's mod_proxy: the address that it dialled, and then the backend's name."""

import re

from tui.errors.patterns import ADDRESS, HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="attempt to connect to A:P (H) failed",
    hints=("attempt to connect to ",),
    pattern=re.compile(rf"attempt to connect to (?P<addr>{ADDRESS}):(?P<port>{PORT}) \((?P<host>{HOST})(?::\d{{1,5}})?\) failed"),
    role="upstream",
)
