"""Apache HttpClient: the host that was asked for, and in brackets the addresses that were dialled."""

import re

from tui.errors.patterns import ADDRESS, HOST, PORT, valid_host, valid_port
from tui.errors.shape import EndpointMark, Marks, Match, Shape, mark
from tui.errors.types import Role

_DIALLED = re.compile(rf"/(?P<addr>{ADDRESS}|(?:\d{{1,3}}\.){{3}}\d{{1,3}})(?=[,\s\]]|\Z)")


def _marks(match: Match, role: Role) -> Marks:
    asked = mark(match, "host", "port", role)
    port = valid_port(match["port"]) or {"http": 80, "https": 443}.get(match["scheme"] or "")
    if asked:
        yield EndpointMark(asked.host, port, role, asked.start, asked.end)
    for dialled in _DIALLED.finditer(match["dialled"]):
        if valid_host(dialled["addr"]):
            at = match.start("dialled")
            yield EndpointMark(dialled["addr"], port, "dialled", at + dialled.start("addr"), at + dialled.end("addr"))


SHAPE = Shape(
    place=15,
    form="Connect to H:P [H/A, H/A] failed",
    hints=("connect to ",),
    pattern=re.compile(
        rf"Connect to (?:(?P<scheme>https?)://)?(?P<host>{HOST})(?::(?P<port>{PORT}))? \["
        rf"(?P<dialled>[\w./:,% -]{{3,600}}+)\] (?:failed|timed out)"
    ),
    marks=_marks,
)
