"""A TLS handshake through memory, so that the very bytes of an answer that is not TLS are seen.

No certificate is verified: whether it is a good one is not the question here. The session is closed properly, and
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
    seen, ended = b"", None
    while ended is None:
        try:
            session.do_handshake()
        except ssl.SSLWantReadError:
            send(sock, outgoing.read())
            got = await receive(sock, deadline)
            if isinstance(got, str):
                ended = got
                continue
            seen += got[: MOST_BYTES - len(seen)]
            incoming.write(got)
        except ssl.SSLError:
            send(sock, outgoing.read())
            break
        else:
            return _done(sock, session, outgoing, seen, started)
    return _failed(seen, ended, acknowledged(sock), (perf_counter() - started) * 1000)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")  # an old server answers too, which is all that is asked
    return context


def _done(sock: socket.socket, session: ssl.SSLObject, outgoing: ssl.MemoryBIO, seen: bytes, started: float) -> Reply:
    waited_ms = (perf_counter() - started) * 1000
    with suppress(ssl.SSLError):  # it wants the peer's farewell, which is not waited for
        session.unwrap()
    send(sock, outgoing.read())
    detail = f"{session.version()}, {(session.cipher() or ('?',))[0]}"
    return Reply("answered", seen, Identified(("TLS",), detail), "yes", acknowledged=True, waited_ms=waited_ms)


def _failed(seen: bytes, ended: Ending | None, taken: bool | None, waited_ms: float) -> Reply:
    """What came instead of a whole handshake: an alert, another protocol, an end, or nothing."""
    if not seen:
        return Reply(ended or "closed", acknowledged=taken, waited_ms=waited_ms)
    identified = identify(seen)
    return Reply("answered", seen, identified, understands("TLS", identified.protocols), taken, waited_ms)
