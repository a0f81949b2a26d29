"""The parts of what a service answers: an HTTP answer, how TLS was agreed, and what was said inside it."""

from typing import Literal

from msgspec import Struct


class HttpAnswer(Struct, frozen=True, kw_only=True):
    """The head of one HTTP answer (RFC 9110), and the first words of its body."""

    method: Literal["HEAD", "GET", "CONNECT"]
    path: str
    """What was asked for: path and query, or `host:port` for CONNECT, or a whole URL where a proxy was asked."""
    status: int
    reason: str = ""
    """The words of the status line; HTTP/1.1 lets a server leave them out."""
    server: str = ""
    """Its `Server:`, else its `Via:`: who says that it answers."""
    location: str = ""
    retry_after: str = ""
    wants: str = ""
    """The scheme of `WWW-Authenticate:` or `Proxy-Authenticate:`: `Basic`, `Bearer`, …"""
    words: str = ""
    """The first words of the body, without markup."""
    clock_ahead_s: float | None = None
    """By how much this machine's clock is ahead of the answer's `Date:`, to the second; None where there is none."""
    elapsed_ms: float = 0.0
    """From the request to the end of the answer's head."""

    @property
    def asked(self) -> str:
        """`GET /health`."""
        return f"{self.method} {self.path}"

    @property
    def status_line(self) -> str:
        """`502 Bad Gateway`."""
        return f"{self.status} {self.reason}".strip()


class Certificate(Struct, frozen=True, kw_only=True):
    """What an X.509 certificate says (RFC 5280). Times are UTC in RFC 3339."""

    subject: str
    issuer: str
    names: tuple[str, ...] = ()
    """The DNS names and addresses of its subjectAltName, which alone count (RFC 9525)."""
    not_before: str
    not_after: str


class TlsAnswer(Struct, frozen=True, kw_only=True):
    """How TLS was agreed: with the offers of a usual client that verifies, and, where that failed, with old ones and none."""

    server_name: str | None = None
    """The name that was sent (SNI); None for an address."""
    version: str = ""
    """`TLSv1.3`; empty where no handshake was completed."""
    cipher: str = ""
    usual: bool = True
    """Whether it came to that with the offers of a usual client; False where only old versions or ciphers would do."""
    failure: str = ""
    """OpenSSL's word for how a usual client's handshake failed (`UNSUPPORTED_PROTOCOL`), or how the connection ended in it
    (`closed`, `reset`, `silent`); empty where it was completed."""
    trusted: bool | None = None
    """Whether this machine's store and the certificate's names and dates satisfy a client that verifies; None where unknown."""
    verify_code: int = 0
    """OpenSSL's verdict where they do not (X509_V_ERR_*, `openssl verify`): 10 for expired, 62 for another name, …"""
    verify_words: str = ""
    store: str = ""
    """The file of authorities that was used."""
    certificate: Certificate | None = None
    """What was presented; None where no handshake was completed or it could not be read."""
    alert: str = ""
    """The fatal alert that the server sent, by its name in RFC 8446, 6.2: `unrecognized_name`."""
    wants_certificate: bool = False
    """Whether the server was seen to ask for a client's certificate; up to TLS 1.2 that can be read."""


class InnerAnswer(Struct, frozen=True, kw_only=True):
    """What came back inside TLS to the first words of another protocol than HTTP."""

    outcome: Literal["answered", "closed", "reset", "silent"]
    protocols: tuple[str, ...] = ()
    """The protocols that its first bytes can belong to."""
    words: str = ""
    rejection: str = ""
    waited_ms: float = 0.0
