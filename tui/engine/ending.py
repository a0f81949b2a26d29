"""Signals that would end this process, so that it ends in good order instead: terminal, children and directories as before."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

TOLD_TO_END = (signal.SIGTERM, signal.SIGHUP)
"""What others send to end a program, and what a terminal sends when it goes away."""
ANY_END = (
    *TOLD_TO_END,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGVTALRM,
    signal.SIGPROF,
    signal.SIGXCPU,
    signal.SIGPOLL,
    signal.SIGPWR,
)
"""All that end a process that does nothing about them (signal(7)), but those of a fault in it."""
SHELL_BASE = 128
"""What shells add to a signal's number for the exit status."""


@contextmanager
def in_good_order(end: Callable[[signal.Signals], None], numbers: tuple[signal.Signals, ...] = TOLD_TO_END) -> Iterator[None]:
    """While this is open, the first of these signals calls `end` with its number; a second of the same does what it always does.

    A signal that was ignored stays so, as nohup(1) expects. `end` is called between two lines of the main thread, also
    where its event loop does not turn. Only the main thread may open this.
    """
    before = {number: handler for number in numbers if (handler := signal.getsignal(number)) is not signal.SIG_IGN}

    def on_signal(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        end(signal.Signals(number))

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
