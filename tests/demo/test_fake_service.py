"""A door is ours from the first moment: shut it refuses, open it accepts, and nobody else gets the port."""

import asyncio
import socket

import pytest

from tui.demo.fake_service import PORTS, FakeService, fake_services

HERE = "127.0.0.1"


async def _connects(service: FakeService) -> bool:
    try:
        _, writer = await asyncio.open_connection(service.address, service.port)
    except ConnectionRefusedError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_it_opens_and_shuts() -> None:
    """A shut door refuses, an open one accepts, as often as it is changed."""
    with fake_services(HERE) as (service,):
        seen = [await _connects(service)]
        for _ in range(3):
            service.open()
            seen.append(await _connects(service))
            service.shut()
            seen.append(await _connects(service))

    assert seen == [False, True, False, True, False, True, False]


async def test_a_shut_door_keeps_its_port() -> None:
    """Another program can't take the port of a shut door; after the context it can."""
    with fake_services(HERE) as (service,), socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((HERE, service.port))
    with socket.socket() as other:
        other.bind((HERE, service.port))


async def test_it_hangs_up() -> None:
    """With `hangs_up` the peer sees the end at once, before any byte."""
    with fake_services(HERE, hangs_up=True) as (service,):
        service.open()
        reader, writer = await asyncio.open_connection(HERE, service.port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_one_port_on_several_addresses() -> None:
    """Doors that are asked for together have the same port, outside the range of source ports, and open by themselves."""
    with fake_services(HERE, "127.0.0.66") as (one, other):
        other.open()

        assert one.port == other.port
        assert one.port in PORTS
        assert [await _connects(one), await _connects(other)] == [False, True]


async def test_neighbours_are_free() -> None:
    """A port is chosen only where those that are derived from it are free as well."""
    taken: list[tuple[socket.socket, int]] = []

    def neighbours(port: int) -> tuple[int, ...]:
        if not taken:
            blocker = socket.socket()
            blocker.bind((HERE, port + 1))
            taken.append((blocker, port))
        return (port + 1,)

    with fake_services(HERE, also_free=neighbours) as (service,):
        blocker, port = taken[0]
        blocker.close()
        assert service.port != port


async def test_old_connections_are_let_go() -> None:
    """A watch that connects again and again does not use up the descriptors."""
    with fake_services(HERE) as (service,):
        service.open()
        for _ in range(100):
            assert await _connects(service)
        assert len(service._held) <= 64
