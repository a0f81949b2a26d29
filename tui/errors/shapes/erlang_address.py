"""Erlang's and Elixir's clients: `:httpc`'s tuple, and the words of DBConnection."""

import re

from tui.errors.patterns import ANY_HOST, PORT
from tui.errors.shape import Says, Shape

SHAPE = Shape(
    form="{:to_address, {'H', P}} · tcp connect (H:P)",
    hints=("to_address", "tcp connect ("),
    pattern=re.compile(
        rf"(?:\bto_address, ?\{{(?:~c|<<)?['\"]|\btcp connect \()(?P<host>{ANY_HOST})(?:['\"](?:>>)?, ?"
        rf"|:)(?P<port>{PORT})(?=\}}|\))"
    ),
    says=Says.DEPENDS,
)
