"""librdkafka: the address that was dialled."""

import re

from tui.errors.patterns import BRACKETED, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="ipv4#A:P · ipv6#[A]:P",
    hints=("ipv4#", "ipv6#"),
    pattern=re.compile(rf"\bipv[46]#(?P<host>{BRACKETED}|(?:\d{{1,3}}\.){{3}}\d{{1,3}}):(?P<port>{PORT})"),
    role="dialled",
    says=Says.DEPENDS,
)
