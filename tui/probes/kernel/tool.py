"""Running one program: an argument list, a deadline, bounded output, nothing left behind.

Law: never through a local shell, never with a terminal to ask questions on, and always ended: the program and
what it started in its process group are killed when it ends, takes too long, prints too much, or nobody waits any more;
and by the guard where we were killed ourselves. A daemon that left that group by setsid(2), such as ssh's ControlMaster, stays.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from msgspec import Struct

from tui.probes.kernel.guard import GUARD
from tui.probes.kernel.threads import start_thread

MOST_OUTPUT = 4_000_000
"""Bytes of output; a table of 2,000 sockets with their users has half a million."""
_POLL_EVERY_S = 0.02
"""How often a program is looked at where no thread can wait for its end."""
_LINGER_S = 0.5
"""How long the rest of the output is awaited once the program has ended: something in the background may hold the pipe."""


class Finished(Struct, frozen=True):
    """How a program ended and what it wrote; `status` is negative for a signal."""

    status: int
    output: bytes
    errors: bytes


async def run_tool(
    arguments: Sequence[str], *, environ: Mapping[str, str], deadline_s: float, script: bytes = b"", most: int = MOST_OUTPUT
) -> Finished:
    """Run `arguments`, with `script` on standard input; a program that writes `most` bytes is ended.

    Raises OSError where it cannot be started (or ValueError for an argument with a zero byte), TimeoutError after `deadline_s`.
    """
    GUARD.stand_by()
    child = subprocess.Popen(  # noqa: ASYNC220, S603 -- asyncio would return much later than the start, and reap too early
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ,
        start_new_session=True,
    )
    with GUARD.watching(child.pid):  # at once: whatever ends us later ends it too
        tool = _Running(child, most)
        try:
            async with asyncio.timeout(deadline_s):
                await tool.open(script)
                await tool.ended.wait()
                with suppress(TimeoutError):
                    await asyncio.wait_for(tool.drained.wait(), _LINGER_S)
        finally:
            tool.kill()
            try:
                await tool.ended.wait()  # a moment, since it was killed
            finally:
                tool.close()
    return Finished(child.returncode or 0, bytes(tool.output), bytes(tool.errors))


class _Running:
    """A program under way: what it has written, and when it ends.

    It is reaped at the very end: until then its number can't become another process's, and `kill` hits no stranger.
    """

    def __init__(self, child: subprocess.Popen[bytes], most: int) -> None:
        self._child = child
        self._most = most
        self.output = bytearray()
        self.errors = bytearray()
        self.ended = asyncio.Event()
        self.drained = asyncio.Event()
        self._open = 2  # standard output and standard error
        self._pipes: list[asyncio.BaseTransport] = []
        self._untaken = [child.stdout, child.stderr, child.stdin]
        """The pipes that no transport has taken over yet."""
        self._waiting = asyncio.ensure_future(_end_of(child.pid))
        self._waiting.add_done_callback(lambda _: self.ended.set())

    async def open(self, script: bytes) -> None:
        """Read what it writes, and write `script` to its standard input, which is closed then."""
        loop = asyncio.get_running_loop()
        for pipe, kept in ((self._child.stdout, self.output), (self._child.stderr, self.errors)):
            reading, _ = await loop.connect_read_pipe(partial(_Stream, partial(self._keep, kept), self._one_closed), pipe)
            self._pipes.append(reading)
            self._untaken.remove(pipe)
        writing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, self._child.stdin)
        self._pipes.append(writing)
        self._untaken.clear()
        writing.write(script)
        writing.close()

    def kill(self) -> None:
        """End the program and what it started in its group."""
        with suppress(ProcessLookupError, PermissionError):  # nobody is left, or sudo made the rest another user's
            os.killpg(self._child.pid, signal.SIGKILL)

    def close(self) -> None:
        """Close the pipes, and reap the program if it has ended."""
        for pipe in self._pipes:
            pipe.close()
        for file in filter(None, self._untaken):
            file.close()
        if self.ended.is_set():
            self._child.wait()
        else:
            self._waiting.cancel()

    def _keep(self, kept: bytearray, data: bytes) -> None:
        """Keep what fits; a program that writes more is ended."""
        kept += data[: self._most - len(kept)]
        if len(kept) >= self._most:
            self.kill()

    def _one_closed(self) -> None:
        self._open -= 1
        if not self._open:
            self.drained.set()


class _Stream(asyncio.Protocol):
    """Hands on what arrives on one pipe, and its end."""

    def __init__(self, on_data: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._on_data = on_data
        self._on_end = on_end

    def data_received(self, data: bytes) -> None:
        """Bytes that the program wrote."""
        self._on_data(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the signature is asyncio's
        """Nothing more comes."""
        self._on_end()


async def _end_of(pid: int) -> None:
    """Return when our child has ended, and leave it to be reaped."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def wait() -> None:
        _has_ended(pid)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(ended.set)

    if start_thread(wait, "refused-tool"):
        await ended.wait()
        return
    while not _has_ended(pid, os.WNOHANG):  # noqa: ASYNC110 -- only the kernel knows it
        await asyncio.sleep(_POLL_EVERY_S)


def _has_ended(pid: int, flags: int = 0) -> bool:
    """Whether our child has ended; without WNOHANG, when it has."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | flags) is not None
    except ChildProcessError:  # we were started with SIGCHLD ignored: the kernel has reaped it (wait(2))
        return True
