"""Large writes and small segments, on loopback; a narrow link is measured in the lab."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.probes.loopback import closed_port, descriptors, listening
from tui.model.facts import NotObserved, PathMtu
from tui.model.requests import MeasureMtu
from tui.probes.kernel.system_view import SystemView
from tui.probes.path import path_mtu


async def seen(port: int, family: str | None = "HTTP", address: str = "127.0.0.1") -> PathMtu | NotObserved:
    """The one fact of the look."""
    request = MeasureMtu(address=address, port=port, family=family, server_name="db.example.test")
    (fact,) = [one async for one in path_mtu.check(request, SystemView())]
    return fact


@asynccontextmanager
async def serving(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that reads a request to its end and answers; its port, and the requests."""
    requests: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], requests


async def test_a_server_that_answers() -> None:
    """The same whole request arrives on both connections, with a Host header, and both are answered."""
    async with serving(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, requests):
        fact = await seen(port)

    assert isinstance(fact, PathMtu)
    assert (fact.small, fact.large, fact.answered) == ("acknowledged", "acknowledged", True)
    assert (fact.clamped_large, fact.clamped_answered, fact.pairs) == ("acknowledged", True, 1)
    assert fact.clamped_mss is not None
    assert fact.clamped_mss <= path_mtu.CLAMPED_MSS
    assert len(requests) == 2
    assert requests[0] == requests[1]
    assert f"Host: db.example.test:{port}\r\n".encode() in requests[0]
    assert len(requests[0]) > 3 * 1200


async def test_a_server_that_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody reads is acknowledged all the same, and stays without an answer on both connections."""
    monkeypatch.setattr(path_mtu, "ANSWER_S", 0.05)
    with listening("127.0.0.1") as server:
        fact = await seen(server.getsockname()[1])

    assert isinstance(fact, PathMtu)
    assert (fact.large, fact.answered, fact.clamped_large, fact.clamped_answered) == (
        "acknowledged",
        False,
        "acknowledged",
        False,
    )


async def test_nothing_is_said_in_an_unknown_protocol() -> None:
    """Where nothing harmless is known to say, nothing connects."""
    with closed_port("127.0.0.1") as port:
        facts = [await seen(port, family) for family in (None, "PostgreSQL", "SSH")]

    assert all(isinstance(fact, NotObserved) and "harmless" in fact.reason for fact in facts)


async def test_a_port_that_does_not_connect() -> None:
    """A refusal measures nothing."""
    with closed_port("127.0.0.1") as port:
        fact = await seen(port)

    assert isinstance(fact, NotObserved)
    assert "connect" in fact.reason


async def test_one_connection_of_two_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two connections fare differently three more pairs must fare the same, and one that does not is enough."""
    asked: list[int | None] = []

    def always(size: int | None) -> bool:
        return size is not None

    def by_turns(_size: int | None) -> bool:
        return len(asked) % 2 == 0

    for answers, pairs in ((always, 4), (by_turns, 1)):
        asked.clear()

        async def once(
            _request: MeasureMtu, _words: bytes, size: int | None, answers: object = answers
        ) -> path_mtu._LargeExchange:
            asked.append(size)
            assert callable(answers)
            return path_mtu._LargeExchange(small="acknowledged", large="acknowledged", answered=answers(size))

        monkeypatch.setattr(path_mtu, "_once", once)
        fact = await seen(1)

        assert isinstance(fact, PathMtu)
        assert (fact.answered, fact.clamped_answered, fact.pairs) == (False, True, pairs)
        assert len(asked) == 8


@pytest.mark.parametrize("name", [None, "db.example.test"])
def test_a_padded_client_hello_is_one(name: str | None) -> None:
    """OpenSSL reads it to its end and goes on: without a certificate it has no cipher to share, which is its only complaint."""
    hello = path_mtu.padded(path_mtu._client_hello(name))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(hello)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).wrap_bio(incoming, outgoing, server_side=True)

    with pytest.raises(ssl.SSLError, match=r"(?i)no.shared.cipher"):
        server.do_handshake()

    assert len(hello) > path_mtu.PADDING
    assert int.from_bytes(hello[3:5]) == len(hello) - 5


async def test_the_look_can_be_left_at_once() -> None:
    """Cancelled while it waits for an answer, it closes both connections."""
    with listening("127.0.0.1") as server:
        before = descriptors()
        looking = asyncio.create_task(seen(server.getsockname()[1]))
        await asyncio.sleep(0.05)
        assert len(descriptors()) > len(before)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking

        assert descriptors() == before
