"""How an attempt ends, and how a target answers as a whole."""

from enum import StrEnum


class Outcome(StrEnum):
    """How one attempt ended, read from the kernel; or how the target answers as a whole."""

    CONNECTED = "connected"
    REFUSED = "refused"
    """ECONNREFUSED: a reset, or an ICMP port unreachable (then `icmp` is set)."""
    REJECTED = "rejected"
    """ICMP administratively prohibited."""
    UNREACHABLE = "unreachable"
    """ICMP network or host unreachable, or time exceeded at full TTL."""
    TIMEOUT = "timeout"
    BLOCKED = "blocked"
    """Our own kernel said no before anything was sent; or a Unix socket may not be used."""
    RESET = "reset"
    """Connected, then reset before any byte."""
    CLOSED = "closed"
    """Connected, then closed by the peer before any byte."""
    SILENT = "silent"
    """Connected, a request was sent, and nothing came."""
    NAME_ERROR = "name-error"
    """Nothing to connect to: the name gave no address. Of a target, never of an attempt."""
    PENDING = "pending"
    """No attempt has ended, because none could be made or the walk was cut. Of a target, never of an attempt."""
