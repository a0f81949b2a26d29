"""Waiting for one socket in the event loop, with a deadline; can be cancelled at once."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any


async def readable(sock: socket.socket, timeout_s: float) -> bool:
    """Wait until `sock` has bytes, an end or an error to read; False when `timeout_s` has passed first."""
    loop = asyncio.get_running_loop()
    return await _ready(loop.add_reader, loop.remove_reader, sock.fileno(), timeout_s)


async def writable(sock: socket.socket, timeout_s: float) -> bool:
    """Wait until `sock` is connected or has an error; False when `timeout_s` has passed first."""
    loop = asyncio.get_running_loop()
    return await _ready(loop.add_writer, loop.remove_writer, sock.fileno(), timeout_s)


async def _ready(
    add: Callable[..., Any],  # the loop's add_reader or add_writer, variadic themselves
    remove: Callable[[int], bool],
    descriptor: int,
    timeout_s: float,
) -> bool:
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    add(descriptor, wake)
    try:
        async with asyncio.timeout(max(timeout_s, 0)):
            await ready
    except TimeoutError:
        return False
    finally:
        remove(descriptor)
    return True
