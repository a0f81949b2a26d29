"""A host without a port after "connect to host" and the like: telnet, git, ssh."""

import re

from tui.errors.patterns import ANY_HOST, is_literal
from tui.errors.shape import Marks, Match, Says, Shape, mark
from tui.errors.types import Role

_NO_NAMES = frozenset({"failed", "refused", "timed", "was", "is", "has", "because", "due", "server", "host", "address"})


def _marks(match: Match, role: Role) -> Marks:
    name = match["host"].strip("[]").rstrip(".")
    if name.lower() in _NO_NAMES:
        return
    if is_literal(name) or "." in name or name == "localhost" or match["said"]:
        yield mark(match, "host", "port", role)


SHAPE = Shape(
    place=85,
    form="connect to address A: … · connect to H: … · H refused to connect",
    hints=(
        "connect to ",
        "connection to ",
        "connected to ",
        "connecting to",
        "to connect",
        "too long to respond",
        "host=",
        "connect with ",
    ),
    pattern=re.compile(
        rf"(?i:\b(?:connect|connecting|connection|connected) (?:to|with):? (?:the )?(?P<said>remote server |(?:remote )?(?:host"
        rf"|address) )?(?:server )?(?:at )?)[\"'`]?(?:host=)?"
        rf"(?P<host>{ANY_HOST})(?=[\"'`]?(?:: | failed| refused| timed out| \(|\.?\n|\.?\Z|,? (?:user|dbname|database)=))"
    ),
    says=Says.DEPENDS,
    marks=_marks,
)
