"""Holding a new connection for a moment, to see whether the peer closes it, resets it, or speaks first.

Nothing is ever sent.
"""

import socket
from time import perf_counter
from typing import NamedTuple

from tui.model.facts import Outcome
from tui.model.protocols import label_of
from tui.model.safe_text import safe_text
from tui.probes.kernel.failures import errno_name
from tui.probes.kernel.waiting import readable
from tui.probes.talk.identify import identify

HOLD_S = 0.3
"""A proxy without a backend, or a server that turns us away, ends the connection within a round trip or two; 0.3 s is
longer than any but a satellite link's, and short enough to be spent on every attempt."""
FIRST_BYTES = 200
"""A greeting names the server in its first line."""


class Held(NamedTuple):
    """What happened to the connection. `held_ms` is how long it was watched."""

    outcome: Outcome
    held_ms: float
    errno: str | None = None
    first_bytes: str | None = None
    protocol: str | None = None
    rejection: str = ""


async def hold(sock: socket.socket) -> Held:
    """Watch a connected, non-blocking `sock` for HOLD_S, or until something happens. Raises nothing."""
    started = perf_counter()
    woken = await readable(sock, HOLD_S)
    held_ms = (perf_counter() - started) * 1000
    if not woken:
        return Held(Outcome.CONNECTED, held_ms)
    try:
        data = sock.recv(FIRST_BYTES)
    except BlockingIOError:  # woken for nothing: a packet that was discarded
        return Held(Outcome.CONNECTED, held_ms)
    except OSError as error:
        return Held(Outcome.RESET, held_ms, errno=errno_name(error.errno))
    if not data:
        return Held(Outcome.CLOSED, held_ms)
    identified = identify(data)
    return Held(
        Outcome.CONNECTED,
        held_ms,
        first_bytes=safe_text(data, limit=FIRST_BYTES),
        protocol=label_of(identified.protocols),
        rejection=identified.rejection,
    )
