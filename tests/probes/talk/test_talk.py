"""Talks with scripted servers on loopback: every ending, what is sent, and that everything is closed."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.probes.loopback import closed_port, descriptors, listening
from tui.model.facts import Talk
from tui.model.protocols import BANNER_FIRST, CLIENT_FIRST, HTTP, TLS
from tui.model.requests import TalkTo
from tui.probes.kernel.system_view import SystemView
from tui.probes.talk import talk
from tui.probes.talk.first_words import request_of

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER without time: close sends a reset."""
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def check(port: int, protocol: str, *, again: int = 0, wait_s: float = 2.0, address: str = "127.0.0.1") -> Talk:
    """The one fact of a talk."""
    request = TalkTo(address=address, port=port, protocol=protocol, wait_s=wait_s, again=again)
    seen = [one async for one in talk.check(request, SystemView())]
    assert len(seen) == 1
    assert isinstance(seen[0], Talk)
    return seen[0]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[int]:
    """A server on loopback that does `serve` with each connection; its port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await serve(reader, writer)
        writer.close()

    running = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with running:
        yield running.sockets[0].getsockname()[1]


def answers(data: bytes) -> Serve:
    """Read something, and answer with `data`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(data)
        await writer.drain()

    return serve


async def _greets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-Lab\r\n")
    await writer.drain()


async def _closes(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(1024)


async def _resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1024)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        ("HTTP", b"HTTP/1.1 200 OK\r\n\r\n"),
        ("PostgreSQL", b"S"),
        ("PostgreSQL", b"N"),
        ("Redis", b"-NOAUTH Authentication required.\r\n"),
        ("memcached", b"VERSION 1.6\r\n"),
        ("Kafka", b"\0\0\0\x10REFU\0\0"),
        ("SOCKS", b"\5\xff"),
        ("DNS", b"\0\x0cRE\x80\x05\0\0\0\0\0\0\0\0"),
        ("MQTT", b"\x20\x02\0\0"),
        ("AMQP", b"AMQP\0\0\x09\x01"),
    ],
)
async def test_an_answer_that_fits(protocol: str, answer: bytes) -> None:
    """Each protocol's own answer is understood, at once, and what we sent has arrived."""
    async with server(answers(answer)) as port:
        seen = await check(port, protocol)

    assert (seen.outcome, seen.understood, seen.answers_as, seen.spoken) == ("answered", "yes", protocol, protocol)
    assert seen.acknowledged is True
    assert seen.waited_ms < 1900


async def test_an_answer_of_another_protocol() -> None:
    """A database that is spoken to in HTTP is named by its own error."""
    async with server(answers(b"-ERR unknown command 'HEAD'\r\n")) as port:
        seen = await check(port, "HTTP")

    assert (seen.outcome, seen.understood, seen.answers_as) == ("answered", "no", "Redis")
    assert seen.detail == "-ERR unknown command 'HEAD'"


async def test_plain_http_to_tls() -> None:
    """TLS to a plain web server shows its HTTP error; the ClientHello is the only thing that was sent."""
    async with server(answers(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        seen = await check(port, TLS)

    assert (seen.outcome, seen.understood, seen.answers_as) == ("answered", "no", "HTTP")


async def test_an_alert() -> None:
    """A TLS alert is an answer in TLS, with its name."""
    async with server(answers(b"\x15\x03\x01\0\x02\x02\x28")) as port:
        seen = await check(port, TLS)

    assert (seen.outcome, seen.understood, seen.answers_as, seen.detail) == ("answered", "yes", "TLS", "alert handshake_failure")


async def test_a_hint_that_comes_in_its_own_packet() -> None:
    """The text of an HTTP error is waited for, because it may say that TLS is wanted."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"Client sent an HTTP request to an HTTPS server.\n")
        await writer.drain()

    async with server(serve) as port:
        seen = await check(port, "HTTP")

    assert (seen.understood, seen.answers_as) == ("no", "TLS")


@pytest.mark.parametrize("protocol", sorted(BANNER_FIRST))
async def test_where_the_server_speaks_first_nothing_is_sent(protocol: str) -> None:
    """The greeting is read, and not one byte is sent before the end."""
    received = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _greets(reader, writer)
        received.extend(await reader.read(100))

    async with server(serve) as port:
        seen = await check(port, protocol)
        await asyncio.sleep(0)

    assert seen.listened
    assert (seen.answers_as, seen.understood) == ("SSH", "yes" if protocol == "SSH" else "no")
    assert not received


@pytest.mark.parametrize(("serve", "outcome"), [(_closes, "closed"), (_resets, "reset")])
@pytest.mark.parametrize("protocol", ["HTTP", TLS, "PostgreSQL"])
async def test_an_end_before_any_byte(serve: Serve, outcome: str, protocol: str) -> None:
    """A server that hangs up when it is spoken to has closed, or reset."""
    async with server(serve) as port:
        seen = await check(port, protocol)

    assert (seen.outcome, seen.understood, seen.answers_as, seen.first_bytes) == (outcome, "unknown", None, "")


@pytest.mark.parametrize("protocol", ["HTTP", TLS, "SSH"])
async def test_silence(protocol: str) -> None:
    """A listener that never accepts is connected to, takes the request into its buffer, and says nothing."""
    with listening("127.0.0.1") as waiting:
        seen = await check(waiting.getsockname()[1], protocol, wait_s=0.2)

    assert (seen.outcome, seen.understood) == ("silent", "unknown")
    assert seen.acknowledged is (None if protocol == "SSH" else True)
    assert seen.waited_ms >= 190


async def test_a_port_that_refuses_is_no_talk() -> None:
    """Where it does not connect, the talk has failed, with the errno."""
    with closed_port("127.0.0.1") as port:
        seen = await check(port, "HTTP")

    assert (seen.outcome, seen.detail) == ("failed", "ECONNREFUSED")


async def test_a_cancelled_talk_leaves_nothing_open() -> None:
    """While it waits for an answer it can be cancelled, and closes its socket."""
    with listening("127.0.0.1") as waiting:
        for protocol in ("HTTP", TLS):
            before = descriptors()
            talking = asyncio.create_task(check(waiting.getsockname()[1], protocol))
            await asyncio.sleep(0.1)
            talking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await talking

            assert descriptors() == before


@pytest.mark.parametrize("protocol", sorted(CLIENT_FIRST - {TLS, HTTP}))
def test_first_words_are_short_and_name_nobody(protocol: str) -> None:
    """No request is longer than a line or two; none carries a name or a password."""
    words = request_of(protocol)

    assert 0 < len(words) < 150
    assert b"user" not in words.lower()
