"""What the kernel drops while nothing is tried, and while we try to connect: an experiment on its counters.

Law: nothing is sent but the SYNs of attempts, as many as a client sends that tries again for a while.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tui.model.facts import Counters, Drops, DropWatch, NotObserved
from tui.model.requests import WatchDrops
from tui.probes.kernel.clock import now
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.kernel_counters import risen
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.sockets import counters

WHILE_S = 0.8
AT_ONCE = 4
"""SYNs that are sent together, each of a socket of its own."""
EVERY_S = 0.35
MOST_ROUNDS = 12
"""Rounds of SYNs while a slow prefix answers: no more than fifty."""
STRICT = "1"
COMMAND = "nstat -az TcpExtIPReversePathFilter; conntrack -S; sysctl -ar 'ipv4.conf.*.rp_filter'"
_FILTERS = Path("sys/net/ipv4/conf")


async def check(request: WatchDrops, system: SystemView) -> AsyncGenerator[DropWatch | NotObserved, None]:
    """Yield the DropWatch of this machine, after twice WHILE_S; or that its kernel shows no counters."""
    at = now()
    if not (system.proc / "net/netstat").exists():
        yield NotObserved(at=at, request=request, reason="This system does not show what its kernel counts.", command=COMMAND)
        return
    readings = [counters.read(system.proc, "")]
    await asyncio.sleep(WHILE_S)
    readings.append(counters.read(system.proc, ""))
    async with attempts(request) as sent:
        await asyncio.sleep(WHILE_S)
        readings.append(counters.read(system.proc, ""))
    yield DropWatch(
        at=at,
        command=COMMAND,
        address=request.address,
        port=request.port,
        tried=len(sent),
        quiet=drops(readings[0], readings[1]),
        busy=drops(readings[1], readings[2]),
        tracked=readings[2].tracked,
        tracking_limit=readings[2].tracking_limit,
        strict=strict_interfaces(
            {path.parent.name: text_of(path).strip() for path in sorted((system.proc / _FILTERS).glob("*/rp_filter"))}
        ),
    )


@asynccontextmanager
async def attempts(request: WatchDrops) -> AsyncGenerator[list[None], None]:
    """Send SYNs, AT_ONCE every EVERY_S, for as long as the context lasts; an entry of the list for each."""
    sent: list[None] = []

    async def send() -> None:
        for _ in range(MOST_ROUNDS):
            sent.extend([None] * AT_ONCE)
            await asyncio.gather(*(_attempt(request) for _ in range(AT_ONCE)))

    sending = asyncio.create_task(send())
    try:
        yield sent
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def _attempt(request: WatchDrops) -> None:
    async with handshake(request.address, request.port, timeout_s=EVERY_S):
        pass


def drops(before: Counters, after: Counters) -> Drops:
    """By how much the counters rose between two readings."""
    return Drops(
        reverse_path=risen(before.reverse_path_drops, after.reverse_path_drops),
        tracking=risen(before.tracking_drops, after.tracking_drops),
    )


def strict_interfaces(settings: dict[str, str]) -> tuple[str, ...]:
    """The interfaces whose filter is strict: the greater of their own value and that for all counts (ip-sysctl.rst)."""
    every = settings.get("all", "0")
    return tuple(name for name, own in settings.items() if name not in {"all", "default", "lo"} and max(own, every) == STRICT)
