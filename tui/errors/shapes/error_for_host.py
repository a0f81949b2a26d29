"""A host after "error for host", without a port: Erlang's epmd, monitoring."""

import re

from tui.errors.patterns import ANY_HOST
from tui.errors.shape import Shape

SHAPE = Shape(
    place=86,
    form="error for host H: … · timeout for host H",
    hints=("for host ",),
    pattern=re.compile(
        rf"(?i:\b(?:error|timeout|timed out|failure|failed|refused) for host )"
        rf"['\"]?(?P<host>{ANY_HOST})(?=['\"]?(?:[:;,)]|\.?\s|\.?\Z))"
    ),
)
