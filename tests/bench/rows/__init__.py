"""The rows of the table, by what they are about. A file here that has `ROWS` is part of the table, in the order of `rows`."""

from tests.bench.row import Row
from tests.bench.rows import attempts, command_line, names, run, screen, sockets, thinking


def rows() -> tuple[Row, ...]:
    """All of them, but those that need programs from elsewhere (`peers`)."""
    return tuple(row for part in (command_line, screen, attempts, names, sockets, thinking, run) for row in part.ROWS)
