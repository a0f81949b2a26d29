"""Blocking calls beside the event loop, in daemon threads, so that none of them can delay quitting.

The executor of asyncio is no place for them: its threads are joined when the program ends, and a system
resolution may block for a minute.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what `call` returns, or raise what it raises. When cancelled, the thread is left behind.

    Where no thread can be started, the event loop waits for the call.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[R] = loop.create_future()

    def deliver(outcome: R | BaseException, *, failed: bool) -> None:
        if result.done():
            return
        if failed and isinstance(outcome, BaseException):
            result.set_exception(outcome)
        else:
            result.set_result(outcome)  # type: ignore[arg-type]  # not failed, so it is what `call` returned

    def work() -> None:
        try:
            value = call(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 -- carried to the caller, whatever it is
            report(error, failed=True)
        else:
            report(value, failed=False)

    def report(outcome: R | BaseException, *, failed: bool) -> None:
        try:
            loop.call_soon_threadsafe(lambda: deliver(outcome, failed=failed))
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    if not start_thread(work, f"refused-{call.__name__}"):
        work()
    return await result


def start_thread(work: Callable[[], None], name: str) -> bool:
    """Have a new daemon thread do this; False where none can be started: RLIMIT_NPROC and a cgroup's pids.max count them."""
    try:
        threading.Thread(target=work, daemon=True, name=name).start()
    except RuntimeError:
        return False
    return True


def can_start(number: int) -> bool:
    """Whether so many threads can be started at the same time."""
    over = threading.Event()
    try:
        return all(start_thread(partial(_wait, over), "refused-trial") for _ in range(number))
    finally:
        over.set()


def _wait(event: threading.Event) -> None:
    event.wait()
