"""Go's resolver: the name that was looked up. The address after `on` is the nameserver's, not an endpoint."""

import re

from tui.errors.patterns import HOST
from tui.errors.shape import Marks, Match, Shape, mark
from tui.errors.types import Role


def _marks(match: Match, role: Role) -> Marks:
    yield mark(match, "host", "port", "proxy" if match["proxy"] else role)


SHAPE = Shape(
    place=8,
    form="dial tcp: lookup H on A:53: no such host",
    hints=("lookup ",),
    pattern=re.compile(
        rf"(?P<proxy>proxyconnect tcp: )?(?:dial (?:tcp"
        rf"|udp)[46]?: )?\blookup (?!fail)(?P<host>{HOST})(?: on (?:\[[^\]\s]{{1,45}}\]|[\w.-]{{1,60}}):\d{{1,5}})?(?=:\s)"
        r"(?:: (?:read|dial|write) (?:udp|tcp) \S{1,140}(?: [a-z]{4,5}:)?)?"
    ),
    marks=_marks,
    error_class="dns",
)
