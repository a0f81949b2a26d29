"""The accept queues of a port's listeners over a moment, while we try to connect.

Law: what is counted for the whole network namespace is never attributed to one port; nothing is sent but the SYNs of
attempts. Only sock_diag knows the limit of a queue. Source: inet_diag.h (idiag_rqueue, idiag_wqueue of a
listener), sk_acceptq_is_full in net/sock.h, ListenOverflows in net/ipv4/tcp_ipv4.c.
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from time import monotonic

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import AcceptQueue, AnyFact, Listener, NotObserved, Outcome, QueueWatch
from tui.model.numbers import decimal_number
from tui.model.requests import WatchQueue
from tui.probes.kernel.clock import now
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.kernel_counters import read_counter, risen
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.sockets import sock_diag
from tui.probes.sockets.owners import owners_under, with_owner

WATCH_S = 1.2
"""A second and a bit: Linux repeats an unanswered SYN after one second, so at least two of them fall into it."""
READ_EVERY_S = 0.1
ATTEMPT_S = 1.0
"""How long one attempt waits before the next begins; so a SYN comes each second, however long the first waits."""
MOST_ATTEMPTS = 8
"""Attempts during a long watch, such as one through a slow prefix."""
MOST_QUEUES = 64
"""Listeners on one port: the workers of a service that each have their own socket."""
COMMAND = "ss -ltn 'sport = :{port}'; nstat -az TcpExtListenOverflows TcpExtListenDrops"


class OverflowCounts(Struct, frozen=True):
    """ListenOverflows and ListenDrops of a network namespace so far."""

    overflows: int | None = None
    drops: int | None = None


class ConnectedOnce(Struct, frozen=True):
    """How the attempts meanwhile ended: the first that was answered, else silence."""

    outcome: Outcome
    ms: float | None = None
    """From the first attempt on; None for silence."""


async def check(request: WatchQueue, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the QueueWatch of this machine; or that its sockets may not be read."""
    at, began = now(), monotonic()
    command = COMMAND.format(port=request.port)
    before = await in_thread(_counters, system.proc)
    attempts = asyncio.create_task(connect_once(request.address, request.port))
    try:
        readings = [await in_thread(sock_diag.listening_on, request.port)]
        while monotonic() - began < WATCH_S:
            await asyncio.sleep(READ_EVERY_S)
            readings.append(await in_thread(sock_diag.listening_on, request.port))
    except OSError as error:
        reason = f"The queues of this machine's listeners cannot be read ({error.strerror or error})."
        yield NotObserved(request=request, reason=reason, remedy="Run it outside of the sandbox.", command=command)
        return
    finally:
        tried = await stop(attempts)
    after, somaxconn = await in_thread(_after, system.proc)
    queues = await in_thread(_with_owners, queues_of(readings), system.proc)
    yield QueueWatch(
        at=at,
        command=command,
        address=request.address,
        port=request.port,
        queues=queues,
        somaxconn=somaxconn,
        overflows=risen(before.overflows, after.overflows),
        drops=risen(before.drops, after.drops),
        tried=tried.outcome,
        tried_ms=tried.ms,
        watched_ms=(monotonic() - began) * 1000,
    )


async def connect_once(address: str, port: int) -> ConnectedOnce:
    """Connect again and again until an attempt is answered; gives how that one ended. To be cancelled if none is."""
    began = monotonic()
    for _ in range(MOST_ATTEMPTS):
        async with handshake(address, port, timeout_s=ATTEMPT_S) as made:
            if made.outcome is not Outcome.TIMEOUT:
                return ConnectedOnce(made.outcome, (monotonic() - began) * 1000)
    return ConnectedOnce(Outcome.TIMEOUT)


async def stop(attempts: asyncio.Task[ConnectedOnce]) -> ConnectedOnce:
    """End the attempts; one that is still waiting has had no answer so far."""
    if not attempts.done():
        attempts.cancel()
    try:
        return await attempts
    except asyncio.CancelledError:
        return ConnectedOnce(Outcome.TIMEOUT)


def queues_of(readings: list[list[Listener]]) -> tuple[AcceptQueue, ...]:
    """One queue for each listener of the last reading, with its lengths in every reading that has it."""
    lengths: dict[int | str | None, list[int]] = {}
    for rows in readings:
        for row in rows:
            lengths.setdefault(_key(row), []).append(row.queue or 0)
    last = next((rows for rows in reversed(readings) if rows), [])
    return tuple(AcceptQueue(listener=row, lengths=tuple(lengths[_key(row)])) for row in last[:MOST_QUEUES])


def counters_of(netstat: str) -> OverflowCounts:
    """The two counters in the text of /proc/net/netstat."""
    return OverflowCounts(read_counter(netstat, "ListenOverflows"), read_counter(netstat, "ListenDrops"))


def _key(row: Listener) -> int | str | None:
    """What distinguishes a socket from others on its port: its inode, or its address where no inode is known."""
    return row.inode or f"{row.address}%{row.device or ''}"


def _counters(proc: Path) -> OverflowCounts:
    return counters_of(text_of(proc / "net/netstat"))


def _after(proc: Path) -> tuple[OverflowCounts, int | None]:
    return _counters(proc), decimal_number(text_of(proc / "sys/net/core/somaxconn").strip())


def _with_owners(queues: tuple[AcceptQueue, ...], proc: Path) -> tuple[AcceptQueue, ...]:
    """The queues with the processes that hold them, where this user may see them."""
    owners = owners_under(proc)
    inodes = {queue.listener.inode for queue in queues if queue.listener.inode}
    processes = owners.known(inodes) | owners.search(owners.unsearched(inodes))
    return tuple(
        replace(queue, listener=with_owner(queue.listener, processes.get(queue.listener.inode or 0))) for queue in queues
    )
