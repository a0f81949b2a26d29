"""Running programs before there is an event loop: all at the same time, with a deadline, bounded output, nothing left behind.

Law: as in `tool`.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from tui.probes.kernel.guard import GUARD
from tui.probes.kernel.tool import MOST_OUTPUT

CHUNK = 65536
_POLL_EVERY_S = 0.01


def run_all(commands: Sequence[Sequence[str]], deadline_s: float) -> list[str]:
    """What each program prints; empty where it fails, prints too much, or takes longer than `deadline_s`."""
    end = time.monotonic() + deadline_s
    GUARD.stand_by()
    with ExitStack() as running:
        children = [running.enter_context(_running(command)) for command in commands]
        return [_printed(child, end) if child else "" for child in children]


@contextmanager
def _running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes] | None]:
    """The program, which is ended with what it started in its group; None where it can't be run."""
    try:
        child = subprocess.Popen(  # noqa: S603 -- an argument list without a shell
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except (OSError, ValueError):  # not here, too many processes, or a zero byte in a word
        yield None
        return
    with GUARD.watching(child.pid), child:
        try:
            yield child
        finally:
            with suppress(ProcessLookupError, PermissionError):  # before it is reaped, so that no stranger has its number
                os.killpg(child.pid, signal.SIGKILL)


def _printed(child: subprocess.Popen[bytes], end: float) -> str:
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout or 0, selectors.EVENT_READ)
        while len(output) < MOST_OUTPUT and selector.select(max(end - time.monotonic(), 0)):
            chunk = os.read(child.stdout.fileno() if child.stdout else 0, CHUNK)
            if not chunk:
                return output.decode(errors="backslashreplace") if _succeeds(child, end) else ""
            output += chunk
    return ""


def _succeeds(child: subprocess.Popen[bytes], end: float) -> bool:
    """Whether it ends well in time; it is not reaped yet."""
    try:
        while (status := os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)) is None:
            if time.monotonic() >= end:
                return False
            time.sleep(_POLL_EVERY_S)
    except ChildProcessError:  # we were started with SIGCHLD ignored: the kernel has reaped it (wait(2))
        return True
    return status.si_code == os.CLD_EXITED and status.si_status == 0
