"""A proxy on loopback is asked as a program asks it, and its answer is kept."""

import pytest

from tests.probes.loopback import closed_port, listening
from tests.probes.talk.test_web import web
from tui.model.facts import ProxyAnswer
from tui.model.requests import AskProxy
from tui.probes.kernel.system_view import SystemView
from tui.probes.proxy import proxy_answer


async def ask(port: int, path: str | None, *, wait_s: float = 2.0) -> ProxyAnswer:
    """The one fact about a proxy on that port, asked for web.example:8000."""
    request = AskProxy(address="127.0.0.1", port=port, host="web.example", target_port=8000, path=path, wait_s=wait_s)
    facts = [fact async for fact in proxy_answer.check(request, SystemView())]
    assert len(facts) == 1
    assert isinstance(facts[0], ProxyAnswer)
    return facts[0]


async def test_plain_http_is_asked_for_by_its_whole_url() -> None:
    """GET of the URL, as RFC 9112, 3.2.2, wants it for a proxy."""
    async with web(b"HTTP/1.1 503 Service Unavailable\r\nServer: squid\r\nContent-Length: 4\r\n\r\nbusy") as (port, asked):
        fact = await ask(port, "/health")

    assert asked[0].startswith(b"GET http://web.example:8000/health HTTP/1.1\r\nHost: web.example:8000\r\n")
    assert fact.http is not None
    assert (fact.http.status_line, fact.http.server, fact.http.words) == ("503 Service Unavailable", "squid", "busy")


@pytest.mark.parametrize("status", [b"200 Connection established", b"403 Forbidden", b"407 Proxy Authentication Required"])
async def test_other_targets_are_asked_for_by_connect(status: bytes) -> None:
    """CONNECT names the endpoint, and nothing is said in the tunnel, nor are credentials."""
    async with web(b"HTTP/1.1 " + status + b"\r\n\r\n") as (port, asked):
        fact = await ask(port, None)

    assert asked[0].startswith(b"CONNECT web.example:8000 HTTP/1.1\r\nHost: web.example:8000\r\n")
    assert b"authorization" not in asked[0].lower()
    assert fact.http is not None
    assert fact.http.status_line.encode() == status


async def test_a_proxy_that_says_nothing_in_http() -> None:
    """Silence, words of another protocol, and a proxy that is gone: what came is kept, and no answer is made up."""
    with listening("127.0.0.1") as waiting:
        silent = await ask(waiting.getsockname()[1], None, wait_s=0.1)
    async with web(b"\5\xff") as (port, _):
        other = await ask(port, None)
    with closed_port("127.0.0.1") as port:
        gone = await ask(port, None)

    assert [(fact.outcome, fact.http) for fact in (silent, other, gone)] == [
        ("silent", None),
        ("answered", None),
        ("failed", None),
    ]
    assert other.first_bytes == "\\x05\\xff"
