"""Go's net package: the address that was dialled, which is the proxy's if `proxyconnect` comes before it."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Marks, Match, Shape, mark, path_mark
from tui.errors.types import Role

_PATH = r"/[^\s:\"']{1,200}"


def _marks(match: Match, role: Role) -> Marks:
    if match["path"]:
        yield path_mark(match, role)
    elif match["host"]:
        yield mark(match, "host", "port", "proxy" if match["proxy"] else role)


SHAPE = Shape(
    place=9,
    form="dial tcp A:P: · read tcp A:P->A:P: · proxyconnect tcp: dial tcp A:P: · dial unix /PATH:",
    hints=("dial ", "read tcp", "read udp", "write tcp", "write udp"),
    pattern=re.compile(
        r"(?P<proxy>proxyconnect tcp: )?\b(?:dial|read|write) (?:(?:tcp|udp)[46]?:? (?:\S{1,70}->)?"
        rf"(?:(?P<host>{ANY_HOST}))?:(?P<port>{PORT})(?=[: ,;)\"'\]]|\Z)|unix (?P<path>{_PATH}))"
    ),
    role="dialled",
    marks=_marks,
)
