"""One attempt to connect: how it ended, read from the kernel."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from tui.model.facts.fact import Fact
from tui.model.requests import Purpose


class Outcome(StrEnum):
    """How one attempt ended, read from the kernel."""

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
    """Nothing to connect to: the name gave no address."""


class IcmpError(Struct, frozen=True, kw_only=True):
    """An ICMP error from the socket's error queue (IP_RECVERR, ip(7))."""

    type: int
    code: int
    meaning: str
    """`port unreachable`, `host unreachable`, `administratively prohibited`, `time exceeded`, …"""
    sender: str
    """The address that sent it (SO_EE_OFFENDER)."""


class Attempt(Fact, frozen=True, kw_only=True, tag="attempt"):
    """One attempt to connect. Exactly one of address and path is set."""

    address: str = ""
    port: int = 0
    path: str | None = None
    purpose: Purpose = "target"
    number: int = 1
    """Which attempt of the schedule, from 1."""
    total: int = 1
    """How many the schedule plans."""
    outcome: Outcome
    errno: str | None = None
    """The symbolic name, such as ECONNREFUSED."""
    latency_ms: float
    """From the call of connect to its outcome."""
    icmp: IcmpError | None = None
    error_queue: Literal["empty", "icmp", "unknown"] = "unknown"
    """`empty` proves a reset only where the kernel queues ICMP errors (Linux 5.8 and later), else `unknown`."""
    local_address: str | None = None
    local_port: int | None = None
    source: str | None = None
    """The local address that was asked for with bind, if one was."""
    retransmits: int | None = None
    """SYN retransmissions by the time it ended (TCP_INFO)."""
    local_send_failures: int | None = None
    """How many of them this machine itself did not let out (the rise of TCPRetransFail in /proc/net/netstat, which
    counts for the whole network namespace); None where that was not read."""
    held_ms: float | None = None
    """How long the connection was watched after it was made."""
    first_bytes: str | None = None
    """What the peer said first, if it spoke unasked."""
    protocol: str | None = None
    """The protocol that its first bytes belong to, where they are known."""
    rejection: str = ""
    """The words by which it turned us away, where its first bytes do: too many connections, a host that is not allowed."""
    next_in_s: float | None = None
    """The wait until the next attempt of the schedule; None after the last."""
    stopped: str | None = None
    """Why the schedule ended before its number, if it did."""


class Quiet(Fact, frozen=True, kw_only=True, tag="quiet"):
    """The first attempt is under way and has had no answer so far: a sign, long before its end, of what may come."""

    address: str
    port: int
    waited_ms: float
