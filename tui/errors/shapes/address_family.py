"""The address family or the protocol before the address: python-memcached, lighttpd, OpenVPN."""

import re

from tui.errors.patterns import BRACKETED, NAME, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=42,
    form="inet:H:P · tcp:H:P · [AF_INET]A:P · AF_INET(A:P)",
    hints=("inet:", "inet6:", "tcp:", "tcp4:", "tcp6:", "af_inet"),
    pattern=re.compile(
        rf"(?:(?<![\w.-])(?:inet6?|tcp[46]?):(?!/)|\bAF_INET6?[\](])(?P<host>{BRACKETED}|{NAME}):(?P<port>{PORT})(?!:\d|\w)"
    ),
    says=Says.DEPENDS,
)
