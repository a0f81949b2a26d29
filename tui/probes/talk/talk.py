"""Answers TalkTo: one connection, the first request of a protocol, and the first bytes that come back.

Law: the answer is named by its bytes alone. Nothing is sent but that request and, where there is one, its farewell.
"""

from collections.abc import AsyncGenerator

from msgspec.structs import replace

from tui.model.address import literal_address
from tui.model.facts import AnyFact, Outcome, Talk
from tui.model.protocols import BANNER_FIRST, TLS
from tui.model.requests import TalkTo
from tui.model.safe_text import safe_text
from tui.probes.kernel.clock import now
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.system_view import SystemView

CONNECT_S = 1.5
"""The target has connected just now; it may take longer once, by the time of one lost packet."""
FIRST_BYTES = 200
"""Characters that are kept: an answer says what it is in its first line."""


async def check(request: TalkTo, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a look's signature
    """Yield one Talk, after up to CONNECT_S and the request's `wait_s`.

    Raises ValueError if the address is none, KeyError for a protocol that is not spoken here.
    """
    from tui.probes.talk.first_words import typed_command

    name = request.server_name if request.server_name and not literal_address(request.server_name) else None
    talk = Talk(
        at=now(),
        command=safe_text(typed_command(request.protocol, request.address, request.port, name)),
        address=request.address,
        port=request.port,
        spoken=request.protocol,
        listened=request.protocol in BANNER_FIRST,
        outcome="failed",
    )
    async with handshake(request.address, request.port, timeout_s=CONNECT_S) as made:
        if made.outcome is not Outcome.CONNECTED or made.sock is None:
            # A reset is no failure to connect: it accepted, and reset before we had looked.
            reset = made.outcome is Outcome.RESET
            yield replace(talk, outcome="reset" if reset else "failed", detail=made.errno or str(made.outcome))
            return
        stop_listening(made.sock)
        if request.protocol == TLS:
            from tui.probes.talk import tls

            said = await tls.exchange(made.sock, name, request.wait_s)
        else:
            from tui.probes.talk import plain

            said = await plain.exchange(made.sock, request, request.wait_s)
    yield replace(
        talk,
        outcome=said.outcome,
        understood=said.understood,
        protocols=said.identified.protocols,
        rejection=said.identified.rejection,
        first_bytes=safe_text(said.data, limit=FIRST_BYTES),
        detail=said.identified.detail,
        acknowledged=said.acknowledged,
        waited_ms=said.waited_ms,
    )
