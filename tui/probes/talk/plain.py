"""Exchanges that are not TLS: one request, or none, and what comes back."""

import re
import socket
from time import perf_counter
from typing import Literal

from tui.model.address import endpoint
from tui.model.requests import TalkTo
from tui.probes.talk.exchange import MOST_BYTES, Reply, acknowledged, receive, send
from tui.probes.talk.first_words import DNS_ID, KAFKA_CORRELATION, farewell_of, request_of
from tui.probes.talk.identify import Identified, identify

REST_S = 0.2
"""How long we wait for the rest of an answer: the text of an HTTP error may come in a packet of its own."""


async def exchange(sock: socket.socket, request: TalkTo, wait_s: float) -> Reply:
    """Send the first request of `request.protocol` on a connected socket, and read. Raises nothing but KeyError."""
    started = perf_counter()
    words = request_of(request.protocol, endpoint(request.server_name or request.address, request.port), again=request.again)
    sent = send(sock, words)
    first = await receive(sock, started + wait_s)
    waited_ms = (perf_counter() - started) * 1000
    taken = acknowledged(sock) if words else None
    if isinstance(first, str):
        return Reply("reset" if not sent and first == "closed" else first, acknowledged=taken, waited_ms=waited_ms)
    data = first
    if _may_go_on(data):
        data = await _rest(sock, data)
    identified = _identify(request.protocol, data)
    understood = understands(request.protocol, identified.protocols)
    if understood == "yes":
        send(sock, farewell_of(request.protocol))
    return Reply("answered", data, identified, understood, taken, waited_ms)


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


def _may_go_on(data: bytes) -> bool:
    """Whether it is an HTTP error, whose text says more than its status line."""
    return bool(re.match(rb"HTTP/1\.\d [45]\d\d|HTTP/1\.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain", data))


async def _rest(sock: socket.socket, data: bytes) -> bytes:
    deadline = perf_counter() + REST_S
    while len(data) < MOST_BYTES:
        more = await receive(sock, deadline)
        if isinstance(more, str):
            return data
        data += more
    return data
