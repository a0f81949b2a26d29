"""BIND's tools: a nameserver's address and port."""

import re

from tui.errors.patterns import PORT, V6
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="communications error to A#P",
    hints=("#",),
    pattern=re.compile(rf"(?<![\w.:])(?P<host>{V6}|(?:\d{{1,3}}\.){{3}}\d{{1,3}})#(?P<port>{PORT})"),
    says=Says.DEPENDS,
)
