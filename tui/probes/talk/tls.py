"""TLS as a usual client does it, which verifies; where that fails, once more with old offers and unverified.

Through memory, so that we have the bytes of an answer that is not TLS. The sessions are closed properly. What is said inside
an unverified one is harmless: of HTTP no more than `HEAD /`, for the time of the server's clock.
"""

import re
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter

from msgspec.structs import replace

from tui.model.address import literal_address, without_zone
from tui.model.facts import HttpAnswer, InnerAnswer, TlsAnswer
from tui.model.requests import TalkTo
from tui.model.safe_text import safe_line
from tui.probes.talk import plain
from tui.probes.talk.binary import ALERTS
from tui.probes.talk.certificate import wants_certificate, what_it_says
from tui.probes.talk.exchange import Ending, NotConnectedError, Reply, acknowledged, connected, receive, send
from tui.probes.talk.identify import Identified, identify
from tui.probes.talk.web import Method

MOST_RECEIVED = 1 << 16
"""Bytes of a handshake that are kept: a chain of certificates fits."""
_CHUNK = 4096
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME (openssl/x509_vfy.h), which Python's ssl does not name


@dataclass(slots=True)
class _Handshake:
    """How one handshake went, and what was said in it."""

    waited_ms: float = 0.0
    received: bytes = b""
    ended: Ending | None = None
    """How the connection ended before the handshake did."""
    error: ssl.SSLError | None = None
    version: str = ""
    """Empty where it was not completed."""
    cipher: str = ""
    certificate: bytes = b""
    """What was presented, in DER."""
    fields: dict[str, object] = field(default_factory=dict)
    """The certificate as Python's ssl reads it, where it was verified."""
    inner: Reply | None = None
    alert: str = ""
    taken: bool | None = None

    @property
    def is_tls(self) -> bool:
        """Whether what came back is TLS at all."""
        return bool(self.version) or identify(self.received).protocols == ("TLS",)


