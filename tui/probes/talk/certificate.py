"""What a certificate says, and whether a server asks for the client's."""

import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from tui.model.facts import Certificate
from tui.model.safe_text import safe_text

MOST_NAMES = 20
_LONGEST = 200
_HANDSHAKE, _CERTIFICATE_REQUEST = 22, 13


def what_it_says(fields: Mapping[str, object]) -> Certificate | None:
    """The certificate that Python's ssl describes so (SSLSocket.getpeercert); None for an empty description."""
    if not fields:
        return None
    names = [value for kind, value in _pairs(fields.get("subjectAltName")) if kind in {"DNS", "IP Address"}]
    return Certificate(
        subject=_name(fields.get("subject")),
        issuer=_name(fields.get("issuer")),
        names=tuple(safe_text(name, limit=_LONGEST) for name in names[:MOST_NAMES]),
        not_before=_moment(str(fields.get("notBefore"))),
        not_after=_moment(str(fields.get("notAfter"))),
    )


def wants_certificate(received: bytes) -> bool:
    """Whether a CertificateRequest is among the bytes of a handshake up to TLS 1.2 (RFC 5246, 7.4.4); later it is encrypted."""
    return _CERTIFICATE_REQUEST in _messages(received)


def _messages(received: bytes) -> Iterator[int]:
    """The types of the handshake messages in the first records, as far as they are readable."""
    plain, rest = b"", received
    while len(rest) >= 5 and rest[0] == _HANDSHAKE:  # noqa: PLR2004 -- the header of a record
        size = int.from_bytes(rest[3:5])
        plain, rest = plain + rest[5 : 5 + size], rest[5 + size :]
    while len(plain) >= 4:  # noqa: PLR2004 -- the header of a message
        yield plain[0]
        plain = plain[4 + int.from_bytes(plain[1:4]) :]


def _pairs(value: object) -> list[tuple[str, str]]:
    return [(str(pair[0]), str(pair[1])) for pair in value] if isinstance(value, tuple) else []


def _name(value: object) -> str:
    """`lab.example` of a distinguished name: its common name, else all of it."""
    parts = [pair for part in value for pair in _pairs(part)] if isinstance(value, tuple) else []
    common = [text for key, text in parts if key == "commonName"]
    return safe_text(common[-1] if common else ", ".join(text for _, text in parts), limit=_LONGEST)


def _moment(text: str) -> str:
    """A time of a certificate in RFC 3339; empty where it can't be read."""
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return ""
