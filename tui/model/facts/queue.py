"""A listener's accept queue, watched for a while."""

from tui.model.facts.fact import Fact


class QueueWatch(Fact, frozen=True, kw_only=True, tag="queue-watch"):
    """The accept queue of the listeners on a port against its limit, and the kernel's overflow counters meanwhile."""

    address: str
    port: int
    vantage: str | None = None
    pid: int | None = None
    process: str | None = None
    lengths: tuple[int, ...] = ()
    """Connections that waited to be accepted, at each look."""
    limit: int | None = None
    """How many may wait; the kernel takes one more (tcp(7), listen(2))."""
    somaxconn: int | None = None
    overflows: int | None = None
    """The rise of ListenOverflows meanwhile; counted for the whole network namespace."""
    drops: int | None = None
    """The rise of ListenDrops meanwhile; likewise."""
    attempted: bool = False
    """Whether an attempt of ours ran meanwhile."""
    watched_ms: float = 0.0
