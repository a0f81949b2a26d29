"""Signals that the wrapper receives and that are meant for the command."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Self

FORWARDED = (
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGWINCH,
    signal.SIGCONT,
)
POLL_EVERY_S = 0.05
"""How often signals are asked for where no thread can wait for them."""
_BY_THE_KERNEL = 0x80
"""`si_code` of a signal from the terminal (SI_KERNEL, sigaction(2)): the whole foreground group gets it."""


OnSignal = Callable[[signal.Signals, bool], None]
"""Called with a signal, and whether the terminal, or the kernel, sent it."""


class Signals:
    """While it is open, a thread receives the signals and calls `on_signal` with each: its number, and who sent it.

    A signal that was ignored when we were started stays ignored, as nohup(1) expects. Where no thread can be started
    (RLIMIT_NPROC counts them, getrlimit(2)), whoever waits asks for the signals: see `poll_s` and `take_waiting`.
    """

    def __init__(self) -> None:
        self.wanted = {number for number in FORWARDED if signal.getsignal(number) is not signal.SIG_IGN} | {signal.SIGCHLD}
        self.before: set[signal.Signals] = set()
        """The signals that were blocked before."""
        self._thread: threading.Thread | None = None
        self._over = False
        self._polled: OnSignal | None = None

    def __enter__(self) -> Self:
        self.before = {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, self.wanted)}
        return self

    def listen(self, on_signal: OnSignal) -> None:
        """Call `on_signal` with each signal from now on."""

        def take() -> None:
            while not self._over:
                info = signal.sigwaitinfo(self.wanted)
                if not self._over:
                    on_signal(signal.Signals(info.si_signo), info.si_code == _BY_THE_KERNEL)

        thread = threading.Thread(target=take, name="signals", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._polled = on_signal
        else:
            self._thread = thread

    @property
    def poll_s(self) -> float | None:
        """How long to wait at most before `take_waiting`, in seconds; None where a thread waits for the signals."""
        return POLL_EVERY_S if self._polled else None

    def take_waiting(self) -> None:
        """Where there is no thread: call `on_signal` with each signal that has come."""
        while self._polled and (info := signal.sigtimedwait(self.wanted, 0)):
            self._polled(signal.Signals(info.si_signo), info.si_code == _BY_THE_KERNEL)

    def __exit__(self, *_: object) -> None:
        self._over = True
        if self._thread is not None and self._thread.ident is not None:
            signal.pthread_kill(self._thread.ident, signal.SIGCHLD)
            self._thread.join()
        signal.pthread_sigmask(signal.SIG_SETMASK, self.before)


def die_by(number: int) -> None:
    """End this process as the command was ended, so that whoever started us gets the same status."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the command has left its core dump; ours would show nothing
    signal.signal(number, signal.SIG_DFL) if number not in {signal.SIGKILL, signal.SIGSTOP} else None
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
