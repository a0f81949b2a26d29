"""Java's `InetSocketAddress`: the name that was asked for, a slash, and the address that was dialled."""

import re

from tui.errors.patterns import ADDRESS, NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="H/A:P · /A:P · H/<unresolved>:P",
    hints=("/",),
    pattern=re.compile(
        rf"(?<![\w./:%-])(?P<host>{NAME})?/(?P<addr>{ADDRESS}|(?<=/)(?:\d{{1,3}}\.){{3}}\d{{1,3}}|<unresolved>):(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
