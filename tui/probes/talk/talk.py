"""Answers TalkTo: one connection, the first request of a protocol, and the first bytes that come back.

Law: the answer is identified by its bytes alone. Nothing is sent but that request and, if the protocol has one, a farewell.
"""

from collections.abc import AsyncGenerator

from msgspec.structs import replace

from tui.model.address import literal_address
from tui.model.facts import AnyFact, Outcome, Talk
from tui.model.protocols import BANNER_FIRST, TLS
from tui.model.requests import TalkTo
from tui.model.safe_text import safe_text
from tui.probes.kernel.error_queue import stop_listening
from tui.probes.kernel.handshake import handshake
from tui.probes.kernel.system_view import SystemView

CONNECT_S = 1.5
"""The target has just accepted a connection; this allows for one lost packet."""
FIRST_BYTES = 200
"""Characters that are kept: the first line of an answer says what it is."""


async def check(request: TalkTo, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield one Talk, after up to CONNECT_S and the request's `wait_s`.

    Raises ValueError if the address is not one, KeyError for a protocol that is not supported.
    """
    from tui.probes.talk.first_words import typed_command

    name = request.server_name if request.server_name and not literal_address(request.server_name) else None
    talk = Talk(
        command=safe_text(typed_command(request.protocol, request.address, request.port, name)),
        address=request.address,
        port=request.port,
        spoken=request.protocol,
        listened=request.protocol in BANNER_FIRST,
        outcome="failed",
    )
    async with handshake(request.address, request.port, timeout_s=CONNECT_S) as ended:
        if ended.outcome is not Outcome.CONNECTED or ended.sock is None:
            # A reset is not a failure to connect: the server accepted, and reset before we noticed.
            reset = ended.outcome is Outcome.RESET
            yield replace(talk, outcome="reset" if reset else "failed", detail=ended.errno or str(ended.outcome))
            return
        stop_listening(ended.sock)
        if request.protocol == TLS:
            from tui.probes.talk import tls

            reply = await tls.exchange(ended.sock, name, request.wait_s)
        else:
            from tui.probes.talk import plain

            reply = await plain.exchange(ended.sock, request, request.wait_s)
    yield replace(
        talk,
        outcome=reply.outcome,
        understood=reply.understood,
        protocols=reply.identified.protocols,
        rejection=reply.identified.rejection,
        first_bytes=safe_text(reply.data, limit=FIRST_BYTES),
        detail=reply.identified.detail,
        acknowledged=reply.acknowledged,
        waited_ms=reply.waited_ms,
    )
