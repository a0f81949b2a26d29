"""TLS with real servers of Python's ssl on loopback: what a client that verifies meets, and what was presented."""

import contextlib
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.certificate import make
from tui.model.facts import Certificate, Talk, TlsAnswer
from tui.model.requests import TalkTo
from tui.probes.kernel.clock import now
from tui.probes.kernel.system_view import SystemView
from tui.probes.talk import talk, tls

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
NAME = "lab.example"
Tweak = Callable[[ssl.SSLContext], None]
OK = b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n"


def _as_it_is(_context: ssl.SSLContext) -> None:
    """A server with the library's defaults."""


@contextmanager
def server(folder: Path, tweak: Tweak = _as_it_is, *, reply: bytes = OK) -> Iterator[tuple[int, list[bytes]]]:
    """A TLS server with the certificate of `folder`, which gives one reply to whatever is asked; its port, and what that was.

    In a thread: asyncio's own closes without the alert that OpenSSL has written.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    tweak(context)
    asked: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # shut down: the test is over
                return
            with connection, contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as session:
                asked.append(session.recv(1000))
                session.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


async def ask(port: int, *, name: str | None = NAME, inner: str | None = "HTTP", path: str = "/x") -> Talk:
    """The one fact of a talk in TLS."""
    request = TalkTo(address="127.0.0.1", port=port, protocol="TLS", inner=inner, server_name=name, path=path)
    facts = [fact async for fact in talk.check(request, SystemView())]
    assert len(facts) == 1
    assert isinstance(facts[0], Talk)
    return facts[0]


def agreed(fact: Talk) -> TlsAnswer:
    """How TLS went, which must be known."""
    assert fact.tls is not None
    return fact.tls


def presented(fact: Talk) -> Certificate:
    """The certificate, which must have been read."""
    certificate = agreed(fact).certificate
    assert certificate is not None
    return certificate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a certificate for NAME and 127.0.0.1 that signs itself."""
    return make(tmp_path, NAME, "127.0.0.1")


@pytest.fixture
def trusting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, and this machine trusts it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "cert.pem"))
    tls.usual_context.cache_clear()
    return folder


@pytest.fixture(autouse=True)
def _own_store() -> None:
    """No test uses the authorities of another."""
    tls.usual_context.cache_clear()


async def test_a_certificate_that_fits(trusting: Path) -> None:
    """It is verified on the first connection, and on the same one the path is asked for."""
    with server(trusting) as (port, asked):
        fact = await ask(port)

    assert (agreed(fact).trusted, agreed(fact).usual, agreed(fact).alert) == (True, True, "")
    assert agreed(fact).version == "TLSv1.3"
    assert agreed(fact).store == str(trusting / "cert.pem")
    assert presented(fact).names == (NAME, "127.0.0.1")
    assert presented(fact).not_before < now() < presented(fact).not_after
    assert fact.http is not None
    assert (fact.http.asked, fact.http.status) == ("HEAD /x", 200)
    assert len(asked) == 1


async def test_an_address_is_verified_too(trusting: Path) -> None:
    """An address that was given as such is looked for among the names; without any, names are not looked at."""
    with server(trusting) as (port, _):
        own, none, other = await ask(port, name="127.0.0.1"), await ask(port, name=None), await ask(port, name="127.0.0.9")

    assert [agreed(fact).trusted for fact in (own, none, other)] == [True, True, False]
    assert agreed(other).verify_code == 64
    assert own.tls is not None
    assert own.tls.server_name is None


@pytest.mark.parametrize(
    ("days", "name", "code"), [((-90.0, -9.0), NAME, 10), ((3.0, 9.0), NAME, 9), ((-1.0, 9.0), "other.example", 62)]
)
async def test_a_certificate_that_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: tuple[float, float], name: str, code: int
) -> None:
    """Run out, not valid yet, for another name: OpenSSL's number, what was presented, and the server's clock."""
    make(tmp_path, NAME, days=days)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with server(tmp_path) as (port, asked):
        fact = await ask(port, name=name, path="/secret")

    assert (agreed(fact).trusted, agreed(fact).verify_code) == (False, code)
    assert presented(fact).names == (NAME,)
    assert (presented(fact).not_before < now(), now() < presented(fact).not_after) == (days[0] < 0, days[1] > 0)
    assert fact.http is not None
    assert (fact.http.clock_ahead_s or 0) > 86400 * 365
    assert not any(b"secret" in words for words in asked)


async def test_an_issuer_that_nobody_knows(folder: Path) -> None:
    """A certificate that signs itself is not trusted, and read all the same."""
    with server(folder) as (port, _):
        fact = await ask(port)

    assert (agreed(fact).trusted, agreed(fact).verify_code, agreed(fact).usual) == (False, 18, True)
    assert presented(fact).issuer == presented(fact).subject == NAME


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_wants_the_clients_certificate(trusting: Path, version: ssl.TLSVersion) -> None:
    """It asks for one, gets none, and sends an alert: in the handshake up to TLS 1.2, and after it since 1.3."""

    def wants_one(context: ssl.SSLContext) -> None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(trusting / "cert.pem")
        context.minimum_version = context.maximum_version = version

    with server(trusting, wants_one) as (port, _):
        fact = await ask(port)

    expected = ("certificate_required", False) if version is ssl.TLSVersion.TLSv1_3 else ("handshake_failure", True)
    assert (agreed(fact).alert, agreed(fact).wants_certificate) == expected
    assert fact.http is None


async def test_only_old_versions_in_common(trusting: Path) -> None:
    """A server of the past sends an alert to a usual client, and agrees with old offers."""

    def old(context: ssl.SSLContext) -> None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.warns(DeprecationWarning, match="TLSv1_1"), server(trusting, old) as (port, _):
        fact = await ask(port)

    assert (agreed(fact).usual, agreed(fact).version, agreed(fact).alert) == (False, "TLSv1.1", "protocol_version")
    assert agreed(fact).trusted is None


async def test_a_name_that_the_server_does_not_know(trusting: Path) -> None:
    """Alert 112 is read, and no handshake is completed."""

    def knows_none(context: ssl.SSLContext) -> None:
        context.sni_callback = lambda _session, _name, _context: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    with server(trusting, knows_none) as (port, _):
        fact = await ask(port)

    assert (agreed(fact).alert, agreed(fact).version, fact.understood) == ("unrecognized_name", "", "yes")
    assert fact.detail == "alert unrecognized_name"


async def test_another_protocol_inside(trusting: Path) -> None:
    """Redis inside TLS is asked PING, and its answer is an answer."""
    with server(trusting, reply=b"+PONG\r\n") as (port, asked):
        fact = await ask(port, inner="Redis")

    assert fact.inner is not None
    assert (fact.inner.outcome, fact.inner.protocols, fact.inner.words) == ("answered", ("Redis",), "+PONG")
    assert asked[0].startswith(b"PING")
