"""nginx, about a request that reached no upstream: the addresses on the line are the client's and its own."""

import re

from tui.errors.shape import Says, Shape

SHAPE = Shape(
    place=4,
    form='client: A, server: H, request: "…", host: "H:P"',
    hints=("client: ",),
    pattern=re.compile(
        r"client: [^\s,]{1,60}, server: [^,\n]{0,200}(?:, (?:request|subrequest|upstream|host"
        r"|referrer): \"[^\"\n]{0,1000}\"){0,5}"
    ),
    says=Says.NOTHING,
    ahead=2500,
)
