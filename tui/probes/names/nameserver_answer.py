"""What one nameserver answers for one name: A and AAAA, asked at the same time.

The first try has EDNS, so that the server may explain an error; the second is plain, as glibc asks, for servers and
filters that drop what they do not know.
"""

import asyncio
from collections.abc import AsyncGenerator
from importlib import import_module
from time import perf_counter
from typing import Literal

from tui.model.address import literal_address
from tui.model.command_line import quoted
from tui.model.facts import NameserverAnswer, NotObserved
from tui.model.requests import AskNameserver
from tui.model.safe_text import safe_name, safe_text
from tui.model.target import LONGEST_PORT
from tui.probes.kernel.clock import now
from tui.probes.kernel.failures import errno_name
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.names.dns_exchange import Exchange, over_tcp, over_udp

TIMEOUT_S = 2.0
"""How long an answer over UDP may take, both tries together, and how long one over TCP; public resolvers give up on a
slow zone after about as long, and every working server on the same continent has answered by then."""
RecordType = Literal["A", "AAAA"]


async def check(
    request: AskNameserver,
    system: SystemView,  # noqa: ARG001 -- a check's signature
) -> AsyncGenerator[NameserverAnswer | NotObserved, None]:
    """Yield the answer for each record type as it comes; takes up to TIMEOUT_S, and as much again where it is truncated."""
    problem = _unaskable(request)
    if problem:
        yield problem
        return
    await in_thread(import_module, "tui.probes.names.dns_message")  # in a thread, so that the screen stays responsive
    lookups = [asyncio.create_task(ask(request, rtype)) for rtype in ("A", "AAAA")]
    try:
        for answer in asyncio.as_completed(lookups):
            yield await answer
    except (OSError, ValueError) as error:
        reason = f"No socket could be opened ({errno_name(error.errno)})." if isinstance(error, OSError) else f"{error}."
        yield NotObserved(request=request, reason=reason)
    finally:
        for task in lookups:
            task.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)


async def ask(
    request: AskNameserver, rtype: RecordType, *, timeout_s: float = TIMEOUT_S, plain: bool = False
) -> NameserverAnswer:
    """What the server says of one record type. `plain`: one try without EDNS, as glibc makes it.

    Raises ValueError for a name that the DNS can't carry or a server that is not an address, OSError for lack of sockets.
    """
    from tui.probes.names import dns_message

    at, started = now(), perf_counter()
    queries = dns_message.queries(request.name, rtype, checking_disabled=request.checking_disabled)
    exchange = await over_udp(request.server, request.port, queries[1:] if plain else queries, timeout_s=timeout_s)
    with_edns = exchange.query == queries[0] if exchange.outcome == "answered" and not plain else None
    over_tcp_because = exchange.is_truncated
    if over_tcp_because:
        exchange = await over_tcp(request.server, request.port, exchange.query, timeout_s=timeout_s)
    rtt_ms = (perf_counter() - started) * 1000
    answer = dns_message.read(exchange.wire, exchange.query) if exchange.outcome == "answered" else dns_message.DnsAnswer()
    return NameserverAnswer(
        at=at,
        command=_command(request, rtype),
        server=request.server,
        port=request.port,
        name=safe_text(request.name),
        rtype=rtype,
        outcome=_outcome(exchange, readable=answer.readable),
        rcode=answer.rcode,
        addresses=answer.addresses,
        cnames=answer.cnames,
        ttl_s=answer.ttl_s,
        rtt_ms=rtt_ms,
        via="tcp" if over_tcp_because else "udp",
        truncated=over_tcp_because and exchange.outcome != "answered",
        with_edns=with_edns,
        configured=request.configured,
        checking_disabled=request.checking_disabled,
        detail=_detail(exchange, answer.detail, over_tcp=over_tcp_because),
    )


def _unaskable(request: AskNameserver) -> NotObserved | None:
    """Why this server can't be asked at all, if so."""
    shown = safe_name(request.server)
    if not literal_address(request.server):
        return NotObserved(request=request, reason=f"{shown!r} is not an address.", remedy="Name the nameserver by its address.")
    if not 0 < request.port <= LONGEST_PORT:
        return NotObserved(
            request=request, reason=f"{request.port} is not a port.", remedy="Give a port from 1 to 65535; DNS uses 53."
        )
    return None


def _outcome(exchange: Exchange, *, readable: bool) -> Literal["answered", "timeout", "refused", "unreachable", "malformed"]:
    if exchange.outcome == "closed" or not readable:
        return "malformed"
    return exchange.outcome


def _detail(exchange: Exchange, remark: str, *, over_tcp: bool) -> str:
    detail = remark or exchange.detail
    return f"truncated over UDP; over TCP: {detail}" if over_tcp and exchange.outcome != "answered" else detail


def _command(request: AskNameserver, rtype: RecordType) -> str:
    options = " +cd" if request.checking_disabled else ""
    return f"dig {quoted(f'@{request.server}')} -p {request.port} {quoted(safe_text(request.name))} {rtype}{options}"
