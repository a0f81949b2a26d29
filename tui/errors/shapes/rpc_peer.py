"""ONC RPC: the server before the library's own words, unless it is a function of the library."""

import re

from tui.errors.patterns import NAME
from tui.errors.shape import Shape

SHAPE = Shape(
    form="H: RPC: …",
    hints=(": rpc: ",),
    pattern=re.compile(rf"^(?!clnt|svc|pmap|rpc|xdr)(?P<host>{NAME}): RPC: ", re.MULTILINE),
)
