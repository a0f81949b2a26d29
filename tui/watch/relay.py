"""Runs a command and passes on what it prints, unchanged and at once, while keeping the last part.

Only what is not a terminal is read through a pipe; standard output and standard error that are one file stay one. On a
terminal, and only where nothing else in the job uses that terminal, the command gets a pseudo-terminal instead.
"""

import contextlib
import errno
import fcntl
import os
import select
import signal
import stat
import termios
import tty
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.watch.signals import Signals
from tui.watch.starting import Plan, next_report, start, start_on_terminal
from tui.watch.tail import Tail

CHUNK = 1 << 18
"""Bytes read at once, and the size of our pipes: a quarter of what any user may ask for (pipe(7))."""
STDIN, STDOUT, STDERR = 0, 1, 2
_WAKE = {signal.SIGCHLD: b"c", signal.SIGWINCH: b"w", signal.SIGCONT: b"f"}


def run(argv: Sequence[str], environment: Mapping[str, str], tail: Tail) -> int:
    """Run the command to its end; its wait status. What it prints goes to `tail` too. Raises NotStartedError."""
    with Signals() as signals, _standard_descriptors() as opened:
        if _on_terminal(opened):
            return _OnTerminal(signals, tail, opened).run(argv, environment)
        return _Beside(signals, tail, opened).run(argv, environment)


@contextlib.contextmanager
def _standard_descriptors() -> Iterator[tuple[int, ...]]:
    """Those of the three that are open. The others are occupied meanwhile, so that no pipe of ours becomes one of them."""
    opened = tuple(descriptor for descriptor in (STDIN, STDOUT, STDERR) if _is_open(descriptor))
    taken = [os.open(os.devnull, os.O_RDWR) for _ in range(3 - len(opened))]  # the lowest that are free; not inherited
    try:
        yield opened
    finally:
        for descriptor in taken:
            os.close(descriptor)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _on_terminal(opened: Sequence[int]) -> bool:
    """Whether the command can have a terminal of its own: ours is in the foreground, and no pipe leads to another program."""
    outputs = [descriptor for descriptor in opened if descriptor != STDIN]
    if STDIN not in opened or not os.isatty(STDIN) or not any(map(os.isatty, outputs)):
        return False
    try:
        in_front = os.tcgetpgrp(STDIN) == os.getpgrp()
    except OSError:  # it is a terminal of another session
        return False
    return in_front and not any(stat.S_ISFIFO(os.fstat(output).st_mode) for output in outputs)


def _wide_pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    with contextlib.suppress(OSError):  # this user's pipes hold too much already (/proc/sys/fs/pipe-user-pages-soft)
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, CHUNK)
    return reading, writing


def _read(source: int) -> bytes:
    """The bytes that are there to be read; none at the end."""
    try:
        return os.read(source, CHUNK)
    except OSError as error:
        if error.errno == errno.EIO:  # the other side of a terminal is closed (pty(7))
            return b""
        raise


def _write(sink: int, chunk: bytes) -> None:
    """Write all of it. Raises OSError."""
    left = memoryview(chunk)
    while left:
        try:
            left = left[os.write(sink, left) :]
        except BlockingIOError:  # another process that shares the descriptor made it non-blocking
            select.select([], [sink], [])


class _Relay:
    """What both ways have in common: passing chunks on."""

    def __init__(self, signals: Signals, tail: Tail, opened: Sequence[int]) -> None:
        self._signals = signals
        self._tail = tail
        self._opened = opened
        self._outputs = [descriptor for descriptor in opened if descriptor != STDIN]
        self._routes: dict[int, int] = {}
        """From the descriptor that is read to the one that is written."""
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def _pass_on(self, source: int) -> None:
        chunk = _read(source)
        if chunk:
            self._tail.add(chunk)
            try:
                _write(self._routes[source], chunk)
            except OSError:  # nobody reads any more, or the disk is full: the command should find that out by itself
                chunk = b""
        if not chunk:
            del self._routes[source]
            os.close(source)

    def _drain(self) -> None:
        """Pass on what the command had written when it ended."""
        while self._routes:
            ready, _, _ = select.select(list(self._routes), [], [], 0)
            if not ready:
                return
            for source in ready:
                self._pass_on(source)

    def _close(self) -> None:
        for descriptor in (*self._routes, self._woken, self._wake):
            os.close(descriptor)


