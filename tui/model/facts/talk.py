"""What a service says when it is spoken to as its scheme or port asks."""

from typing import Literal

from tui.model.address import Address
from tui.model.facts.answer import HttpAnswer, InnerAnswer, TlsAnswer
from tui.model.facts.fact import Fact
from tui.model.protocols import label_of


class Talk(Fact, frozen=True, kw_only=True, tag="talk"):
    """One connection on which a harmless first request was sent, and the first bytes that came back."""

    address: Address
    port: int
    spoken: str
    """The protocol that was spoken: `TLS`, `HTTP`, `PostgreSQL`, `Redis`, …"""
    listened: bool = False
    """Whether nothing was sent, because in that protocol the server speaks first."""
    outcome: Literal["answered", "closed", "reset", "silent", "failed"]
    """`silent`: connected, sent, and nothing came within the time; `failed`: it did not connect."""
    understood: Literal["yes", "no", "unknown"] = "unknown"
    """Whether the answer is one of the protocol that was spoken."""
    protocols: tuple[str, ...] = ()
    """The protocols that the first bytes can belong to: one, or two that look alike; empty where they are not known."""
    rejection: str = ""
    """The words by which the server turned us away, where it did: too many connections, a host that is not allowed."""
    first_bytes: str = ""
    detail: str = ""
    """A TLS alert, an HTTP status line, an error in words."""
    acknowledged: bool | None = None
    """Whether the other end's kernel acknowledged what was sent (SIOCOUTQ, tcp(7)); None where nothing was, or not known."""
    waited_ms: float = 0.0
    tls: TlsAnswer | None = None
    """How TLS was agreed, where it was spoken and answered."""
    http: HttpAnswer | None = None
    """The answer, where HTTP was spoken, plain or inside TLS, and answered as such."""
    inner: InnerAnswer | None = None
    """What was answered inside TLS, where the protocol in there is not HTTP."""

    @property
    def answers_as(self) -> str | None:
        """What it speaks, for people: `HTTP`, `SMTP or FTP`; None where that is not known."""
        return label_of(self.protocols)
