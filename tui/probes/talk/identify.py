"""Which protocol a server's first bytes belong to, by the protocol's specification; and whether they turn us away.

Law: a protocol is named only by a mark that no other has; where two share it, both are named.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tui.model.safe_text import safe_text
from tui.probes.talk import binary

LONGEST_WORDS = 160
"""Characters of a status line or an error that are kept."""


class Identified(NamedTuple):
    """What some first bytes are. `protocols` has several where they look alike, none where the bytes are not known."""

    protocols: tuple[str, ...] = ()
    detail: str = ""
    rejection: str = ""
    """The words of a server that is full, or does not want us."""


TLS_WANTED = (
    b"plain HTTP request was sent to HTTPS port",  # nginx
    b"speaking plain HTTP to an SSL-enabled server port",  # Apache httpd
    b"Client sent an HTTP request to an HTTPS server",  # Go net/http
    b"This combination of host and port requires TLS",  # Apache Tomcat
)
"""What servers answer in plain HTTP on a port for TLS."""
_NATIVE = {
    b"It looks like you are trying to access MongoDB over HTTP": "MongoDB",
    b"is for clickhouse-client program": "ClickHouse",
    b"This is not a HTTP port": "Elasticsearch transport",
    b"This is not an HTTP port": "Elasticsearch transport",
}
"""What servers of another protocol answer to HTTP, in HTTP."""
_REDIS_ERRORS = re.compile(rb"-(?:ERR (?:unknown|wrong number|max number|Protocol|syntax|operation)|[A-Z]{4,} )")
"""Redis's errors begin with a word in capitals; `-ERR` alone is POP3's as well (RFC 1939)."""
_FULL = re.compile(
    rb"too many|max(?:imum)? number of clients|maximum connections|max connections|connection limit|connections reached"
    rb"|too busy|try again later",
    re.IGNORECASE,
)
"""How servers say that they are full."""
_UNWANTED = re.compile(
    rb"^-(?:LOADING|MASTERDOWN|BUSY|CLUSTERDOWN) "
    rb"|is blocked|not allowed|no pg_hba\.conf entry|access denied|protected mode|no smtp service|service not available"
    rb"|not welcome",
    re.IGNORECASE,
)
"""How servers say that they do not want this client, or, as Redis in its error words, nobody for now."""


def identify(data: bytes) -> Identified:
    """What the first bytes of a server are. Raises nothing, whatever they are."""
    for reader in _READERS:
        identified = reader(data)
        if identified:
            return identified
    return Identified()


def first_line(data: bytes) -> str:
    """The first line, as safe text for people."""
    return safe_text(re.split(rb"[\r\n]", data, maxsplit=1)[0], limit=LONGEST_WORDS)


def _http(data: bytes) -> Identified | None:
    native = next((name for mark, name in _NATIVE.items() if mark in data), None)
    if native:
        return Identified((native,), first_line(data))
    if not data.startswith(b"HTTP/"):
        return None
    wanted = next((mark for mark in TLS_WANTED if mark in data), None)
    return Identified(("TLS",), f"{first_line(data)}: {wanted.decode()}") if wanted else Identified(("HTTP",), first_line(data))


def _ssh(data: bytes) -> Identified | None:
    if data.startswith((b"Exceeded MaxStartups", b"Not allowed at this time")):  # OpenSSH's words before its version
        return Identified(("SSH",), first_line(data), first_line(data))
    return Identified(("SSH",), first_line(data)) if data.startswith(b"SSH-") else None


def _reply_codes(data: bytes) -> Identified | None:
    """SMTP and FTP greet with 220, and turn away with 421 or 5xx (RFC 5321, RFC 959); NNTP with 200 or 201 (RFC 3977)."""
    if not re.match(rb"\d\d\d[ -]", data):
        return None
    code = int(data[:3])
    if code in {200, 201}:
        return Identified(("NNTP",), first_line(data)) if re.search(rb"nntp|news|inn", data, re.IGNORECASE) else None
    if code not in {120, 220, 421, 500, 502, 503, 530, 550, 554}:
        return None
    smtp, ftp = re.search(rb"smtp|postfix|mail|exim", data, re.IGNORECASE), re.search(rb"ftp", data, re.IGNORECASE)
    protocols = ("SMTP", "FTP") if bool(smtp) == bool(ftp) else ("SMTP",) if smtp else ("FTP",)
    return Identified(protocols, first_line(data), first_line(data) if code in {421, 530, 550, 554} else "")


def _imap(data: bytes) -> Identified | None:
    if not data.startswith((b"* OK", b"* PREAUTH", b"* BYE", b"* BAD")):
        return None
    return Identified(("IMAP",), first_line(data), first_line(data) if data.startswith(b"* BYE") else "")


def _redis_or_pop3(data: bytes) -> Identified | None:
    if data.startswith(b"-ERR '"):
        return Identified(("NATS",), first_line(data), _rejection(data))
    if data.startswith(b"+PONG") or _REDIS_ERRORS.match(data):
        return Identified(("Redis",), first_line(data), _rejection(data))
    if data.startswith(b"+OK"):
        return Identified(("POP3",), first_line(data))
    return Identified(("Redis", "POP3"), first_line(data), _rejection(data)) if data.startswith(b"-ERR") else None


def _other_text(data: bytes) -> Identified | None:
    if data.startswith(b"RFB "):
        return Identified(("VNC",), first_line(data), _rejection(data))
    if data.startswith((b"@RSYNCD:", b"@ERROR")):
        return Identified(("rsync",), first_line(data), _rejection(data))
    if data.startswith(b"INFO {"):
        return Identified(("NATS",), first_line(data))
    if re.match(rb"VERSION \d|ERROR(?: Too many open connections)?\r\n|CLIENT_ERROR |SERVER_ERROR ", data):
        return Identified(("memcached",), first_line(data), _rejection(data))
    return None


def _rejection(data: bytes) -> str:
    return first_line(data) if _FULL.search(data) or _UNWANTED.search(data) else ""


def _from_binary(read: Callable[[bytes], str | None], protocol: str) -> Callable[[bytes], Identified | None]:
    """A reader for a protocol known by its bytes; its words are shown, and searched for a rejection."""

    def identified(data: bytes) -> Identified | None:
        detail = read(data)
        if detail is None:
            return None
        words = detail.encode()
        return Identified((protocol,), detail, detail if _FULL.search(words) or _UNWANTED.search(words) else "")

    return identified


_READERS: tuple[Callable[[bytes], Identified | None], ...] = (
    _ssh,
    _http,
    _imap,
    _redis_or_pop3,
    _other_text,
    _reply_codes,
    *(_from_binary(read, protocol) for protocol, read in binary.PROTOCOLS.items()),
)
