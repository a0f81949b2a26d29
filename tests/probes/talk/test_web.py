"""HTTP as it is asked on loopback: the path that was meant, by the name that was given, HEAD first, and no more than twice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.probes.talk.test_talk import answers, server
from tui.model.facts import HttpAnswer, Talk
from tui.model.requests import TalkTo
from tui.probes.kernel.system_view import SystemView
from tui.probes.talk import talk

OK = b"HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def web(*replies: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that gives one reply a connection, the last one for all that follow; its port, and what it was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(replies[min(len(asked), len(replies)) - 1])
        await writer.drain()

    async with server(serve) as port:
        yield port, asked


async def ask(port: int, path: str = "/", *, name: str | None = None, again: int = 0, wait_s: float = 2.0) -> Talk:
    """The one fact of a talk in HTTP."""
    request = TalkTo(address="127.0.0.1", port=port, protocol="HTTP", path=path, server_name=name, again=again, wait_s=wait_s)
    facts = [fact async for fact in talk.check(request, SystemView())]
    assert len(facts) == 1
    assert isinstance(facts[0], Talk)
    return facts[0]


def http(fact: Talk) -> HttpAnswer:
    """The answer, which must be there."""
    assert fact.http is not None
    return fact.http


async def test_the_path_is_asked_for_by_name_and_once() -> None:
    """HEAD of path and query, with the name in Host, without credentials; an answer that is no error ends it."""
    async with web(OK) as (port, asked):
        fact = await ask(port, "/health?deep=1", name="web.example")

    assert len(asked) == 1
    assert asked[0].startswith(f"HEAD /health?deep=1 HTTP/1.1\r\nHost: web.example:{port}\r\n".encode())
    assert b"authorization" not in asked[0].lower()
    assert (http(fact).asked, http(fact).status_line, http(fact).server) == ("HEAD /health?deep=1", "200 OK", "lab")
    assert http(fact).elapsed_ms > 0


@pytest.mark.parametrize("status", [b"405 Method Not Allowed", b"501 Not Implemented", b"404 Not Found", b"502 Bad Gateway"])
async def test_where_head_fails_get_is_asked(status: bytes) -> None:
    """An error to HEAD may be for HEAD alone; the answer to GET is the one that counts, and there is no third request."""
    async with web(b"HTTP/1.1 " + status + b"\r\n\r\n", OK) as (port, asked):
        fact = await ask(port, "/x")

    assert [words.split()[0] for words in asked] == [b"HEAD", b"GET"]
    assert (http(fact).asked, http(fact).status) == ("GET /x", 200)


@pytest.mark.parametrize(
    "status", [b"401 Unauthorized", b"407 Proxy Authentication Required", b"429 Too Many Requests", b"302 Found"]
)
async def test_what_get_would_not_change_is_asked_once(status: bytes) -> None:
    """Who wants credentials, or fewer requests, is not asked again; nor who leads elsewhere."""
    async with web(b"HTTP/1.1 " + status + b"\r\nLocation: http://other.example/\r\n\r\n") as (port, asked):
        fact = await ask(port)

    assert len(asked) == 1
    assert http(fact).status_line.encode() == status
    assert http(fact).location == "http://other.example/"


async def test_the_words_of_an_error_are_kept_without_markup() -> None:
    """The body of an error says more than its status."""
    page = b"<html><style>p {}</style><h1>502 Bad Gateway</h1><hr>nginx/1.22.1</html>"
    async with web(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page)) as (port, _):
        fact = await ask(port)

    assert http(fact).words == "502 Bad Gateway nginx/1.22.1"


async def test_a_long_answer_is_cut() -> None:
    """A head of many lines is read to its end, and of a long page only the beginning."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 Oops\r\n" + b"X-Filler: y\r\n" * 600 + b"\r\n")
        writer.write(b"z" * 50_000)
        await writer.drain()

    async with server(serve) as port:
        fact = await ask(port)

    assert http(fact).status == 500
    assert len(http(fact).words) < 200


async def test_the_servers_clock_is_compared() -> None:
    """`Date:` tells by how much this machine's clock is ahead; nonsense tells nothing."""
    async with web(b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\n\r\n") as (port, _):
        behind = await ask(port)
    async with web(b"HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n") as (port, _):
        none = await ask(port)

    assert (http(behind).clock_ahead_s or 0) > 86400 * 365
    assert http(none).clock_ahead_s is None


async def test_an_answer_after_seconds_is_waited_for() -> None:
    """A slow server is heard within the time that the request allows."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.6)
        writer.write(OK)
        await writer.drain()

    async with server(serve) as port:
        late = await ask(port, wait_s=3.0)

    assert (late.outcome, http(late).status) == ("answered", 200)
    assert http(late).elapsed_ms >= 590


async def test_the_second_question_has_no_host() -> None:
    """Redis takes a Host line for an attack and says nothing; without it, it says what it is."""
    async with web(b"HTTP/1.0 200 OK\r\n\r\n") as (port, asked):
        await ask(port, "/x", again=1)

    assert asked == [b"GET /x HTTP/1.0\r\n\r\n"]


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 2\r\n\r\n", b"HTTP/1.1 200 OK\r\nbroken\r\n\r\n", b"HTTP/1.1", b"\x15\x03\x01\0\x02\x02\x28"]
)
async def test_what_is_no_http_is_no_http_answer(data: bytes) -> None:
    """Bytes that break HTTP's grammar are kept as bytes, and nothing is read into them."""
    async with server(answers(data)) as port:
        fact = await ask(port)

    assert (fact.outcome, fact.http) == ("answered", None)
