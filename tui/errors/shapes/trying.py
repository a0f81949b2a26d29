"""telnet's and curl's note of the address that they are about to dial."""

import re

from tui.errors.patterns import ADDRESS, BRACKETED, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="Trying A... · Trying A:P...",
    hints=("trying ",),
    pattern=re.compile(rf"\bTrying (?P<host>{BRACKETED}|{ADDRESS}|(?:\d{{1,3}}\.){{3}}\d{{1,3}})(?::(?P<port>{PORT}))?\.\.\."),
    role="dialled",
    says=Says.TRIED,
)
