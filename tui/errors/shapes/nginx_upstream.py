"""nginx: only `upstream:` is where it connected to; `client:`, `server:` and `host:` on the same line are not."""

import re

from tui.errors.patterns import URL
from tui.errors.shape import Marks, Match, Says, Shape, url_mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    before = match.string[max(0, match.start() - 200) : match.start()]
    if "no live upstreams" not in before.rpartition("\n")[2]:  # there the URL holds the name of the group
        yield url_mark(match, "url", role)


SHAPE = Shape(
    place=3,
    form='client: A, server: H, request: "…", upstream: "URL", host: "H:P"',
    hints=("upstream: ",),
    pattern=re.compile(
        rf"(?:client: [^\n]{{0,1500}}?)?\bupstream: \"(?P<url>{URL})\"(?:, (?:host|referrer|cookie): \"[^\"\n]{{0,300}}\"){{0,3}}"
    ),
    role="upstream",
    says=Says.DEPENDS,
    marks=_marks,
    back=1600,
    ahead=1200,
)
