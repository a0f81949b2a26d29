"""Connections that are held idle, against services on loopback that keep them, close them or reset them."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.probes.loopback import closed_port
from tests.probes.run_check import facts_of
from tui.model.facts import Idle, NotObserved
from tui.model.requests import HoldIdle

HOST = "127.0.0.1"
RESET = struct.pack("ii", 1, 0)


@asynccontextmanager
async def service(behaviour: str) -> AsyncIterator[int]:
    """A service that greets, and then keeps a connection, or ends it after a while, by itself: all, or the second alone."""
    served: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        second = len(served) == 2
        writer.write(b"220 ready\r\n")
        if behaviour == "keeps" or (behaviour == "resets all but the second" and second):
            await reader.read()
        else:
            await asyncio.sleep(0.5)
        if behaviour.startswith("resets"):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, HOST, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*filter(None, served))


ENDS = {
    "keeps": ["answers", "answers", "answers"],
    "closes": ["closed", "closed", "closed"],
    "resets": ["reset", "reset", "reset"],
    "resets all but the second": ["reset", "answers", "reset"],
}


async def _held(behaviour: str) -> Idle:
    async with service(behaviour) as port:
        (fact,) = await facts_of(HoldIdle(address=HOST, port=port, idle_s=2.0))
    assert isinstance(fact, Idle)
    return fact


async def test_each_connection_has_its_end() -> None:
    """The busy one, between two idle ones, ends as they do where the service ends them; what it says is read away."""
    found = await asyncio.gather(*map(_held, ENDS))

    assert [[one.end for one in fact.connections] for fact in found] == list(ENDS.values())
    assert all([one.busy for one in fact.connections] == [False, True, False] for fact in found)
    assert all(fact.keepalive_time_s for fact in found)


async def test_what_does_not_connect_is_not_held() -> None:
    """A closed port gives no connection to hold, and that is said at once."""
    with closed_port(HOST) as port:
        (fact,) = await facts_of(HoldIdle(address=HOST, port=port, idle_s=3600.0))

    assert isinstance(fact, NotObserved)
    assert "Not all connections" in fact.reason
