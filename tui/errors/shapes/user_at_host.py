"""The user before the host, without a scheme: message brokers' and database clients' short form."""

import re

from tui.errors.patterns import BRACKETED, NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=58,
    form="USER@H:P",
    hints=("@",),
    pattern=re.compile(
        rf"(?<![\w.:/@%+-])[\w.%+/-]{{1,64}}+['\"]?@['\"]?(?P<host>{BRACKETED}|{NAME}):(?P<port>{PORT})(?=[/\s,;)\]'\"]|: |\.?\Z)"
    ),
    says=Says.DEPENDS,
)
