"""A host or URL that the text itself calls a proxy."""

import re

from tui.errors.patterns import HOST, PORT, URL
from tui.errors.shape import Marks, Match, Says, Shape, by_groups, mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    if match["host"] and not match["port"] and "." not in match["host"].rstrip(".") and not match["resolve"]:
        return ()  # "proxy server refused": a word, not a name
    return by_groups(match, role) if match["url"] else (mark(match, "host", "port", role),)


SHAPE = Shape(
    place=12,
    form="Could not resolve proxy: H · proxy server H:P · proxy 'URL' · through proxy H:P",
    hints=("proxy",),
    pattern=re.compile(
        r"(?i:(?P<resolve>resolve proxy(?: name)?)|\bproxy(?: server| host| address| url)?(?: at| is| =="
        r"| =)?):?\s?(?:== )?[\"'`(\[=]{0,2}"
        rf"(?:(?P<url>{URL})|(?P<host>{HOST})(?::(?P<port>{PORT})|(?=[\s;,.]|\Z)))"
    ),
    role="proxy",
    says=Says.DEPENDS,
    marks=_marks,
)
