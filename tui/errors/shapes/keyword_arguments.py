"""Python's `host='H', port=P`, as in urllib3's pools and connections."""

import re

from tui.errors.patterns import ANY_HOST
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=30,
    form="Pool(host='H', port=P)",
    hints=("(host=",),
    pattern=re.compile(rf"\(host=['\"](?P<host>{ANY_HOST})['\"], ?port=['\"]?(?P<port>[\w<>*]{{1,12}})"),
    says=Says.DEPENDS,
)
