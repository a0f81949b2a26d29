"""Whether large packets get through where small ones do."""

from typing import Literal

from tui.model.address import Address
from tui.model.facts.fact import Fact

Written = Literal["acknowledged", "stalled", "reported", "not-sent", "ended"]
"""What became of a write (TIOCOUTQ, tcp(7)); `reported`: a router said that it was too large; `ended`: the peer closed or reset,
so nothing follows from it."""


class PathMtu(Fact, frozen=True, kw_only=True, tag="path-mtu"):
    """What large packets fare both ways, in segments as usual and in segments that pass anywhere."""

    address: Address
    port: int
    spoken: str = ""
    """The protocol of the requests."""
    answered: bool | None = None
    """Whether the answer to a small request came whole, in segments as usual."""
    answer_bytes: int = 0
    """How much of it came."""
    cut_off: bool = False
    """Whether the connection ended before the length that the answer gave itself (RFC 9112, 8)."""
    largest_segment: int | None = None
    """The largest segment of it, as the kernel sees it (tcpi_rcv_mss, TCP_INFO)."""
    clamped_answered: bool | None = None
    """Whether it came whole, or further, on a connection whose segments are small in both directions (TCP_MAXSEG, tcp(7));
    None where it came whole in segments as usual."""
    clamped_answer_bytes: int = 0
    full_size: Literal["pass", "vanish", "reported", "unknown"] = "unknown"
    """What became of packets, echo requests or UDP, as large as TCP sends and not to be fragmented, where small ones are
    answered; IPv4 alone."""
    reported_by: Address | None = None
    """The router that said that they are too large."""
    reported_mtu: int | None = None
    """The bytes that its next link takes."""
    small: Written = "not-sent"
    """The first bytes of a large request, in segments as usual."""
    large: Written = "not-sent"
    """The rest of it, several segments, sent when the first bytes were acknowledged."""
    large_bytes: int = 0
    clamped_large: Written = "not-sent"
    """The rest of the request on the other connection, whose segments are small."""
    clamped_mss: int | None = None
    mss: int | None = None
    """The segment size as usual (TCP_MAXSEG after the handshake), in bytes."""
    path_mtu_before: int | None = None
    """What the kernel remembered of the path's MTU before, in bytes (`ip route get`); None for nothing. While it does, all its
    connections there announce segments that fit, so that what large ones fare can't be seen."""
    path_mtu: int | None = None
    """What it remembered afterwards."""
    retransmits: int | None = None
    """Segments of the large write that were sent again (TCP_INFO)."""
    pairs: int = 1
    """How many pairs of connections ended so. Where the first two differ there are three more pairs; 1 says that not all of
    these fared the same."""
    waited_ms: float = 0.0
