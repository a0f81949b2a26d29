"""What one nameserver says of one name: A and AAAA, asked at the same time.

The first try carries EDNS, so that the server may explain an error; the second is plain, as glibc asks, for servers and
filters that drop what they do not know.
"""

import asyncio
import shlex
from collections.abc import AsyncGenerator
from importlib import import_module
from time import perf_counter
from typing import Literal

from tui.model.address import literal_address
from tui.model.facts import NameserverAnswer, NotObserved
from tui.model.requests import AskNameserver
from tui.model.safe_text import safe_text
from tui.model.target import LONGEST_PORT
from tui.probes.kernel.clock import now
from tui.probes.kernel.failures import errno_name
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.names.dns_exchange import Exchange, over_tcp, over_udp

TIMEOUT_S = 2.0
"""How long an answer over UDP may take, both tries together, and how long one over TCP; public resolvers give up on a
slow zone after about as long, and every living one on the same continent has answered."""
RecordType = Literal["A", "AAAA"]


async def check(
    request: AskNameserver,
    system: SystemView,  # noqa: ARG001 -- every look's form
) -> AsyncGenerator[NameserverAnswer | NotObserved, None]:
    """Yield the answer for each record type as it comes; takes up to TIMEOUT_S, and as much again where it is truncated."""
    problem = _unaskable(request)
    if problem:
        yield problem
        return
    await in_thread(import_module, "tui.probes.names.dns_message")  # the screen goes on meanwhile
    asked = [asyncio.create_task(ask(request, rtype)) for rtype in ("A", "AAAA")]
    try:
        for answer in asyncio.as_completed(asked):
            yield await answer
    except (OSError, ValueError) as error:
        reason = f"No socket could be had ({errno_name(error.errno)})." if isinstance(error, OSError) else f"{error}."
        yield NotObserved(at=now(), request=request, reason=reason)
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def ask(
    request: AskNameserver, rtype: RecordType, *, timeout_s: float = TIMEOUT_S, plain: bool = False
) -> NameserverAnswer:
    """What the server says of one record type. `plain`: one try without EDNS, as glibc makes it.

    Raises ValueError for a name that the DNS can't carry or a server that is no address, OSError for want of sockets.
    """
    from tui.probes.names import dns_message

    at, started = now(), perf_counter()
    queries = dns_message.queries(request.name, rtype, checking_disabled=request.checking_disabled)
    got = await over_udp(request.server, request.port, queries[1:] if plain else queries, timeout_s=timeout_s)
    over_tcp_because = got.is_truncated
    if over_tcp_because:
        got = await over_tcp(request.server, request.port, got.query, timeout_s=timeout_s)
    rtt_ms = (perf_counter() - started) * 1000
    said = dns_message.read(got.wire, got.query) if got.outcome == "answered" else dns_message.DnsAnswer()
    return NameserverAnswer(
        at=at,
        command=_by_hand(request, rtype),
        server=request.server,
        port=request.port,
        name=safe_text(request.name),
        rtype=rtype,
        outcome=_outcome(got, readable=said.readable),
        rcode=said.rcode,
        addresses=said.addresses,
        cnames=said.cnames,
        ttl_s=said.ttl_s,
        rtt_ms=rtt_ms,
        via="tcp" if over_tcp_because else "udp",
        truncated=over_tcp_because and got.outcome != "answered",
        configured=request.configured,
        checking_disabled=request.checking_disabled,
        detail=_detail(got, said.detail, over_tcp=over_tcp_because),
    )


def _unaskable(request: AskNameserver) -> NotObserved | None:
    """Why this server can't be asked at all, if so."""
    shown = safe_text(request.server, limit=80)
    if not literal_address(request.server):
        return NotObserved(
            at=now(), request=request, reason=f"{shown!r} is not an address.", remedy="Name the nameserver by its address."
        )
    if not 0 < request.port <= LONGEST_PORT:
        return NotObserved(
            at=now(), request=request, reason=f"{request.port} is not a port.", remedy="Give a port from 1 to 65535; DNS has 53."
        )
    return None


def _outcome(got: Exchange, *, readable: bool) -> Literal["answered", "timeout", "refused", "unreachable", "malformed"]:
    if got.outcome == "closed" or not readable:
        return "malformed"
    return got.outcome


def _detail(got: Exchange, said: str, *, over_tcp: bool) -> str:
    detail = said or got.detail
    return f"truncated over UDP; over TCP: {detail}" if over_tcp and got.outcome != "answered" else detail


def _by_hand(request: AskNameserver, rtype: RecordType) -> str:
    options = " +cd" if request.checking_disabled else ""
    return f"dig @{request.server} -p {request.port} {shlex.quote(safe_text(request.name))} {rtype}{options}"
