"""What probes saw. A fact names no cause; "could not look" is a fact with its reason.

Every fact has an id (given by the session), the time it was seen (UTC, RFC 3339) and the command that shows
the same by hand. Durations are in milliseconds where a name ends in `_ms`. Text from outside has passed
`safe_text` before it gets here.
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tui.model.requests import AnyRequest, Purpose

Family = Literal["IPv4", "IPv6"]


class Fact(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every fact carries."""

    id: str = ""
    at: str = ""
    by_hand: str = ""


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
    of: int = 1
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
    kept_back: int | None = None
    """How many of them this machine itself did not let out (the rise of TCPRetransFail in /proc/net/netstat, which
    counts for the whole network namespace); None where that was not read."""
    held_ms: float | None = None
    """How long the connection was watched after it was made."""
    first_bytes: str | None = None
    """What the peer said first, if it spoke unasked."""
    next_in_s: float | None = None
    """The wait until the next attempt of the schedule; None after the last."""
    stopped: str | None = None
    """Why the schedule ended before its number, if it did."""


class HostsEntry(Struct, frozen=True, kw_only=True):
    """A line of the hosts file that names the host."""

    path: str
    line: int
    address: str
    text: str


class NearName(Struct, frozen=True, kw_only=True):
    """A known name that looks like the one that was not found."""

    name: str
    where: str


class NameSources(Fact, frozen=True, kw_only=True, tag="name-sources"):
    """How this machine turns `name` into addresses: files and settings."""

    name: str
    hosts: tuple[HostsEntry, ...] = ()
    nsswitch: tuple[str, ...] = ()
    """The words of the `hosts:` line, in order; the default `files dns` where there is none."""
    nsswitch_line: str = ""
    """Where it stands, as `path:line`; empty where the default is used."""
    nameservers: tuple[str, ...] = ()
    """The configured servers, as ADDRESS or ADDRESS:PORT."""
    nameservers_unused: tuple[str, ...] = ()
    """Servers after the third, which are configured and never asked (MAXNS, resolv.conf(5))."""
    resolv_conf: str = "/etc/resolv.conf"
    search: tuple[str, ...] = ()
    ndots: int = 1
    expansions: tuple[str, ...] = ()
    """The full names that a DNS lookup tries, in order (resolv.conf(5))."""
    near_names: tuple[NearName, ...] = ()


class SystemAnswer(Fact, frozen=True, kw_only=True, tag="system-answer"):
    """What programs here get for `name` (getaddrinfo), in their order."""

    name: str
    addresses: tuple[str, ...] = ()
    canonical: str | None = None
    error: str | None = None
    """EAI_NONAME, EAI_AGAIN, …, or None."""
    error_text: str = ""
    source: str | None = None
    """The nsswitch source that gave it: `files`, `dns`, `myhostname`, …; None where it can't be told."""
    took_ms: float
    emulated: bool = False
    """Whether it was worked out from the files of another vantage instead of by getaddrinfo."""


class NameserverAnswer(Fact, frozen=True, kw_only=True, tag="nameserver-answer"):
    """What one nameserver said about one name and type."""

    server: str
    port: int = 53
    name: str
    rtype: Literal["A", "AAAA"]
    outcome: Literal["answered", "timeout", "refused", "unreachable", "malformed"]
    """`refused`: its port answered with a reset or ICMP. The DNS code REFUSED is `answered` with that rcode."""
    rcode: str | None = None
    addresses: tuple[str, ...] = ()
    cnames: tuple[str, ...] = ()
    ttl_s: int | None = None
    rtt_ms: float
    via: Literal["udp", "tcp"] = "udp"
    truncated: bool = False
    configured: bool = True
    checking_disabled: bool = False
    detail: str = ""
    """The error in words, or an Extended DNS Error (RFC 8914)."""


class Listener(Struct, frozen=True, kw_only=True):
    """One listening TCP socket or bound UDP socket, and who holds it."""

    proto: Literal["tcp", "udp"]
    address: str
    port: int
    v6_only: bool = False
    """Whether an IPv6 wildcard socket takes IPv6 alone (IPV6_V6ONLY)."""
    device: str | None = None
    inode: int | None = None
    uid: int | None = None
    user: str | None = None
    pid: int | None = None
    process: str | None = None
    command: str | None = None
    unit: str | None = None
    container: str | None = None
    queue: int | None = None
    """Connections that wait to be accepted."""
    queue_limit: int | None = None
    started: float | None = None
    """When the process started, in seconds since the epoch."""

    @property
    def who(self) -> str:
        """The owner for people: unit or process and pid, or the user, or `?`."""
        name = self.container or self.unit or self.process
        if name and self.pid:
            return f"{name}, pid {self.pid}"
        return name or (f"user {self.user}" if self.user else "?")