class _Beside(_Relay):
    """The command beside us, in our process group: it shares our terminal, if there is one, and we read each of its pipes."""

    def run(self, argv: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run it; its wait status."""
        instead = self._pipes()
        try:
            pid = start(Plan(list(argv), environment, instead, self._signals.before))
        except BaseException:
            self._close()
            raise
        finally:
            for end in set(instead.values()):
                os.close(end)

        def on_signal(number: signal.Signals, typed: bool) -> None:
            if number is signal.SIGCHLD:
                with contextlib.suppress(OSError):  # a full pipe wakes it anyway
                    os.write(self._wake, b"c")
            elif not typed:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

        self._signals.listen(on_signal)
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                break
            ready, _, _ = select.select([self._woken, *self._routes], [], [], self._signals.poll_s)
            self._signals.take_waiting()
            for source in ready:
                if source == self._woken:
                    os.read(self._woken, CHUNK)
                else:
                    self._pass_on(source)
        self._drain()
        self._leave_rest_behind()
        self._close()
        return status

    def _pipes(self) -> dict[int, int]:
        instead: dict[int, int] = {}
        outputs = [output for output in self._outputs if not os.isatty(output)]
        if len(outputs) > 1 and os.path.sameopenfile(*outputs):
            reading, writing = _wide_pipe()
            self._routes[reading] = STDOUT
            return dict.fromkeys(outputs, writing)
        for output in outputs:
            reading, instead[output] = _wide_pipe()
            self._routes[reading] = output
        return instead

    def _leave_rest_behind(self) -> None:
        """If the command left processes behind that may still print, a process of ours stays and passes that on.

        Where none can be started, what they print is lost.
        """
        if not self._routes:
            return
        try:
            if os.fork():
                return
        except OSError:
            return
        try:
            os.close(STDIN)
            while self._routes:
                for source in select.select(list(self._routes), [], [])[0]:
                    self._pass_on(source)
        finally:
            os._exit(0)


class _OnTerminal(_Relay):
    """The command on a pseudo-terminal instead of ours, which is raw meanwhile, so that every key goes to the command."""

    def run(self, argv: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run it; its wait status."""
        self._before = termios.tcgetattr(STDIN)
        self._typed = b""
        self._reads_keys = False
        self._controller, device = os.openpty()
        termios.tcsetattr(device, termios.TCSANOW, self._before)
        self._resize()
        instead = {descriptor: device for descriptor in self._opened if os.isatty(descriptor)}
        self._routes[self._controller] = next(output for output in self._outputs if os.isatty(output))
        for output in [output for output in self._outputs if output not in instead]:
            reading, instead[output] = _wide_pipe()
            self._routes[reading] = output
        ours = (*self._routes, self._woken, self._wake)
        try:
            keeper, pid, reports = start_on_terminal(
                Plan(list(argv), environment, instead, self._signals.before, close=ours), device
            )
        except BaseException:
            self._close()
            raise
        finally:
            for end in set(instead.values()):
                os.close(end)
        os.set_blocking(self._controller, False)
        kept = os.dup(self._controller)  # the other one is closed at the end of what comes through it
        self._pid = pid
        self._signals.listen(self._on_signal)
        self._take_keys()
        try:
            status = self._follow(reports)
            os.waitpid(keeper, 0)
            self._drain()
            with contextlib.suppress(termios.error):
                self._before = termios.tcgetattr(kept)  # what the command has set for afterwards (pty(7))
        finally:
            self._give_keys_back()
            os.close(kept)
            os.close(reports)
            self._close()
        return status

    def _on_signal(self, number: signal.Signals, typed: bool) -> None:
        if number in _WAKE:
            with contextlib.suppress(OSError):  # a full pipe wakes it anyway
                os.write(self._wake, _WAKE[number])
        else:
            self._forward(number, to_all=typed)

    def _forward(self, number: signal.Signals, *, to_all: bool) -> None:
        """Send it to the command; as the terminal sends it, to all that the command has in the foreground."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            (os.killpg if to_all else os.kill)(self._pid, number)

    def _follow(self, reports: int) -> int:
        while True:
            reading = [reports, self._woken, *self._routes, *([STDIN] if self._reads_keys and not self._typed else [])]
            writing = [self._controller] if self._typed and self._controller in self._routes else []
            ready, free, _ = select.select(reading, writing, [], self._signals.poll_s)
            self._signals.take_waiting()
            if free:
                self._type()
            for source in ready:
                if source == self._woken:
                    self._react(os.read(self._woken, CHUNK))
                elif source == STDIN:
                    self._typed = _read(STDIN)
                    self._reads_keys = bool(self._typed)
                elif source in self._routes:
                    self._pass_on(source)
            if reports in ready:
                status = next_report(reports)
                if status is None:  # the keeper was killed, and the terminal with it
                    return signal.SIGHUP
                if not os.WIFSTOPPED(status):
                    return status
                self._stop_with_it()

    def _react(self, reasons: bytes) -> None:
        if b"w" in reasons:
            self._resize()
        if b"f" in reasons:
            self._take_keys()

    def _stop_with_it(self) -> None:
        """The command was stopped: stop our whole job too, as the shell expects, until it is continued."""
        self._drain()
        self._give_keys_back()
        os.kill(0, signal.SIGTSTP)
        self._take_keys()
        self._resize()
        self._forward(signal.SIGCONT, to_all=True)

    def _type(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._typed = self._typed[os.write(self._controller, self._typed) :]

    def _take_keys(self) -> None:
        """Read the keys, in raw mode, if we are in the foreground."""
        with contextlib.suppress(OSError, termios.error):
            if os.tcgetpgrp(STDIN) == os.getpgrp():
                tty.setraw(STDIN, termios.TCSADRAIN)
                self._reads_keys = True

    def _give_keys_back(self) -> None:
        self._reads_keys = False
        with contextlib.suppress(OSError, termios.error):
            if os.tcgetpgrp(STDIN) == os.getpgrp():
                termios.tcsetattr(STDIN, termios.TCSADRAIN, self._before)

    def _resize(self) -> None:
        with contextlib.suppress(OSError):
            size: Any = fcntl.ioctl(STDIN, termios.TIOCGWINSZ, bytes(8))
            fcntl.ioctl(self._controller, termios.TIOCSWINSZ, size)
