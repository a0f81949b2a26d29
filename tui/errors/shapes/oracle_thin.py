"""Oracle's JDBC address, which is not a URL: an at sign, with or without slashes, then host and port."""

import re

from tui.errors.patterns import BRACKETED, NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="jdbc:oracle:thin:@H:P:SID · jdbc:oracle:thin:@//H:P/SERVICE",
    hints=("jdbc:oracle:",),
    pattern=re.compile(
        rf"\bjdbc:oracle:\w{{2,12}}:[^\s@]{{0,100}}@(?:tcps?:)?(?://)?(?P<host>{BRACKETED}|{NAME}):(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
