"""What a pasted error text says: somebody else's word, of another moment and perhaps of another place.

Law: it is evidence of what its program met where it ran, and never of what is so here. Only phrases that programs share
are quoted from the text, so that no secret of it is kept.
"""

from typing import Literal

from msgspec import Struct

from tui.model.facts.fact import Fact

ErrorClass = Literal[
    "refused",
    "timeout",
    "dns",
    "reset",
    "unreachable",
    "tls",
    "proxy",
    "permission",
    "descriptors",
    "in-use",
    "no-address",
    "no-space",
    "other",
]
"""`reset` is also a peer that closed too early; `proxy` means that the proxy is what failed. The five before `other` are about
the machine or the process that wrote the text: EACCES and EPERM, EMFILE and ENFILE, EADDRINUSE, EADDRNOTAVAIL, ENOSPC."""

Role = Literal["target", "proxy", "dialled", "upstream", "bind"]
"""What was asked for; the proxy in between; the address that was actually tried; the server behind a reverse proxy; what a
server wanted to listen on."""


class TextOrigin(Struct, frozen=True, kw_only=True):
    """Where and when the text was written, by the line of a log that holds it; None for what it does not say."""

    at: str | None = None
    """Its time as it is written there, of an unknown time zone in most logs."""
    container: str | None = None
    """The container's name as docker compose prints it before a line, or the pod's as kubectl does."""
    host: str | None = None
    """The machine that syslog names, where it is another one than this."""
    pid: int | None = None
    """The process that syslog or nginx names."""


class ErrorText(Fact, frozen=True, kw_only=True, tag="error-text"):
    """What the text says of the failure."""

    says: ErrorClass
    words: str = ""
    """The phrase that says it, as it stands in the text; empty where only the form of the text does."""
    tool: str | None = None
    """The program or library that wrote it."""
    role: Role = "target"
    """What the walked endpoint is in the text."""
    dialled: tuple[str, ...] = ()
    """The addresses that the text says were tried for the name."""
    origin: TextOrigin = TextOrigin()
