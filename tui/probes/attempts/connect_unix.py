"""One attempt to connect to a Unix stream socket. Nothing is ever sent."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import closing
from math import ceil
from time import perf_counter

from tui.model.command_line import quoted
from tui.model.facts import UnixAttempt
from tui.model.requests import ConnectUnix
from tui.model.safe_text import safe_text
from tui.probes.attempts.observe_connection import Held, hold
from tui.probes.kernel.clock import now
from tui.probes.kernel.failures import errno_name, unix_outcome
from tui.probes.kernel.system_view import SystemView

_FULL_QUEUE_PAUSE_S = 0.05
"""A full accept queue gives no event when it has room again (unix(7)), so we try again, 20 times a second."""


async def check(request: ConnectUnix, system: SystemView) -> AsyncGenerator[UnixAttempt, None]:  # noqa: ARG001 -- a check's signature
    """Yield one attempt; the engine schedules several."""
    yield await attempt(request, 1)


async def attempt(request: ConnectUnix, number: int) -> UnixAttempt:
    """Connect once, hold the connection for a moment, and return how it ended.

    A full accept queue (EAGAIN) is waited for until `request.timeout_s`, as a blocking connect would wait, and is then a
    `timeout`. What keeps us from the socket (ENOENT, EACCES, EPROTOTYPE, …) is `blocked`. Raises nothing.
    """
    at = now()
    started = perf_counter()
    held: Held | None = None
    try:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as sock:
            sock.setblocking(False)  # noqa: FBT003 -- the method's only form
            error = await _connect(sock, request.path, started + request.timeout_s)
            latency_ms = (perf_counter() - started) * 1000
            if not error:
                held = await hold(sock)
    except OSError as failed:  # the socket itself: EMFILE, ENFILE
        error, latency_ms = failed.errno or errno.EIO, (perf_counter() - started) * 1000
    return UnixAttempt(
        at=at,
        command=safe_text(f"nc -vzU -w {ceil(request.timeout_s)} {quoted(safe_text(request.path))}"),
        path=request.path,
        number=number,
        total=max(request.attempts, number),
        outcome=held.outcome if held else unix_outcome(error),
        errno=held.errno if held else errno_name(error),
        latency_ms=latency_ms,
        held_ms=held.held_ms if held else None,
        first_bytes=held.first_bytes if held else None,
    )


async def _connect(sock: socket.socket, path: str, deadline: float) -> int:
    """0 when connected, else the errno."""
    while True:
        try:
            error = sock.connect_ex(os.fsencode(path))
        except UnicodeEncodeError:  # not a file name on this system
            return errno.ENOENT
        except OSError:  # raised by Python itself, without a number, where sun_path is too short
            return errno.ENAMETOOLONG
        if error != errno.EAGAIN or perf_counter() >= deadline:
            return error
        await asyncio.sleep(min(_FULL_QUEUE_PAUSE_S, max(deadline - perf_counter(), 0)))
