"""The port in words after the host: curl, git, ssh, scp, nc, rsync, SQL Server's JDBC driver, Oracle."""

import re

from tui.errors.patterns import ADDRESS, ANY_HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=30,
    form="to H port P · to H (A) port P · host H, port P · by H port P",
    hints=(" port", "\nport"),
    pattern=re.compile(
        r"(?i:\b(?:to|connect_to|at|host|address|on|with|by|server|reset by|from server)\s{1,4}"
        r"(?:the\s)?(?:(?:host|address|server"
        r"|port)\s)?)(?<!port )"
        rf"(?!UNKNOWN )(?P<host>{ANY_HOST})(?:\s[(\[](?P<addr>{ADDRESS})[)\]])?(?i:,|\s(?:on|and|using"
        rf"|via))?\s{{1,4}}(?i:port)[\s:=]{{1,4}}(?P<port>{PORT})(?! \[preauth\])"
    ),
    says=Says.DEPENDS,
)
