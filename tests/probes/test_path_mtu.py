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
from tui.probes.path import path_mtu, whole_answer


async def seen(port: int, family: str | None = "HTTP", *, writes: bool = True) -> PathMtu | NotObserved:
    """The one fact of the look."""
    request = MeasureMtu(
        address="127.0.0.1", port=port, family=family, server_name="db.example.test", path="/health", writes=writes
    )
    (fact,) = [one async for one in path_mtu.check(request, SystemView())]
    return fact


@asynccontextmanager
async def serving(answer: bytes, *, closes: bool = True, until: bytes = b"\r\n\r\n") -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that reads a request to its end and answers; its port, and the requests."""
    requests: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            requests.append(await reader.readuntil(until))
            writer.write(answer)
            await writer.drain()
            if not closes:
                await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], requests


async def test_a_server_that_answers() -> None:
    """A small request whose answer comes whole, and then the same large one on both connections, with a Host header."""
    async with serving(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, requests):
        fact = await seen(port)
        await asyncio.sleep(0.1)  # the kernel acknowledges what the server has yet to read

    assert isinstance(fact, PathMtu)
    assert (fact.answered, fact.answer_bytes, fact.clamped_answered) == (True, 27, None)
    assert (fact.small, fact.large, fact.clamped_large, fact.pairs) == ("acknowledged", "acknowledged", "acknowledged", 1)
    assert fact.clamped_mss is not None
    assert fact.clamped_mss <= path_mtu.CLAMPED_MSS
    small, *large = requests
    assert len(small) < 200
    assert small.startswith(b"GET /health HTTP/1.1\r\n")
    assert len(large) == 2
    assert large[0] == large[1]
    assert f"Host: db.example.test:{port}\r\n".encode() in large[0]
    assert len(large[0]) > 3 * 1200


async def test_nothing_large_is_written_where_that_was_not_asked_for() -> None:
    """One small request is all that a service gets whose answer comes whole."""
    async with serving(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(20_000)) as (port, requests):
        fact = await seen(port, writes=False)

    assert isinstance(fact, PathMtu)
    assert (fact.answered, fact.large, len(requests)) == (True, "not-sent", 1)
    assert fact.answer_bytes >= whole_answer.ENOUGH
    assert fact.largest_segment


async def test_a_server_that_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody reads is acknowledged all the same, and stays without an answer on both connections."""
    monkeypatch.setattr(whole_answer, "ANSWER_S", 0.05)
    with listening("127.0.0.1") as server:
        fact = await seen(server.getsockname()[1])

    assert isinstance(fact, PathMtu)
    assert (fact.answered, fact.clamped_answered, fact.large, fact.clamped_large) == (
        False,
        False,
        "acknowledged",
        "acknowledged",
    )


async def test_an_answer_that_stops_halfway_is_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head without its body is no whole answer, however healthy the head looks."""
    monkeypatch.setattr(whole_answer, "ANSWER_S", 0.05)
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"
    async with serving(half, closes=False) as (port, _):
        fact = await seen(port, writes=False)

    assert isinstance(fact, PathMtu)
    assert (fact.answered, fact.answer_bytes) == (False, len(half))


@pytest.mark.parametrize(
    ("reply", "whole"),
    [
        (b"$4\r\nabcd\r\n", True),
        (b"$9000\r\nabcd", False),
        (b"-NOAUTH Authentication required.\r\n", True),
        (b"-NOAUTH Auth", False),
        (b"", False),
    ],
)
async def test_a_reply_of_redis_has_its_length_before_it(monkeypatch: pytest.MonkeyPatch, reply: bytes, whole: bool) -> None:
    """It keeps the connection, so its end is where its length says."""
    monkeypatch.setattr(whole_answer, "ANSWER_S", 0.05)
    async with serving(reply, closes=False, until=b"INFO\r\n") as (port, _):
        fact = await seen(port, "Redis", writes=False)

    assert isinstance(fact, PathMtu)
    assert fact.answered is whole


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

        async def once(_request: MeasureMtu, size: int | None, answers: object = answers) -> whole_answer.WholeAnswer:
            asked.append(size)
            assert callable(answers)
            return whole_answer.WholeAnswer(connected=True, whole=answers(size))

        monkeypatch.setattr(path_mtu, "whole_answer", once)
        fact = await seen(1)

        assert isinstance(fact, PathMtu)
        assert (fact.answered, fact.clamped_answered, fact.pairs) == (False, True, pairs)
        assert (fact.large, len(asked)) == ("not-sent", 8)


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\nok", False),
        (b"SSH-2.0-x\r\n\r\n", False),
    ],
)
def test_an_answer_in_http_says_where_it_ends(answer: bytes, whole: bool) -> None:
    """A server that keeps the connection need not be waited for; one that says nothing of the length ends by closing it."""
    assert whole_answer.is_whole_http(answer) is whole


@pytest.mark.parametrize(
    ("answer", "cut"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n", True),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", False),
        (b"SSH-2.0-x\r\nContent-Length: 9\r\n", False),
    ],
)
def test_an_answer_that_ends_before_its_own_length_is_cut_off(answer: bytes, *, cut: bool) -> None:
    """Only an answer that says how long it is can be known to be cut off."""
    assert whole_answer.is_cut_off(answer) is cut


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
