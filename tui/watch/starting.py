"""Starting a command so that it finds what it would find without us: descriptors, signals, terminal, environment.

On a terminal it gets a terminal of its own, in a session of its own: a process in between (the keeper) leads that session,
so that the command can be stopped by Ctrl-Z and continued, which a session leader can't.
"""

import contextlib
import errno
import fcntl
import os
import signal
import struct
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, NoReturn

CHANGED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
"""Signals that our interpreter ignores from its start; a command expects their default."""
NO_SUCH_COMMAND, CANNOT_RUN = 127, 126
"""The exit statuses that shells give a command that does not exist, and one that can't be run."""
_REPORT = struct.Struct("=i")


class NotStartedError(Exception):
    """The command could not be run; `status` is the exit status that a shell would give."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.status = NO_SUCH_COMMAND if number in {errno.ENOENT, errno.ENOTDIR} else CANNOT_RUN


class Plan(NamedTuple):
    """What to run, and with which descriptors instead of ours."""

    argv: list[str]
    environment: Mapping[str, str]
    instead: Mapping[int, int]
    """The replacement for a standard descriptor; the others are inherited as they are."""
    mask: set[signal.Signals]
    """The signals that were blocked when we were started."""
    close: Sequence[int] = ()
    """Our ends, which the command must not hold open."""


def start(plan: Plan) -> int:
    """Start the command in our own process group; its process id. Raises NotStartedError."""
    failure_reader, failure_writer = _pipe()  # closed by a successful exec
    pid = _fork(failure_reader, failure_writer)
    if pid == 0:
        _end_with(lambda: _become(plan, failure_writer))
    os.close(failure_writer)
    _raise_failure(failure_reader, pid)
    return pid


def start_on_terminal(plan: Plan, device: int) -> tuple[int, int, int]:
    """Start the command on the terminal `device`: keeper and command (process ids), and the descriptor of its wait statuses.

    Raises NotStartedError.
    """
    failure_reader, failure_writer = _pipe()
    reports, report = _pipe()
    keeper = _fork(failure_reader, failure_writer, reports, report)
    if keeper == 0:
        os.close(failure_reader)
        os.close(reports)
        _end_with(lambda: _keep(plan, device, failure_writer, report))
    os.close(failure_writer)
    os.close(report)
    pid = next_report(reports) or 0
    try:
        _raise_failure(failure_reader, keeper)
    except NotStartedError:
        os.close(reports)
        raise
    return keeper, pid, reports


def next_report(reports: int) -> int | None:
    """The next wait status of the command, or None at the end."""
    read = os.read(reports, _REPORT.size)
    return _REPORT.unpack(read)[0] if len(read) == _REPORT.size else None


def _keep(plan: Plan, device: int, failure_writer: int, report: int) -> None:
    """Lead the session, start the command in its foreground, and report each change of its state."""
    os.setsid()
    fcntl.ioctl(device, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # it changes the foreground group from the background
    try:
        pid = os.fork()
    except OSError as error:
        _report_failure(failure_writer, error)
        return
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(device, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        _become(plan, failure_writer)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal may go while the command still has something to do
    os.close(failure_writer)
    for descriptor in plan.close:
        os.close(descriptor)
    os.write(report, _REPORT.pack(pid))
    signal.pthread_sigmask(signal.SIG_SETMASK, plan.mask)
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            with contextlib.suppress(OSError):  # the terminal has gone already
                os.tcsetpgrp(device, os.getpgrp())  # so that what the command left behind gets no SIGHUP
        with contextlib.suppress(BrokenPipeError):  # the wrapper was killed
            os.write(report, _REPORT.pack(status))
        if not os.WIFSTOPPED(status):
            return


def _become(plan: Plan, failure_writer: int) -> NoReturn:
    """Become the command; or report why not, and end."""
    try:
        for descriptor, source in plan.instead.items():
            os.dup2(source, descriptor)
        for descriptor in plan.close:
            os.close(descriptor)
        for number in CHANGED_BY_PYTHON:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, plan.mask)
        try:
            os.execvpe(plan.argv[0], plan.argv, plan.environment)  # noqa: S606 -- running it, without a shell, is the task
        except OSError as error:
            if error.errno == errno.ENOEXEC:  # a script without a `#!` line: as execvp(3) does
                os.execve("/bin/sh", ["/bin/sh", *plan.argv], plan.environment)  # noqa: S606 -- see above
            raise
    except OSError as error:
        _report_failure(failure_writer, error)
    os._exit(CANNOT_RUN)


def _pipe() -> tuple[int, int]:
    """A new pipe. Raises NotStartedError."""
    try:
        return os.pipe()
    except OSError as error:
        raise _not_started(error) from None


def _fork(*pipes: int) -> int:
    """As fork(2), with these descriptors closed where it fails: too many processes, say. Raises NotStartedError."""
    try:
        return os.fork()
    except OSError as error:
        for descriptor in pipes:
            os.close(descriptor)
        raise _not_started(error) from None


def _not_started(error: OSError) -> NotStartedError:
    return NotStartedError(error.errno or errno.EIO)


def _report_failure(failure_writer: int, error: OSError) -> None:
    os.write(failure_writer, _REPORT.pack(error.errno or errno.EIO))


def _end_with(work: Callable[[], None]) -> NoReturn:
    """Do this in a forked process, and end it without our own clean-up."""
    try:
        work()
    except BaseException as error:  # noqa: BLE001 -- nothing may return into the code of the wrapper
        sys.stderr.write(f"refused run: {error}\n")
        os._exit(CANNOT_RUN)
    os._exit(0)


def _raise_failure(failure_reader: int, pid: int) -> None:
    """Raise what the child reported before its exec, if anything."""
    read = os.read(failure_reader, _REPORT.size)
    os.close(failure_reader)
    if len(read) == _REPORT.size:
        os.waitpid(pid, 0)
        raise NotStartedError(_REPORT.unpack(read)[0])
