"""A quoted name beside the words of another language for a name that does not resolve."""

import re

from tui.errors.patterns import CLOSE, HOST, OPEN, PORT
from tui.errors.phrases_localized import INNER_ABROAD
from tui.errors.shape import Shape

SHAPE = Shape(
    place=75,
    form="\u00bbH\u00ab konnte nicht aufgelöst werden",
    hints=(*INNER_ABROAD["dns"], "解析", "разрешить"),
    pattern=re.compile(rf"(?<![A-Za-z\u00c0-\u024f])(?:{OPEN})(?P<host>{HOST})(?::(?P<port>{PORT}))?(?:{CLOSE})"),
    error_class="dns",
)
