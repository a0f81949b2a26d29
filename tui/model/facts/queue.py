"""The accept queues of a port's listeners, watched for a moment."""

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact
from tui.model.facts.outcome import Outcome
from tui.model.facts.sockets import Listener


class AcceptQueue(Struct, frozen=True, kw_only=True):
    """One listening socket and how many connections waited in its queue at each reading, oldest first."""

    listener: Listener
    lengths: tuple[int, ...]

    @property
    def limit(self) -> int | None:
        """How many may wait; the kernel takes one more, and drops what comes then (sk_acceptq_is_full in net/sock.h)."""
        return self.listener.queue_limit

    @property
    def always_full(self) -> bool:
        """Whether there was no room at any reading."""
        return self.limit is not None and bool(self.lengths) and all(length > self.limit for length in self.lengths)

    @property
    def ever_full(self) -> bool:
        """Whether there was no room at some reading."""
        return self.limit is not None and any(length > self.limit for length in self.lengths)

    @property
    def ever_at_limit(self) -> bool:
        """Whether there was room for at most one more at some reading; an empty queue never counts."""
        return self.limit is not None and any(length >= max(self.limit, 1) for length in self.lengths)


class QueueWatch(Fact, frozen=True, kw_only=True, tag="queue-watch"):
    """The accept queues of the listeners on a port, and the kernel's overflow counters meanwhile (tcp(7), listen(2))."""

    address: Address
    port: int
    vantage: str | None = None
    queues: tuple[AcceptQueue, ...] = ()
    """Of every listener on the port, whatever its address; a service may have several (SO_REUSEPORT)."""
    somaxconn: int | None = None
    """The most that a listener may have as its limit (net.core.somaxconn) when it calls listen(); older ones may have more."""
    overflows: int | None = None
    """The rise of ListenOverflows meanwhile: connections that found a full queue. It counts for the whole network namespace."""
    drops: int | None = None
    """The rise of ListenDrops meanwhile: those, and what was dropped for other reasons. Likewise."""
    tried: Outcome | None = None
    """How our own attempts meanwhile, one a second, ended; `timeout` where none was answered."""
    tried_ms: float | None = None
    """How long that took; None for no answer."""
    watched_ms: float = 0.0
