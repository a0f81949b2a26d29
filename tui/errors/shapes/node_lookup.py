"""Node's resolver: the name, and in old releases the name again with the port."""

import re

from tui.errors.patterns import HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    form="getaddrinfo ENOTFOUND H · getaddrinfo EAI_AGAIN H:P · getaddrinfo ENOTFOUND H H:P",
    hints=("getaddrinfo e", "query", "getaddrinfo("),
    pattern=re.compile(
        rf"\b(?:getaddrinfo|query[A-Z]{{1,8}}) E[A-Z0-9_]{{3,24}} (?:{HOST} (?={HOST}:\d))?(?P<host>{HOST})(?::(?P<port>{PORT}))?"
    ),
    error_class="dns",
)
