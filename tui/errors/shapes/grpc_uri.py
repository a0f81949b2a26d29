"""gRPC's URIs of names and addresses; the brackets around an IPv6 address may be percent-encoded."""

import re

from tui.errors.patterns import BRACKETED, HOST, PORT, V6, is_literal
from tui.errors.shape import EndpointMark, Marks, Match, Says, Shape, mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    endpoint = mark(match, "encoded" if match["encoded"] else "host", "port", role)
    if endpoint and endpoint.host:
        yield EndpointMark(
            endpoint.host, endpoint.port, "dialled" if is_literal(endpoint.host) else role, endpoint.start, endpoint.end
        )


SHAPE = Shape(
    form="ipv4:A:P · ipv6:[A]:P · ipv6:%5BA%5D:P · dns:H:P · dns:///H:P",
    hints=("ipv4:", "ipv6:", "dns:"),
    pattern=re.compile(
        rf"\b(?:ipv[46]|dns):(?://[\w.:-]{{0,60}}/)?(?:%5B(?P<encoded>{V6})%5D|(?P<host>{BRACKETED}|{V6}|{HOST})):(?P<port>{PORT})"
    ),
    says=Says.DEPENDS,
    marks=_marks,
)
