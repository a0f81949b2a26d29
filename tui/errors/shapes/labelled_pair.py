"""Two labelled fields, one for the host and one for the port: Laravel, MariaDB, Oracle, JSON and `key=value` logs."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=42,
    form='host: H, port: P · "host":"H","port":P · (host=H)(port=P) · host=H port=P',
    hints=("port",),
    pattern=re.compile(
        r"(?<![\w.-])['\"]?(?i:(?:db|redis|remote|target|peer|smtp|mysql|pg)?_?(?:host(?:name|addr)?|server|address|addr|ip))['\"]?\s{0,20}(?:[:=]|=>)\s{0,2}['\"]?"
        rf"(?P<host>{ANY_HOST})['\"]?[\s,;)(]{{1,12}}['\"]?(?i:(?:db|redis|remote|target|peer|smtp|mysql|pg)?_?port)['\"]?\s{{0,20}}(?:[:=]|=>)\s{{0,2}}['\"]?(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
