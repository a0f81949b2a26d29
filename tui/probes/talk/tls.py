"""A TLS handshake through memory, so that we have the bytes of an answer that is not TLS.

No certificate is verified: whether it is valid is not the question here. The session is closed properly, and
nothing is sent inside it.
"""

import socket
import ssl
from contextlib import suppress
from time import perf_counter

from tui.probes.talk.exchange import MOST_BYTES, Ending, Reply, acknowledged, receive, send
from tui.probes.talk.identify import Identified, identify
from tui.probes.talk.plain import understands


async def exchange(sock: socket.socket, server_name: str | None, wait_s: float) -> Reply:
    """Shake hands on a connected socket. Raises nothing."""
    started = perf_counter()
    deadline = started + wait_s
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = _context().wrap_bio(incoming, outgoing, server_hostname=server_name)
    received, ended = b"", None
    while ended is None:
        try:
            session.do_handshake()
        except ssl.SSLWantReadError:
            send(sock, outgoing.read())
            data = await receive(sock, deadline)
            if isinstance(data, str):
                ended = data
                continue
            received += data[: MOST_BYTES - len(received)]
            incoming.write(data)
        except ssl.SSLError:
            send(sock, outgoing.read())
            break
        else:
            return _done(sock, session, outgoing, received, started)
    return _failed(received, ended, acknowledged(sock), (perf_counter() - started) * 1000)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")  # so that an old server answers too, which is all we need
    return context


def _done(sock: socket.socket, session: ssl.SSLObject, outgoing: ssl.MemoryBIO, received: bytes, started: float) -> Reply:
    waited_ms = (perf_counter() - started) * 1000
    with suppress(ssl.SSLError):  # it expects the peer's goodbye, which we do not wait for
        session.unwrap()
    send(sock, outgoing.read())
    detail = f"{session.version()}, {(session.cipher() or ('?',))[0]}"
    return Reply("answered", received, Identified(("TLS",), detail), "yes", acknowledged=True, waited_ms=waited_ms)


def _failed(received: bytes, ended: Ending | None, taken: bool | None, waited_ms: float) -> Reply:
    """What came instead of a whole handshake: an alert, another protocol, an end, or nothing."""
    if not received:
        return Reply(ended or "closed", acknowledged=taken, waited_ms=waited_ms)
    identified = identify(received)
    return Reply("answered", received, identified, understands("TLS", identified.protocols), taken, waited_ms)
