"""Nameservers: a closed one, and all of them asked at once."""

import asyncio
import socket
import time
from contextlib import AsyncExitStack

from tests.bench.programs import needed, seconds
from tests.bench.row import Row
from tui.demo.nameserver import FakeNameserver
from tui.model.requests import AskNameserver
from tui.probes.kernel.system_view import SystemView
from tui.probes.names import nameserver_answer

SERVERS = 4


def _closed_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def _asked(port: int) -> None:
    request = AskNameserver(server="127.0.0.1", port=port, name="db.test")
    async for _ in nameserver_answer.check(request, SystemView()):
        pass


async def _timed(*ports: int) -> float:
    begin = time.perf_counter()
    await asyncio.gather(*map(_asked, ports))
    return time.perf_counter() - begin


def _closed() -> float:
    return asyncio.run(_timed(_closed_udp_port()))


def _dig_closed() -> float:
    needed("dig")
    return seconds("dig", "@127.0.0.1", "-p", str(_closed_udp_port()), "+tries=1", "db.test")


async def _side_by_side() -> tuple[float, float]:
    """All of four nameservers for both types at once, and the same by dig, one after the other."""
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(FakeNameserver({"db.test": ["10.0.0.1"]})) for _ in range(SERVERS)]
        ports = [server.port for server in servers]
        ours = await _timed(*ports)
        theirs = 0.0
        for port in ports:
            for kind in ("A", "AAAA"):
                theirs += await asyncio.to_thread(seconds, "dig", "@127.0.0.1", "-p", str(port), "db.test", kind)
        return ours, theirs


def _at_once() -> float:
    return asyncio.run(_side_by_side())[0]


def _by_dig() -> float:
    needed("dig")
    return asyncio.run(_side_by_side())[1]


ROWS = (
    Row(what="a closed nameserver is reported", unit="ms", most=50, ours=_closed, peer="dig", theirs=_dig_closed),
    Row(what="4 nameservers, A and AAAA", unit="ms", ours=_at_once, peer="8 x dig", theirs=_by_dig, most=50),
)
