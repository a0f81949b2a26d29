"""Exchanges on a channel, which is TLS or not: one request, or none, and what comes back."""

import re
from time import perf_counter
from typing import Literal

from tui.model.address import endpoint
from tui.model.protocols import HTTP, TLS
from tui.model.requests import TalkTo
from tui.probes.talk import web
from tui.probes.talk.exchange import ByteChannel, Reply
from tui.probes.talk.first_words import DNS_ID, KAFKA_CORRELATION, farewell_of, request_of
from tui.probes.talk.identify import Identified, identify
from tui.probes.talk.web import Method

NOT_BY_HEAD = frozenset({401, 407, 421, 429})
"""Statuses from 400 that a second request would not change: all others may be for HEAD alone, or have words in their body."""


async def exchange(channel: ByteChannel, request: TalkTo, protocol: str, wait_s: float, method: Method = "HEAD") -> Reply:
    """Send the first request of `protocol` as `request` asks, and read. Raises nothing but KeyError for an unknown protocol."""
    if protocol == HTTP:
        return await _in_http(channel, request, wait_s, method)
    started = perf_counter()
    words = request_of(protocol)
    sent = channel.send(words)
    first = await channel.receive(started + wait_s)
    waited_ms = (perf_counter() - started) * 1000
    taken = channel.acknowledged() if words else None
    if isinstance(first, str):
        return Reply("reset" if not sent and first == "closed" else first, acknowledged=taken, waited_ms=waited_ms)
    identified = _identify(protocol, first)
    understood = understands(protocol, identified.protocols)
    if understood == "yes":
        channel.send(farewell_of(protocol))
    return Reply("answered", first, identified, understood, taken, waited_ms)


async def _in_http(channel: ByteChannel, request: TalkTo, wait_s: float, method: Method) -> Reply:
    """The target's path, by the name that was given; the second time by the plainest GET, for servers that know nothing else."""
    asked = await web.ask(
        channel,
        "GET" if request.again else method,
        request.path,
        _host(request),
        deadline=perf_counter() + wait_s,
        old=bool(request.again),
    )
    taken = channel.acknowledged()
    if asked.outcome != "answered":
        return Reply(asked.outcome, acknowledged=taken, waited_ms=asked.waited_ms)
    identified = identify(asked.data)
    understood = understands(HTTP, identified.protocols)
    return Reply("answered", asked.data, identified, understood, taken, asked.waited_ms, http=asked.http)


def _host(request: TalkTo) -> str:
    """The Host line: the name that was given, and the port where it is not the scheme's own (RFC 9110, 7.2)."""
    host = endpoint(request.server_name or request.address, request.port)
    usual = 443 if request.protocol == TLS else 80
    return host.removesuffix(f":{usual}") if request.port == usual else host


def may_be_for_head_alone(reply: Reply) -> bool:
    """Whether the answer to a HEAD should be looked at again by GET: it is an error, whose words HEAD leaves out."""
    http = reply.http
    return http is not None and http.method == "HEAD" and http.status >= 400 and http.status not in NOT_BY_HEAD  # noqa: PLR2004


def understands(spoken: str, protocols: tuple[str, ...]) -> Literal["yes", "no", "unknown"]:
    """Whether an answer that can belong to any of `protocols` fits the one that was spoken; `unknown` where there are none."""
    if not protocols:
        return "unknown"
    return "yes" if spoken in protocols else "no"


def _identify(protocol: str, data: bytes) -> Identified:
    """What `data` is, given what was asked: some answers are too short to be recognized without the question."""
    if protocol == "PostgreSQL" and data in {b"S", b"N"}:
        return Identified(("PostgreSQL",), "offers TLS" if data == b"S" else "offers no TLS")
    if protocol == "Kafka" and data[4:8] == KAFKA_CORRELATION:
        return Identified(("Kafka",), "ApiVersions")
    if protocol == "SOCKS" and re.fullmatch(rb"\x05[\x00-\x02\xff]", data):
        return Identified(("SOCKS",), f"method {data[1]}")
    if protocol == "DNS" and data[2:4] == DNS_ID:
        return Identified(("DNS",), "an answer")
    return identify(data)
