"""Python's clients: inside a proxy error the connection that is named is the one to the proxy."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Shape

SHAPE = Shape(
    place=10,
    form="ProxyError(… HTTPSConnection(host='H', port=P) · ClientProxyConnectionError: Cannot connect to host H:P",
    hints=("proxyerror(", "clientproxyconnectionerror"),
    pattern=re.compile(
        r"(?:ProxyError\([^\n]{0,300}?HTTPS?Connection\(host=['\"]|ClientProxyConnectionError: Cannot connect to host )"
        rf"(?P<host>{ANY_HOST})(?:['\"], ?port=|:)(?P<port>{PORT})"
    ),
    role="proxy",
)
