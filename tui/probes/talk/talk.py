"""Answers TalkTo: the first request of a protocol, and the first bytes that come back.

One connection, but two where an HTTP server refuses HEAD, and up to three where TLS is not agreed at first. Law: the answer is
identified by its bytes alone. Nothing is sent but that request and, if the protocol has one, a farewell.
"""

from collections.abc import AsyncGenerator
from time import perf_counter

from msgspec.structs import replace

from tui.model.address import literal_address
from tui.model.facts import AnyFact, Talk
from tui.model.protocols import BANNER_FIRST, TLS
from tui.model.requests import TalkTo
from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView
from tui.probes.talk.exchange import NotConnectedError, Plain, Reply, connected
from tui.probes.talk.web import Method

FIRST_BYTES = 200
"""Characters that are kept: the first line of an answer says what it is."""
LONGEST_S = 17.0
"""For all connections of one talk: the runner gives a check up after twenty seconds."""


async def check(request: TalkTo, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield one Talk, after up to LONGEST_S, and no more than the request's `wait_s` for the first answer.

    Raises ValueError if the address is not one, KeyError for a protocol that is not supported.
    """
    from tui.probes.talk.first_words import typed_command
    from tui.probes.talk.plain import may_be_for_head_alone

    name = request.server_name if request.server_name and not literal_address(request.server_name) else None
    talk = Talk(
        command=safe_text(typed_command(request, name)),
        address=request.address,
        port=request.port,
        spoken=request.protocol,
        listened=request.protocol in BANNER_FIRST,
        outcome="failed",
    )
    started = perf_counter()
    try:
        reply = await _converse(request, name, "HEAD", started)
    except NotConnectedError as error:
        yield replace(talk, outcome=error.outcome, detail=error.detail)
        return
    if may_be_for_head_alone(reply):
        reply = await _by_get(request, name, reply, started)
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
        tls=reply.tls,
        http=reply.http,
        inner=reply.inner,
    )


async def _converse(request: TalkTo, name: str | None, method: Method, started: float) -> Reply:
    """One exchange as the request asks for it. Raises NotConnectedError."""
    wait_s = min(request.wait_s, started + LONGEST_S - perf_counter())
    if request.protocol == TLS:
        from tui.probes.talk import tls

        return await tls.exchange(request, name, method, wait_s)
    from tui.probes.talk import plain

    async with connected(request.address, request.port) as sock:
        return await plain.exchange(Plain(sock), request, request.protocol, wait_s, method)


async def _by_get(request: TalkTo, name: str | None, head: Reply, started: float) -> Reply:
    """The same by GET, on a connection of its own; the answer to HEAD where none comes of that."""
    try:
        reply = await _converse(request, name, "GET", started)
    except NotConnectedError:
        return head
    return reply if reply.outcome == "answered" else head