class Listeners(Fact, frozen=True, kw_only=True, tag="listeners"):
    """The listening sockets of this machine, or of the vantage."""

    listeners: tuple[Listener, ...] = ()
    vantage: str | None = None
    hidden_owners: int = 0
    """How many sockets belong to processes that this user may not look into."""
    owners_known: bool = True
    """False for the quick first look, before the owners have been searched."""
    addresses: tuple[str, ...] = ()
    """The addresses of the vantage's machine; empty for this machine, and where they could not be read."""
    cut: int = 0
    """How many listeners were left out because there were too many."""


class Addresses(Fact, frozen=True, kw_only=True, tag="addresses"):
    """The addresses of this machine, by interface."""

    addresses: tuple[tuple[str, str], ...]
    """Pairs of interface and address."""
    ipv6_disabled: bool = False


class Route(Fact, frozen=True, kw_only=True, tag="route"):
    """The route that the kernel would take to `address`."""

    address: str
    type: Literal["unicast", "local", "broadcast", "multicast", "unreachable", "prohibit", "blackhole", "throw", "none"]
    gateway: str | None = None
    device: str | None = None
    source: str | None = None
    destination: str | None = None
    """The matching prefix as the table has it, such as `10.0.0.0/8`; None where it can't be told."""
    table: int | None = None
    errno: str | None = None
    text: str = ""
    """The route as `ip route` prints it."""


class Neighbour(Fact, frozen=True, kw_only=True, tag="neighbour"):
    """This link's knowledge of `address`."""

    address: str
    device: str
    state: Literal["reachable", "stale", "delay", "probe", "permanent", "noarp", "incomplete", "failed", "none"]
    mac: str | None = None


class Echo(Fact, frozen=True, kw_only=True, tag="echo"):
    """The answers to a few ICMP echo requests."""

    address: str
    sent: int
    received: int
    rtt_ms: tuple[float, ...] = ()
    ttl: int | None = None
    """The TTL with which the replies arrived."""
    icmp: IcmpError | None = None
    error: str | None = None


class Hop(Fact, frozen=True, kw_only=True, tag="hop"):
    """What an attempt with this outgoing TTL brought back."""

    address: str
    port: int
    ttl: int
    sender: str | None = None
    """Who answered; None for silence. A reset is the target's word: its address."""
    outcome: Literal["time-exceeded", "connected", "refused", "rejected", "unreachable", "silent", "error"]
    rtt_ms: float | None = None


class Proxy(Fact, frozen=True, kw_only=True, tag="proxy"):
    """The proxy that the environment prescribes for the target, or that none does."""

    applies: bool
    variable: str | None = None
    value: str | None = None
    """The setting without credentials."""
    host: str | None = None
    port: int | None = None
    no_proxy: str | None = None
    exempted_by: str | None = None
    """The NO_PROXY entry that exempts the target."""
    readers: tuple[str, ...] = ()
    """Programs that obey this variable for this scheme."""


class UnixPath(Fact, frozen=True, kw_only=True, tag="unix-path"):
    """The path of a Unix socket."""

    path: str
    type: Literal["socket", "file", "directory", "fifo", "device", "missing", "unknown"]
    owner: str | None = None
    group: str | None = None
    mode: str | None = None
    listening: bool | None = None
    """Whether the kernel's table has a listener on it; None where it can't be told."""
    holder: str | None = None
    holder_pid: int | None = None
    blocked_at: str | None = None
    """The component that this user may not pass, with owner and mode."""
    nearest_parent: str | None = None
    """The nearest directory above that exists, for a missing path."""
    look_alikes: tuple[str, ...] = ()
    """Listening sockets of the same name elsewhere."""


class Confinement(Fact, frozen=True, kw_only=True, tag="confinement"):
    """The policies that hold this process."""

    seccomp: Literal["none", "strict", "filter", "unknown"] = "unknown"
    lsm_profile: str | None = None
    unit: str | None = None
    ip_address_deny: str | None = None
    """The unit's IPAddressDeny= setting, if there is one."""


class NotObserved(Fact, frozen=True, kw_only=True, tag="not-observed"):
    """A look that could not be taken, and what would allow it."""

    request: AnyRequest
    reason: str
    remedy: str = ""


AnyFact = (
    Attempt
    | NameSources
    | SystemAnswer
    | NameserverAnswer
    | Listeners
    | Addresses
    | Route
    | Neighbour
    | Echo
    | Hop
    | Proxy
    | UnixPath
    | Confinement
    | NotObserved
)


def same_sight(earlier: AnyFact | None, later: AnyFact) -> bool:
    """Whether a repeated look saw nothing worth recording: the same but for id and time, and for queue lengths."""
    if isinstance(earlier, Listeners) and isinstance(later, Listeners):
        return _held(earlier) == _held(later)
    return earlier is not None and replace(earlier, id=later.id, at=later.at) == later


def _held(table: Listeners) -> set[tuple[str, str, int, int | None, float | None]]:
    return {(one.proto, one.address, one.port, one.pid, one.started) for one in table.listeners}