class _Channel:
    """An open TLS session as a channel. `alert` is the fatal alert that ended it."""

    def __init__(self, sock: socket.socket, session: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        self._sock, self._session, self._incoming, self._outgoing = sock, session, incoming, outgoing
        self.alert = ""

    def send(self, data: bytes) -> bool:
        """Send a short request inside the session."""
        try:
            if data:
                self._session.write(data)
        except ssl.SSLError:
            return False
        return send(self._sock, self._outgoing.read())

    async def receive(self, deadline: float) -> bytes | Ending:
        """The next bytes of what the peer says inside the session, or how it ended."""
        while True:
            try:
                return self._session.read(_CHUNK) or "closed"
            except ssl.SSLWantReadError:
                send(self._sock, self._outgoing.read())
            except ssl.SSLZeroReturnError:
                return "closed"
            except ssl.SSLError as error:
                self.alert = _alert(error)
                return "closed"
            data = await receive(self._sock, deadline)
            if isinstance(data, str):
                return data
            self._incoming.write(data)

    def acknowledged(self) -> bool | None:
        """Whether no byte is left in the send queue."""
        return acknowledged(self._sock)

    def close(self) -> None:
        """Say goodbye, and expect none."""
        with suppress(ssl.SSLError):
            self._session.unwrap()
        send(self._sock, self._outgoing.read())


async def exchange(request: TalkTo, name: str | None, method: Method, wait_s: float) -> Reply:
    """Shake hands, and speak the inner protocol. Raises NotConnectedError where the first connection is not made."""
    started = perf_counter()
    usual = await _shake(request, name, usual_context(checks_name=request.server_name is not None), method, wait_s)
    if not usual.is_tls:
        return _not_tls(usual)
    answer = TlsAnswer(
        server_name=name,
        store=ssl.get_default_verify_paths().cafile or "",
        alert=usual.alert,
        wants_certificate=wants_certificate(usual.received),
    )
    if usual.version:
        answer = replace(answer, version=usual.version, cipher=usual.cipher, trusted=True, certificate=what_it_says(usual.fields))
        return _reply(usual, answer)
    answer = replace(answer, failure=(usual.error.reason or "") if usual.error else usual.ended or "")
    if isinstance(usual.error, ssl.SSLCertVerificationError):
        words = safe_line(usual.error.verify_message)
        answer = replace(answer, trusted=False, verify_code=usual.error.verify_code, verify_words=words)
    return await _once_more(request, name, usual, answer, started + wait_s)


async def _once_more(request: TalkTo, name: str | None, usual: _Handshake, answer: TlsAnswer, deadline: float) -> Reply:
    """With old offers and unverified: what was presented, and whether that agrees where a usual client's offers did not."""
    asked = replace(request, path="/")
    try:
        lax = await _shake(asked, name, _lax(), "HEAD", max(deadline - perf_counter(), 1.0))
    except NotConnectedError:
        return _reply(usual, answer)
    if not lax.version:
        return _reply(usual, replace(answer, alert=answer.alert or lax.alert))
    fields = {}
    with suppress(NotConnectedError, ssl.SSLError):
        pinned = await _shake(replace(asked, inner=None), name, _pinned(lax.certificate), "HEAD", 2.0)
        fields = pinned.fields
    answer = replace(
        answer,
        version=lax.version,
        cipher=lax.cipher,
        usual=answer.trusted is False,
        alert=answer.alert or lax.alert,
        wants_certificate=answer.wants_certificate or wants_certificate(lax.received),
        certificate=what_it_says(fields),
    )
    return _reply(lax, answer)


async def _shake(request: TalkTo, name: str | None, context: ssl.SSLContext, method: Method, wait_s: float) -> _Handshake:
    """One handshake on a connection of its own, and the inner talk if it is completed. Raises NotConnectedError."""
    async with connected(request.address, request.port) as sock:
        started = perf_counter()
        result = _Handshake()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        verified_name = name or literal_address(without_zone(request.server_name or "")) or None
        session = context.wrap_bio(incoming, outgoing, server_hostname=verified_name)
        while not result.version and result.ended is None and result.error is None:
            try:
                session.do_handshake()
            except ssl.SSLWantReadError:
                send(sock, outgoing.read())
                data = await receive(sock, started + wait_s)
                if isinstance(data, str):
                    result.ended = data
                    continue
                result.received += data[: MOST_RECEIVED - len(result.received)]
                incoming.write(data)
            except ssl.SSLError as error:
                send(sock, outgoing.read())
                result.error, result.alert = error, _alert(error)
            else:
                result.version, result.cipher = session.version() or "TLS", (session.cipher() or ("?",))[0]
                result.certificate = session.getpeercert(binary_form=True) or b""
                result.fields = dict(session.getpeercert() or {})
        result.waited_ms = (perf_counter() - started) * 1000
        result.taken = acknowledged(sock)
        if result.version:
            send(sock, outgoing.read())
            channel = _Channel(sock, session, incoming, outgoing)
            if request.inner:
                left_s = max(started + wait_s - perf_counter(), 1.0)
                result.inner = await plain.exchange(channel, request, request.inner, left_s, method)
                result.alert = channel.alert
            channel.close()
        return result


def _alert(error: ssl.SSLError) -> str:
    """The alert that was received, from OpenSSL's word for it (`TLSV1_ALERT_UNKNOWN_CA`); empty where it was our own doing."""
    words = re.sub(r"^(?:SSLV3|TLSV1|TLSV13)_(?:ALERT_)?", "", error.reason or "")
    return words.lower() if words != error.reason and words.lower() in ALERTS.values() else ""


@cache
def usual_context(*, checks_name: bool) -> ssl.SSLContext:
    """What a careful client offers and checks: Python's defaults, with this machine's authorities."""
    context = ssl.create_default_context()
    context.check_hostname = checks_name
    return context


@cache
def _lax() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")  # so that an old server answers too
    return context


def _pinned(certificate: bytes) -> ssl.SSLContext:
    """Trusts exactly that certificate, whatever its dates: Python's ssl shows the fields of a verified one alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_verify_locations(cadata=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    return context


def _reply(handshake: _Handshake, answer: TlsAnswer) -> Reply:
    """The whole of it: the handshake or the alert, and what was said inside."""
    if answer.version:
        identified = Identified(("TLS",), f"{answer.version}, {answer.cipher}")
    else:
        identified = identify(handshake.received)
        if answer.alert and not identified.detail.startswith("alert"):
            identified = Identified(("TLS",), f"alert {answer.alert}")
    return Reply(
        "answered",
        handshake.received,
        identified,
        "yes",
        handshake.taken,
        handshake.waited_ms,
        tls=answer,
        http=_http(handshake),
        inner=_inner(handshake),
    )


def _http(handshake: _Handshake) -> HttpAnswer | None:
    return handshake.inner.http if handshake.inner else None


def _inner(handshake: _Handshake) -> InnerAnswer | None:
    """What another protocol than HTTP, or nothing, answered inside."""
    reply = handshake.inner
    if reply is None or reply.http:
        return None
    return InnerAnswer(
        outcome=reply.outcome,
        protocols=reply.identified.protocols,
        words=reply.identified.detail,
        rejection=reply.identified.rejection,
        waited_ms=reply.waited_ms,
    )


def _not_tls(handshake: _Handshake) -> Reply:
    """What came instead of TLS: another protocol, an end, or nothing."""
    if not handshake.received:
        return Reply(handshake.ended or "closed", acknowledged=handshake.taken, waited_ms=handshake.waited_ms)
    identified = identify(handshake.received)
    understood = plain.understands("TLS", identified.protocols)
    return Reply("answered", handshake.received, identified, understood, handshake.taken, handshake.waited_ms)
