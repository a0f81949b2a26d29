"""The sockets panel beside 100 listeners and 50,000 connections: its first look, with owners, and each one after it."""

import asyncio
import time

from tests.bench.networks import sockets
from tests.bench.programs import needed, seconds
from tests.bench.row import Row
from tui.model.requests import ListListeners
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets import listeners
from tui.probes.sockets.owners import owners_under

LISTENERS, CONNECTIONS = 100, 25_000
"""Both ends of each connection are on this machine: twice as many sockets."""
BESIDE = f"{LISTENERS} listeners, {2 * CONNECTIONS:,} connections"


async def _look() -> float:
    begin = time.perf_counter()
    async for _ in listeners.check(ListListeners(), SystemView()):
        pass
    return time.perf_counter() - begin


def _first_look() -> float:
    owners_under.cache_clear()
    return asyncio.run(_look())


async def _second() -> float:
    await _look()
    return await _look()


def _ss() -> float:
    needed("ss")
    return seconds("ss", "-ltnp")


def _lsof() -> float:
    needed("lsof")
    return seconds("lsof", "-nP", "-iTCP", "-sTCP:LISTEN")


_HELD = sockets(LISTENERS, CONNECTIONS)
ROWS = (
    Row(what=f"sockets, first look ({BESIDE})", most=0.7, ours=_first_look, peer="ss -ltnp", theirs=_ss, around=_HELD),
    Row(what="sockets, first look (likewise)", ours=_first_look, peer="lsof", theirs=_lsof, around=_HELD, pairs=3),
    Row(what="sockets, refreshed (likewise)", unit="ms", most=2, ours=lambda: asyncio.run(_second()), around=_HELD),
    Row(
        what="sockets, refreshed (likewise), against ss",
        most=1 / 300,
        ours=lambda: asyncio.run(_second()),
        peer="ss -ltnp",
        theirs=_ss,
        around=_HELD,
        pairs=3,
    ),
)
