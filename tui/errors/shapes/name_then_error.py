"""A name, a colon and the resolver's own words: ping, telnet, lftp, bash, nginx."""

import re

from tui.errors.patterns import NAME, PORT
from tui.errors.shape import Marks, Match, Shape, mark
from tui.errors.types import Role

_ERRORS = (
    "Name or service not known", "Temporary failure in name resolution", "nodename nor servname", "No address associated with",
    "Unknown host", "No such host is known", "Host not found", "Name does not resolve", "Non-recoverable failure in name",
)  # fmt: skip
_NO_NAMES = re.compile(
    r"getaddrinfo|failed|error|information|connect|gaierror|exception|lookup|resolution|resolve|ssh|curl|wget|ping"
    r"|telnet|open|oserror|socketerror|fatal|address|host|name|socket|falha"
)


def _marks(match: Match, role: Role) -> Marks:
    name = match["host"].lower()
    if not _NO_NAMES.fullmatch(name) and not name.endswith(("exception", "error")):
        yield mark(match, "host", "port", role)


SHAPE = Shape(
    place=35,
    form="H: Name or service not known · H:P, Name or service not known · H could not be resolved",
    pattern=re.compile(
        rf"(?<![\w./-])(?P<host>{NAME})(?:[: ](?P<port>{PORT}))?(?:[:,] (?:{'|'.join(_ERRORS)})"
        r"| could not be resolved \(|['\u2019]s (?:server )?(?:IP|DNS) address could not be found)"
    ),
    marks=_marks,
)
