"""Which device sent the resets for a port, by two measurements that need no privilege."""

from typing import Literal

from tui.model.facts.fact import Fact


class ResetOrigin(Fact, frozen=True, kw_only=True, tag="reset-origin"):
    """The TTLs of the resets for a port, beside those of an answer that is known to be the host's own."""

    address: str
    port: int
    received_ttl: int | None = None
    """The TTL with which the reset arrived (IP_MINTTL, IPV6_MINHOPCOUNT; ip(7)); None where it could not be measured."""
    smallest_ttl: int | None = None
    """The smallest outgoing TTL at which the reset still comes."""
    reference: Literal["syn-ack", "echo"] | None = None
    """Whose TTL is compared: that of another port's SYN-ACK, or of an echo reply."""
    reference_port: int | None = None
    reference_received_ttl: int | None = None
    reference_smallest_ttl: int | None = None
    attempts: int = 0
    """How many connection attempts it took."""
