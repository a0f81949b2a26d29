"""Entering another network namespace: the calling thread alone, or a thread that ends with its call.

Law: setns(2) moves nothing but the calling thread, so a call in another namespace gets a thread of its own.
"""

import ctypes
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

R = TypeVar("R")
_NETWORK = 0x40000000  # CLONE_NEWNET; os.setns is there since Python 3.12


def enter_network(path: Path) -> None:
    """Move the calling thread into the network namespace at `path`. Raises OSError: EPERM without CAP_SYS_ADMIN."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _NETWORK):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)


def inside(path: Path, call: Callable[[], R], *, deadline_s: float) -> R:
    """What `call` returns in the network namespace at `path`, in a thread that ends with it.

    Raises what `call` raises, OSError where the namespace may not be entered or no thread can be started, TimeoutError
    after `deadline_s`.
    """
    results: list[R] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            enter_network(path)
            results.append(call())
        except BaseException as error:  # noqa: BLE001 -- carried to the caller, whatever it is
            failures.append(error)

    thread = threading.Thread(target=work, daemon=True, name="refused-namespace")
    try:
        thread.start()
    except RuntimeError:  # the limit of processes counts threads (getrlimit(2))
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from None
    thread.join(deadline_s)
    if failures:
        raise failures[0]
    if not results:
        raise TimeoutError
    return results[0]
