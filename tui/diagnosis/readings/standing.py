"""Readings of a case: whether a listener stood while the attempts failed.

Law: one look at a socket table is one moment. What starts, or ends again and again, opens its sockets one after another, so
for that moment it has an address without the other; only a socket that is there before and after the attempts was there
while they failed.
"""

from collections.abc import Iterator, Mapping

from tui.diagnosis.readings import hosts, outcomes, services
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import Listener, Listeners, TcpAttempt
from tui.model.requests import AnyRequest, ListListeners

AFTER_THE_ATTEMPTS = 2
"""The repetition's number; 1 is the look of a service that comes and goes, while the attempts are still under way."""


def second_look(case: Case, address: str) -> Iterator[AnyRequest]:
    """The socket table once more when the attempts are over, where it has the port, and not for `address`."""
    table, here = hosts.table(case, address), outcomes.is_local(case, address)
    rows = outcomes.on_port(table, case.tcp.port)
    if table and rows and outcomes.schedule_ended(case) and not any(hosts.reaches(row, address, here=here) for row in rows):
        yield ListListeners(vantage=table.vantage, again=AFTER_THE_ATTEMPTS)


def missing(case: Case, row: Listener, refused: Mapping[str, TcpAttempt]) -> str:
    """The check that would tell that the listener stood while these attempts were refused; empty where that was seen."""
    table = hosts.table(case, next(iter(refused)))
    if table is None or _stood(case, row, table, refused):
        return ""
    again = behind(table.vantage, "ss -ltn")
    return f"`{again}` again, after the attempts: the same listener, and no other. It may be one that starts, or comes and goes."


def _stood(case: Case, row: Listener, newest: Listeners, refused: Mapping[str, TcpAttempt]) -> bool:
    """Whether every table has this very socket, and the newest is from after the last attempt."""
    tables = [table for table in case.all(Listeners) if table.vantage == newest.vantage]
    if not all(any(_is_same(row, other) for other in table.listeners) for table in tables):
        return False
    attempts = [at for attempt in refused.values() if (at := services.moment(attempt.at)) is not None]
    seen = services.moment(newest.at)
    return not attempts or (seen is not None and seen >= max(attempts))


def _is_same(row: Listener, other: Listener) -> bool:
    """Whether both are one socket: by its inode where the tables have it, else by what it is bound to."""
    if (row.proto, row.address, row.port, row.device) != (other.proto, other.address, other.port, other.device):
        return False
    return row.inode is None or other.inode is None or row.inode == other.inode
