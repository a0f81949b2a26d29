"""A name without an address, in the words of Java and others: the name comes after the error."""

import re

from tui.errors.patterns import HOST
from tui.errors.shape import Marks, Match, Shape, mark
from tui.errors.types import Role

_NO_NAMES = frozenset({"is", "in", "for", "or", "error", "exception", "null", "the", "at"})


def _marks(match: Match, role: Role) -> Marks:
    if match["host"].lower() not in _NO_NAMES:
        yield mark(match, "host", "port", role)


SHAPE = Shape(
    form="UnknownHostException: H · Unknown host: H · Host not found: H · find H: NXDOMAIN",
    hints=("unknownhost", "unknown host", "host not found", "nxdomain", "unresolved"),
    pattern=re.compile(
        r"(?:UnknownHost(?:Exception|Error)?: (?:Unable to resolve host \"|Failed to resolve ['\"]?)?"
        r"|[Uu]nknown host:? ['\"]?|[Hh]ost not found:? ['\"]?"
        r"|can't find |UnresolvedAddressException: )"
        rf"(?P<host>{HOST})(?::(?P<port>\d{{1,5}}))?(?![\w ]{{0,3}}(?:is|was|not)\b)"
    ),
    error_class="dns",
    marks=_marks,
)
