"""A program on a terminal of its own: when it has drawn what, how many bytes that took, and what it costs while it is there."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.programs import ENVIRONMENT, PATIENCE_S, ROOT
from tests.bench.row import NotMeasured

_TICKS = os.sysconf("SC_CLK_TCK")
_STEERING = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[^\[]|[\x00-\x20]")
_PAINTED = 200
"""So many letters are a first screen, and not a line before it."""
Seen = Callable[[bytes], bool]


def shows(words: str) -> Seen:
    """Whether these words have been drawn."""
    return lambda drawn: words.encode() in drawn


def is_painted(drawn: bytes) -> bool:
    """Whether a first screen has been drawn, whatever is on it."""
    return len(_STEERING.sub(b"", drawn)) >= _PAINTED


class Screen:
    """A program that draws."""

    def __init__(self, pid: int, terminal: int) -> None:
        self._pid = pid
        self._terminal = terminal
        self._begin = time.perf_counter()
        self.drawn = b""

    def until(self, seen: Seen) -> float:
        """Seconds from the start until it is seen. Raises NotMeasured where it is not."""
        while not seen(self.drawn):
            if time.perf_counter() - self._begin > PATIENCE_S or not self._read(0.5):
                raise NotMeasured("what was waited for was never drawn")
        return time.perf_counter() - self._begin

    def watch(self, for_s: float) -> None:
        """Read what it draws for so long."""
        end = time.perf_counter() + for_s
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def processor_s(self) -> float:
        """The processor time that it has taken until now, without its children (proc_pid_stat(5))."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mib(self, line: str) -> float:
        """Memory by a line of proc_pid_status(5): VmRSS is what is resident, VmHWM the most that was."""
        text = Path(f"/proc/{self._pid}/status").read_text()
        return int(text.partition(f"{line}:")[2].split()[0]) / 1024

    def _read(self, for_s: float) -> bool:
        """Whether it may go on."""
        if select.select([self._terminal], [], [], for_s)[0]:
            try:
                chunk = os.read(self._terminal, 65536)
            except OSError:  # EIO: it has ended (pty(7))
                return False
            self.drawn += chunk
            return bool(chunk)
        return True


@contextmanager
def screen(argv: Sequence[str], columns: int = 120, lines: int = 36) -> Iterator[Screen]:
    """The program on a terminal of that size, with a state directory of its own; killed at the end."""
    with tempfile.TemporaryDirectory() as state:
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(ROOT)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execve(argv[0], list(argv), ENVIRONMENT | {"TERM": "xterm-256color", "XDG_STATE_HOME": state})  # noqa: S606 -- no shell
        try:
            yield Screen(pid, terminal)
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(terminal)


def until_shown(argv: Sequence[str], seen: Seen) -> float:
    """Seconds from the start of a program until it is seen."""
    with screen(argv) as shown:
        return shown.until(seen)
