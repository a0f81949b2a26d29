"""Two labelled fields, one for the host and one for the port: Laravel, MariaDB, Oracle, JSON and `key=value` logs."""

import re

from tui.errors.atoms import ANY_HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=42,
    form='host: H, port: P · "host":"H","port":P · (host=H)(port=P) · host=H port=P',
    hints=("port",),
    pattern=re.compile(
        r"(?<![\w.-])['\"]?(?i:(?:db|redis|remote|target|peer|smtp|mysql|pg)?_?(?:host(?:name|addr)?|server|address|addr|ip))['\"]?\s?(?:[:=]|=>)\s?['\"]?"
        rf"(?P<host>{ANY_HOST})['\"]?[\s,;)(]{{1,6}}['\"]?(?i:(?:db|redis|remote|target|peer|smtp|mysql|pg)?_?port)['\"]?\s?(?:[:=]|=>)\s?['\"]?(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
)
