"""One watched run: the command is started, passed on and waited for; then what failed is read."""

import os
from collections.abc import Sequence

from msgspec import Struct

from tui.watch import strace
from tui.watch.failures import Failed, failed_connections, printed_failure, read_records
from tui.watch.place import place, read_end
from tui.watch.relay import run
from tui.watch.tail import Tail

SIGNAL_STATUS = 128
"""What shells add to the number of the signal that ended a command."""


class Watched(Struct, frozen=True, kw_only=True):
    """How the command ended, and which connections failed, the last one last."""

    status: int
    """Its exit status; for one that a signal ended, 128 and the signal's number."""
    by_signal: int | None = None
    failed: tuple[Failed, ...] = ()


def watch(command: Sequence[str], *, traced: bool = False) -> Watched:
    """Run `command` as it is, and say what failed. Raises NotStartedError."""
    tail = Tail()
    with place() as here:
        environment = here.environment(os.environ) if here else dict(os.environ)
        argv = strace.command(command, here.trace) if here and traced else command
        ended = run(argv, environment, tail)
        records = read_records(here.lines()) if here else ()
        if here and traced:
            records += strace.records(read_end(here.trace))
    seen = failed_connections(records)
    # What a command that succeeds has printed is no failure of its own: it may have shown a log.
    printed = printed_failure(bytes(tail)) if ended and not seen and bytes(tail) else None
    by_signal = os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else None
    return Watched(
        status=os.waitstatus_to_exitcode(ended) if by_signal is None else SIGNAL_STATUS + by_signal,
        by_signal=by_signal,
        failed=seen or ((printed,) if printed else ()),
    )
