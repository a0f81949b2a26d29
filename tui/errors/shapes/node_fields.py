"""The fields of a Node system error, as the console or JSON prints them."""

import re

from tui.errors.patterns import ANY_HOST, PORT, is_literal
from tui.errors.shape import Marks, Match, Shape, mark, path_mark
from tui.errors.types import Role

_NEXT = r"['\"]?,\s{0,40}['\"]?"


def _marks(match: Match, role: Role) -> Marks:
    if match["path"]:
        yield path_mark(match, role)
    else:
        asked = match["key"] == "hostname" or not is_literal(match["host"])
        yield mark(match, "host", "port", role if asked else "dialled")


SHAPE = Shape(
    form="syscall: 'connect', address: 'A', port: P · syscall: 'getaddrinfo', hostname: 'H'",
    hints=("syscall",),
    pattern=re.compile(
        rf"\bsyscall['\"]?: ?['\"](?:connect|getaddrinfo){_NEXT}(?P<key>address"
        rf"|hostname)['\"]?: ?['\"](?:(?P<path>/[^\s'\"]{{1,200}})|(?P<host>{ANY_HOST}))"
        rf"(?:{_NEXT}port['\"]?: ?['\"]?(?P<port>{PORT}))?"
    ),
    marks=_marks,
)
