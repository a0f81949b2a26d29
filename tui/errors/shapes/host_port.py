"""Host and port on their own in a line about trouble: an address, `localhost`, or a name set off by brackets or words."""

import re

from tui.errors.patterns import BRACKETED, NAME, PORT, is_count, is_literal
from tui.errors.shape import Marks, Match, Says, Shape, mark
from tui.errors.types import Role

_SET_OFF = re.compile(
    r"[(\[\"'`{<\u2018\u201c\u00ab]\Z|(?i:refused|unreachable|timed out|reset|failed|denied|host|peer|not known|error"
    r"|exception)[:.]? [(\[]?\Z"
)
_GOES_ON = re.compile(
    r"[)\]\"'`}>\u2019\u201d\u00bb]|:? (?:[-\u2013] )?[(\[]?(?i:connection|connect|refused|timed|unreachable|no (?:route"
    r"|response)|reset|failed|is |was |could|errno|name or"
    r"|econn|ehost|enet|etimed|error|i/o|not |cannot|timeout|did not|host |\[errno|network|operation)"
)
_SAID_OF = re.compile(
    r"(?:: (?i:connection |connect |\[)?|[\])] (?:\w{1,12} ){0,2})(?i:refused|timed out|failed|unreachable|errno)"
)
_CALLED = re.compile(r"(?i:refused|not known|unreachable|timed out|reset|no such host)[^\n\w,\"'`]{1,3}[\"'`]?\Z")


def _marks(match: Match, role: Role) -> Marks:
    name = match["host"].strip("[]")
    before, after = match.string[max(0, match.start() - 40) : match.start()], match.string[match.end() : match.end() + 30]
    if is_literal(name) or name.lower() == "localhost":
        certain = True
    elif "." in name:
        certain = name.rpartition(".")[2].islower() and bool(_SET_OFF.search(before) or _GOES_ON.match(after))
    else:
        certain = not is_count(name) and bool(_CALLED.search(before) or _SAID_OF.match(after))
    if certain:
        yield mark(match, "host", "port", role)


SHAPE = Shape(
    place=80,
    form="A:P · (H:P) · H:P: Connection refused",
    pattern=re.compile(rf"(?<![\w.:/@%+-])(?P<host>{BRACKETED}|{NAME}):(?P<port>{PORT})(?!:\d|[\w]|\.\w)"),
    says=Says.DEPENDS,
    marks=_marks,
    back=500,
)
