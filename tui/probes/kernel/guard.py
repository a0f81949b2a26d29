"""The guard: a small process that ends the programs that we run, should we be killed before we can.

A tool has a session of its own, so neither the terminal's signals nor those that end us reach it. The guard reads from a
pipe that only we hold which tools run; when the pipe closes, whatever ended us, it kills those that are left and ends.
"""

import atexit
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_SHELL = "/bin/sh"
_SCRIPT = """\
left=
while read -r what group; do
  case $what in
    run) left="$left $group" ;;
    end) kept=; for other in $left; do [ "$other" = "$group" ] || kept="$kept $other"; done; left=$kept ;;
  esac
done
for group in $left; do kill -9 "-$group"; done
"""
"""Only numbers are read, and one process group killed for each that is left (kill(2))."""
_ENDS_BY_DEFAULT = (signal.SIGPIPE, signal.SIGXFSZ)  # our interpreter ignores them


class Guard:
    """One for the whole process; it is started for the first tool."""

    def __init__(self) -> None:
        self._pipe = -1
        self._pid = 0
        self._owner = 0
        """The process that started it: a fork of ours has the pipe too, but is not watched."""

    def stand_by(self) -> None:
        """Start it, if it does not run yet, so that a program need only be named once it runs."""
        with suppress(OSError):  # no shell here, or no process left for it
            if self._owner != os.getpid() or not self._pid:
                self._start()

    @contextmanager
    def watching(self, group: int) -> Iterator[None]:
        """While this is open, the process group `group` ends with us. Where no guard could be started, it may outlive us."""
        self._tell("run", group)
        try:
            yield
        finally:
            self._tell("end", group)

    def dismiss(self) -> None:
        """Let it end, with what it still watches, and wait for that."""
        if self._pid and self._owner == os.getpid():
            os.close(self._pipe)
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
            self._pid = 0

    def _tell(self, what: str, group: int) -> None:
        if not self._pid or self._owner != os.getpid():
            return
        with suppress(OSError):  # somebody killed it, or stopped it and the pipe is full
            os.write(self._pipe, f"{what} {group}\n".encode())

    def _start(self) -> None:
        """Start it, in a session of its own. Raises OSError."""
        reading, self._pipe = os.pipe()  # neither is inherited by what we start (PEP 446)
        try:
            os.set_blocking(self._pipe, False)  # a guard that was stopped must not stop us
            self._pid = os.posix_spawn(
                _SHELL,
                [_SHELL, "-c", _SCRIPT],
                {},
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, reading, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_DUP2, 1, 2),
                ],
                setsid=True,
                setsigdef=_ENDS_BY_DEFAULT,
            )
            self._owner = os.getpid()
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            os.close(reading)


GUARD = Guard()
atexit.register(GUARD.dismiss)
