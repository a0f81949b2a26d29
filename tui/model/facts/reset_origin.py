"""Which device sent the resets for a port, by two measurements that need no privilege.

The first is the TTL with which a reset arrives (IP_MINTTL, IPV6_MINHOPCOUNT; ip(7)), the second the smallest outgoing
TTL at which it still comes. Both mean something only beside the same numbers of an answer that is the host's own.
"""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact

INITIAL_TTLS = (64, 128, 255)
"""What stacks start with: Linux, BSD and macOS; Windows; many routers (and the highest there is)."""


def initial_ttl(received: int) -> int:
    """The initial value that a received TTL most likely came down from: the next one above it, or the highest."""
    return next((value for value in INITIAL_TTLS if received <= value), INITIAL_TTLS[-1])


class Reference(Struct, frozen=True, kw_only=True):
    """The same two numbers of another answer from the same address."""

    kind: Literal["syn-ack", "echo"]
    port: int | None = None
    """The port that accepts; None for an echo."""
    received_ttl: int | None = None
    smallest_ttl: int | None = None
    hops: tuple[tuple[int, Address], ...] = ()
    """Which routers said `time exceeded` for its packets: pairs of outgoing TTL and sender, nearest first."""


class ResetOrigin(Fact, frozen=True, kw_only=True, tag="reset-origin"):
    """The TTLs of the resets for a port, beside those of answers that are known to be the host's own."""

    address: Address
    port: int
    received_ttl: int | None = None
    """The TTL with which the reset arrived; None where it could not be measured."""
    smallest_ttl: int | None = None
    """The smallest outgoing TTL at which the reset still comes."""
    hops: tuple[tuple[int, Address], ...] = ()
    """Which routers said `time exceeded` for the port's own packets: pairs of outgoing TTL and sender, nearest first."""
    references: tuple[Reference, ...] = ()
    latency_ms: float | None = None
    """Of a reset with full TTL."""
    discarded: int | None = None
    """How many answers came and were discarded for their TTL (the rise of TCPMinTTLDrop in /proc/net/netstat, which counts
    for the whole network namespace); None where that was not read."""
    attempts: int = 0
    """How many connection attempts it took."""
