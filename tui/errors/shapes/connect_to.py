"""Host and port after a word that leads to them: "connect to", "server", "at"; a name alone needs the verb before it."""

import re

from tui.errors.patterns import BRACKETED, HOST, PORT, is_count, is_literal
from tui.errors.shape import Marks, Match, Says, Shape, mark
from tui.errors.types import Role

_WORDS = (
    r"to|at|with|on|from|for|via|host|servers?|broker|node|endpoint|address|backend|upstream|database|reach|reaching|contact|dial"
    r"|against|instance"
)
_VERB = re.compile(
    r"(?i)connect|reach|dial|contact|redis|broker|host|server|request|reading|writing|send|listener|database|upstream|backend"
    r"|endpoint|socket|call|refused|link|resolv|client"
)


def _marks(match: Match, role: Role) -> Marks:
    name = match["host"].strip("[]")
    lone = "." not in name and not is_literal(name)
    before = match.string[max(0, match.start() - 60) : match.end("word")]
    if not lone or (not is_count(name) and _VERB.search(before)):
        yield mark(match, "host", "port", role)


SHAPE = Shape(
    place=57,
    form="connect to H:P · server H:P · at 'H:P'",
    pattern=re.compile(
        rf"\b(?P<word>(?i:{_WORDS}))[\s:=]{{1,2}}(?:(?i:the|host|server|address|broker|node|endpoint|database|db|port|url|remote)[\s:=]{{1,2}}){{0,2}}(?:\(|\[(?!\d{{0,5}}:)|<|[\"'`\u2018\u201c\u00ab])?"
        rf"(?P<host>{BRACKETED}|{HOST}):(?P<port>{PORT})(?!:\d|/tcp)"
    ),
    says=Says.DEPENDS,
    marks=_marks,
    back=500,
)
