"""Whether large packets get through where small ones do."""

from typing import Literal

from tui.model.facts.fact import Fact

Written = Literal["acknowledged", "stalled", "not-sent", "ended"]
"""What became of a write (TIOCOUTQ, tcp(7)); `ended`: the peer closed or reset, so nothing follows from it."""


class PathMtu(Fact, frozen=True, kw_only=True, tag="path-mtu"):
    """The same harmless request on two connections, one with segments as usual and one with segments that pass anywhere."""

    address: str
    port: int
    spoken: str = ""
    """The protocol of the request."""
    small: Written
    """Its first bytes, in segments as usual."""
    large: Written
    """The rest of it, several segments, sent when the first bytes were acknowledged."""
    large_bytes: int = 0
    answered: bool | None = None
    """Whether anything came back; None where the large write was not acknowledged."""
    clamped_large: Written = "not-sent"
    """The rest of the request on the other connection, whose segments are small in both directions (TCP_MAXSEG, tcp(7))."""
    clamped_answered: bool | None = None
    clamped_mss: int | None = None
    mss: int | None = None
    """The segment size as usual (TCP_MAXSEG after the handshake), in bytes."""
    path_mtu: int | None = None
    """What the kernel holds for the path at the end (IP_MTU, ip(7)), in bytes: smaller than the link's where an ICMP error
    gave it."""
    retransmits: int | None = None
    """Segments of the large write that were sent again (TCP_INFO)."""
    pairs: int = 1
    """How many pairs of connections ended so. Where the first two differ there are three more pairs; 1 says that not all of
    these fared the same."""
    waited_ms: float = 0.0
