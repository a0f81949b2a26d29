"""Whether large packets get through where small ones do."""

from typing import Literal

from tui.model.facts.fact import Fact


class PathMtu(Fact, frozen=True, kw_only=True, tag="path-mtu"):
    """A write after a handshake, watched until it is acknowledged (TIOCOUTQ, tcp(7))."""

    address: str
    port: int
    small: Literal["acknowledged", "stalled", "not-sent"]
    large: Literal["acknowledged", "stalled", "not-sent", "ended"]
    """`ended`: the peer closed or reset, so it tells nothing."""
    large_bytes: int = 0
    mss: int | None = None
    """The segment size in use at the end (TCP_INFO), in bytes."""
    path_mtu: int | None = None
    """What the kernel holds for the path (IP_MTU, ip(7)), in bytes."""
    retransmits: int | None = None
    waited_ms: float = 0.0
