"""Running one program: an argument list, a deadline, bounded output, nothing left behind.

Law: never through a local shell, never with a terminal to ask questions on, and always ended: the program and
what it started in its session are killed when it takes too long, prints too much, or nobody waits any more.
"""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from msgspec import Struct

MOST_OUTPUT = 4_000_000
"""Bytes of output; a table of 2,000 sockets with their users has half a million."""
_LINGER_S = 0.5
"""How long the rest of the output is awaited once the program has ended: something in the background may hold the pipe."""
_IN, _OUT = 0, 1


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
    loop = asyncio.get_running_loop()
    transport, watch = await loop.subprocess_exec(partial(_Watch, most), *arguments, env=dict(environ), start_new_session=True)
    try:
        async with asyncio.timeout(deadline_s):
            watch.feed(script)
            await watch.ended.wait()
            with suppress(TimeoutError):
                await asyncio.wait_for(watch.drained.wait(), _LINGER_S)
    finally:
        watch.kill()
        try:
            await watch.ended.wait()  # a moment, since it was killed; the watcher must reap it before `close` does
        finally:
            transport.close()
    return Finished(transport.get_returncode() or 0, bytes(watch.output), bytes(watch.errors))


class _Watch(asyncio.SubprocessProtocol):
    """Collects what the program writes, and notices its end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.output = bytearray()
        self.errors = bytearray()
        self.ended = asyncio.Event()
        self.drained = asyncio.Event()
        self._transport: asyncio.SubprocessTransport | None = None
        self._open = 2  # standard output and standard error

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The program runs."""
        if isinstance(transport, asyncio.SubprocessTransport):
            self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Keep what fits; a program that writes more is ended."""
        kept = self.output if fd == _OUT else self.errors
        kept += data[: self._most - len(kept)]
        if len(kept) >= self._most:
            self.kill()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 -- the signature is asyncio's
        """Count the streams that have ended."""
        if fd != _IN:
            self._open -= 1
            if not self._open:
                self.drained.set()

    def process_exited(self) -> None:
        """The program has ended; its output may still be arriving."""
        self.ended.set()

    def feed(self, script: bytes) -> None:
        """Write `script` to standard input and close it."""
        pipe = self._transport.get_pipe_transport(_IN) if self._transport else None
        if isinstance(pipe, asyncio.WriteTransport):
            pipe.write(script)
            pipe.close()

    def kill(self) -> None:
        """End the program and the rest of its session, if it has not ended."""
        if self._transport and not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
