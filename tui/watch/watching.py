"""One watched run: start the command, pass on its output, wait for its end; then read what failed.

Law: nothing that starting it does not need is loaded before the command runs: somebody is waiting for it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from tui.watch.relay import run
from tui.watch.run_directory import private_directory, read_end
from tui.watch.tail import Tail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.watch.failures import FailedTarget

SIGNAL_STATUS = 128
"""What shells add to the number of the signal that ended a command."""


class Watched(NamedTuple):
    """How the command ended, and which connections failed, the last one last."""

    status: int
    """Its exit status; if a signal ended it, 128 plus the signal's number."""
    by_signal: int | None = None
    failed: tuple[FailedTarget, ...] = ()
    is_noted: bool = True
    """False where there was no safe directory for what hook and strace note: all that is known is what the command printed."""


def watch(command: Sequence[str], *, traced: bool = False) -> Watched:
    """Run `command` as it is, and return what failed. Raises NotStartedError."""
    tail = Tail()
    with private_directory() as directory:
        environment = directory.environment(os.environ) if directory else dict(os.environ)
        argv = command
        if directory and traced:
            from tui.watch import strace

            argv = strace.command(command, directory.trace)
        ended = run(argv, environment, tail)
        failed: tuple[FailedTarget, ...] = ()
        with suppress(MemoryError):  # whatever can't be read, the status is the command's
            noted = directory.lines() if directory else []
            trace = read_end(directory.trace) if directory and traced else []
            # What a successful command has printed is not its own failure: it may have shown a log.
            failed = _failed(noted, trace, bytes(tail) if ended else b"") if noted or trace or ended else ()
    if os.WIFSIGNALED(ended):
        number = os.WTERMSIG(ended)
        return Watched(SIGNAL_STATUS + number, number, failed, directory is not None)
    return Watched(os.WEXITSTATUS(ended), None, failed, directory is not None)


def _failed(noted: Sequence[bytes], trace: Sequence[bytes], printed: bytes) -> tuple[FailedTarget, ...]:
    from tui.watch import strace
    from tui.watch.failures import failed_connections, printed_failure, read_records

    failures = failed_connections((*read_records(noted), *strace.records(trace)))
    last = printed_failure(printed) if printed and not failures else None
    return failures or ((last,) if last else ())
