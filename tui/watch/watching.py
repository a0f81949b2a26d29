"""One watched run: the command is started, passed on and waited for; then what failed is read.

Law: until the command runs, nothing is loaded that it does not need: it is waited for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tui.watch.relay import run
from tui.watch.run_directory import place, read_end
from tui.watch.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.watch.failures import FailedTarget

SIGNAL_STATUS = 128
"""What shells add to the number of the signal that ended a command."""


class Watched(NamedTuple):
    """How the command ended, and which connections failed, the last one last."""

    status: int
    """Its exit status; for one that a signal ended, 128 and the signal's number."""
    by_signal: int | None = None
    failed: tuple[FailedTarget, ...] = ()


def watch(command: Sequence[str], *, traced: bool = False) -> Watched:
    """Run `command` as it is, and say what failed. Raises NotStartedError."""
    tail = Tail()
    with place() as here:
        environment = here.environment(os.environ) if here else dict(os.environ)
        argv = command
        if here and traced:
            from tui.watch import strace

            argv = strace.command(command, here.trace)
        ended = run(argv, environment, tail)
        noted = here.lines() if here else []
        trace = read_end(here.trace) if here and traced else []
    # What a command that succeeds has printed is no failure of its own: it may have shown a log.
    failed = _failed(noted, trace, bytes(tail) if ended else b"") if noted or trace or ended else ()
    if os.WIFSIGNALED(ended):
        number = os.WTERMSIG(ended)
        return Watched(SIGNAL_STATUS + number, number, failed)
    return Watched(os.WEXITSTATUS(ended), None, failed)


def _failed(noted: Sequence[bytes], trace: Sequence[bytes], printed: bytes) -> tuple[FailedTarget, ...]:
    from tui.watch import strace
    from tui.watch.failures import failed_connections, printed_failure, read_records

    seen = failed_connections((*read_records(noted), *strace.records(trace)))
    last = printed_failure(printed) if printed and not seen else None
    return seen or ((last,) if last else ())
