"""One attempt to connect: how it ended, read from the kernel."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address, endpoint
from tui.model.facts.fact import Fact
from tui.model.facts.outcome import Outcome
from tui.model.requests import Purpose


class IcmpError(Struct, frozen=True, kw_only=True):
    """An ICMP error from the socket's error queue (IP_RECVERR, ip(7))."""

    type: int
    code: int
    meaning: str
    """`port unreachable`, `host unreachable`, `administratively prohibited`, `time exceeded`, …"""
    sender: Address
    """The address that sent it (SO_EE_OFFENDER)."""


class Attempt(Fact, frozen=True, kw_only=True):
    """One attempt to connect: what the attempts of every kind have. A `TcpAttempt` or a `UnixAttempt`, never this alone."""

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
    """Why the schedule ended early, if it did."""

    @property
    def where(self) -> str:
        """What was tried, as a symptom names it: the address, or the socket's path."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """The endpoint in words: `10.0.3.9:5432`, `[::1]:80`, `/run/app.sock`."""
        raise NotImplementedError


class TcpAttempt(Attempt, frozen=True, kw_only=True, tag="attempt"):
    """One attempt to connect to a TCP port."""

    address: Address
    port: int
    icmp: IcmpError | None = None
    error_queue: Literal["empty", "icmp", "unknown"] = "unknown"
    """`empty` proves a reset only where the kernel queues ICMP errors (Linux 5.8 and later), else `unknown`."""
    local_address: Address | None = None
    local_port: int | None = None
    source: Address | None = None
    """The local address that was asked for with bind, if one was."""
    device: str | None = None
    """The interface that was asked for, if one was."""
    retransmits: int | None = None
    """SYN retransmissions by the time it ended (TCP_INFO)."""
    local_send_failures: int | None = None
    """How many of them this machine itself did not let out (the rise of TCPRetransFail in /proc/net/netstat, which
    counts for the whole network namespace); None where that was not read."""
    resets_sent: int | None = None
    """How many resets this machine's own TCP sent while the attempt was refused (the rise of OutRsts in /proc/net/snmp,
    likewise): at least one where its own kernel refused, none where a filter rule or another machine did; None where it
    was not refused, or that was not read."""

    @property
    def where(self) -> str:
        """The address."""
        return self.address

    @property
    def label(self) -> str:
        """`10.0.3.9:5432`, `[::1]:80`."""
        return endpoint(self.address, self.port)


class UnixAttempt(Attempt, frozen=True, kw_only=True, tag="unix-attempt"):
    """One attempt to connect to a Unix socket."""

    path: str

    @property
    def where(self) -> str:
        """The path."""
        return self.path

    @property
    def label(self) -> str:
        """The path."""
        return self.path


class Quiet(Fact, frozen=True, kw_only=True, tag="quiet"):
    """The first attempt, or talk, is under way and has had no answer so far: a sign, long before its end, of what may come."""

    address: Address
    port: int
    waited_ms: float
    protocol: str | None = None
    """What is spoken, as in TalkTo; None for an attempt."""
