"""One question in HTTP, its answer read by h11: the head, and the first words of the body.

Law: nothing is asked but HEAD, GET or CONNECT, without credentials; at most MOST_BYTES of an answer are read.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import perf_counter
from typing import Literal, NamedTuple

import h11
from msgspec.structs import replace

from tui.model.facts import HttpAnswer
from tui.model.safe_text import safe_text
from tui.probes.talk.exchange import MOST_BYTES, ByteChannel, Ending

Method = Literal["HEAD", "GET", "CONNECT"]
REST_S = 0.2
"""How long we wait for the rest of an answer: the text of an HTTP error may come in a packet of its own."""
_LONGEST = 160
"""Characters of a header or of a body's words that are kept."""
_LONGEST_LOCATION = 500
_LONGEST_HEAD = 1 << 16
"""Bytes of a head that h11 may gather; more is no HTTP that a client would take."""
_CONTENTLESS = re.compile(rb"<(?:style|script)\b.*?(?:</(?:style|script)>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)
"""A style or script that is not closed reaches to the end, as browsers have it."""


class WebReply(NamedTuple):
    """What came back: its bytes, how that ended, and the answer where the bytes are HTTP."""

    outcome: Ending
    data: bytes
    http: HttpAnswer | None
    waited_ms: float
    """To the first byte, or to the end without any."""


async def ask(channel: ByteChannel, method: Method, path: str, host: str, *, deadline: float, old: bool = False) -> WebReply:
    """Ask for `path` of `host`; `old` asks in HTTP/1.0 without a Host line, which some servers take amiss. Raises nothing."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
    headers = [("Host", host), ("User-Agent", "refused"), ("Accept", "*/*"), ("Connection", "close")]
    if method == "CONNECT":
        headers = headers[:2]  # as curl sends it
    request = connection.send(h11.Request(method=method, target=path, headers=headers)) or b""
    request += connection.send(h11.EndOfMessage()) or b""
    started = perf_counter()
    sent = channel.send(f"{method} {path} HTTP/1.0\r\n\r\n".encode() if old else request)
    data, http, waited_ms, words = b"", None, 0.0, b""
    while len(data) < (MOST_BYTES if http else _LONGEST_HEAD):
        more = await channel.receive(min(deadline, perf_counter() + REST_S) if http else deadline)
        waited_ms = waited_ms or (perf_counter() - started) * 1000
        if isinstance(more, str):
            if not data:
                return WebReply("reset" if not sent and more == "closed" else more, data, None, waited_ms)
            more = b""
        data += more
        if not data.startswith(b"HTTP/"[: len(data)]):
            break
        head, body, ended = _events(connection, more)
        http = http or (_answer(head, method, path, (perf_counter() - started) * 1000) if head else None)
        words += body
        if ended or not more:
            break
    if http and words:
        http = replace(http, words=_words(words))
    return WebReply("answered", data, http, waited_ms)


def _events(connection: h11.Connection, data: bytes) -> tuple[h11.Response | None, bytes, bool]:
    """The head, if `data` completes it, the body's bytes in it, and whether nothing more is to come."""
    head, body = None, b""
    try:
        connection.receive_data(data)
        while True:
            event = connection.next_event()
            match event:
                case h11.Response():
                    head = event
                case h11.Data():
                    body += bytes(event.data)
                case h11.InformationalResponse():
                    continue
                case _:  # NEED_DATA, PAUSED (a tunnel is open), the end of the message, or of the connection
                    return head, body, event is not h11.NEED_DATA
    except h11.ProtocolError:
        return head, body, True


def _answer(head: h11.Response, method: Method, path: str, elapsed_ms: float) -> HttpAnswer:
    """The head as a fact keeps it."""
    fields: dict[str, str] = {}
    for name, value in head.headers:
        fields.setdefault(name.decode("ascii", "replace"), value.decode("latin-1"))
    wants = fields.get("www-authenticate") or fields.get("proxy-authenticate") or ""
    return HttpAnswer(
        method=method,
        path=safe_text(path, limit=_LONGEST_LOCATION),
        status=head.status_code,
        reason=safe_text(bytes(head.reason), limit=_LONGEST),
        server=safe_text(fields.get("server") or fields.get("via") or "", limit=_LONGEST),
        location=safe_text(fields.get("location", ""), limit=_LONGEST_LOCATION),
        retry_after=safe_text(fields.get("retry-after", ""), limit=_LONGEST),
        wants=safe_text(wants.partition(" ")[0].rstrip(","), limit=_LONGEST),
        clock_ahead_s=_clock_ahead_s(fields.get("date", "")),
        elapsed_ms=elapsed_ms,
    )


def _clock_ahead_s(date: str) -> float | None:
    """By how many seconds this machine's clock is ahead of a `Date:` (RFC 9110, 6.6.1)."""
    try:
        there = parsedate_to_datetime(date)
    except (ValueError, IndexError):
        return None
    return float(round((datetime.now(UTC) - there.replace(tzinfo=there.tzinfo or UTC)).total_seconds()))


def _words(body: bytes) -> str:
    """The first words of a body, without markup."""
    return safe_text(b" ".join(_CONTENTLESS.sub(b" ", body).split()), limit=_LONGEST)
