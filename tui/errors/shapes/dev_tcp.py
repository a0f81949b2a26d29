"""bash's /dev/tcp."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="/dev/tcp/H/P",
    hints=("/dev/tcp/",),
    pattern=re.compile(rf"/dev/tcp/(?P<host>{ANY_HOST})/(?P<port>{PORT})"),
    says=Says.DEPENDS,
)
