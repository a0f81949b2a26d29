"""What a probe can be asked. Equal requests are the same check, so a session makes each only once.

A request's tag is the name of the probe's module: one below `tui.probes`, and one below `tui.vantage` where it has a `vantage`.
"""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address


class Request(Struct, frozen=True, kw_only=True, tag_field="check", omit_defaults=True):
    """One check. `again` numbers a repetition of a check that was already made."""

    again: int = 0


class Step(Request, frozen=True, kw_only=True):
    """A check that sends more than the attempts themselves; the guided walk waits for the person before it."""


class ReadNameSources(Request, frozen=True, kw_only=True, tag="name-sources"):
    """Read hosts file, nsswitch line, search list and nameservers, as far as they concern `name`."""

    name: str


class ResolveSystem(Request, frozen=True, kw_only=True, tag="system-answer"):
    """Resolve `name` the way programs here do (getaddrinfo)."""

    name: str


class AskNameserver(Request, frozen=True, kw_only=True, tag="nameserver-answer"):
    """Ask one nameserver for the A and AAAA records of `name`."""

    server: Address
    name: str
    port: int = 53
    configured: bool = True
    """Whether resolv.conf names this server, rather than the person."""
    checking_disabled: bool = False
    """Whether the CD bit is set: the server should answer without checking DNSSEC (RFC 4035, 3.2.2)."""


Purpose = Literal["target", "other-address", "other-port", "other-way", "proxy", "direct", "verify", "behind", "redirect"]
"""`other-way`: the target itself, by another device; `behind`: where a forwarder or a rule leads the target's port to;
`redirect`: where its HTTP answer leads to."""


class Schedule(Request, frozen=True, kw_only=True):
    """Attempts to connect, once or several times. Durations are in seconds."""

    attempts: int = 1
    delay_s: float = 0.0
    backoff: float = 1.0
    jitter_s: float = 0.0
    timeout_s: float = 3.5


class Connect(Schedule, frozen=True, kw_only=True, tag="connect"):
    """Try to connect to a TCP port."""

    address: Address
    port: int
    source: Address | None = None
    device: str | None = None
    """The interface that it goes out by, whatever the route says (SO_BINDTODEVICE in socket(7)); None for the route's."""
    purpose: Purpose = "target"


class ConnectUnix(Schedule, frozen=True, kw_only=True, tag="connect-unix"):
    """Try to connect to a Unix socket."""

    path: str


class TryPorts(Step, frozen=True, kw_only=True, tag="other-ports"):
    """Try other ports of the target's host, one attempt each. Needs the person's consent."""

    address: Address
    ports: tuple[int, ...]
    timeout_s: float = 1.5


class ListListeners(Request, frozen=True, kw_only=True, tag="listeners"):
    """List the listening TCP and bound UDP sockets; through `vantage` (a command prefix) or here."""

    vantage: str | None = None


class ListAddresses(Request, frozen=True, kw_only=True, tag="addresses"):
    """List the addresses of this machine's interfaces."""


class LookUpRoute(Request, frozen=True, kw_only=True, tag="route"):
    """Ask the kernel which route it would use to `address`."""

    address: Address


class ExamineDevice(Request, frozen=True, kw_only=True, tag="device"):
    """See what an interface is that the route to `address` leads into, whose, and which route holds without it."""

    name: str
    address: Address


class LookUpNeighbour(Request, frozen=True, kw_only=True, tag="neighbour"):
    """Read the neighbour (ARP, NDP) entry for `address`. `after` orders it behind an attempt, by fact id."""

    address: Address
    device: str
    after: str = ""


class ProbeAddress(Step, frozen=True, kw_only=True, tag="address-owners"):
    """Ask on the link who has an IPv4 address, without claiming one ourselves (an ARP probe, RFC 5227), and hear all answers."""

    address: Address
    device: str


class SendEcho(Step, frozen=True, kw_only=True, tag="echo"):
    """Send a few ICMP echo requests to `address`, as ping does."""

    address: Address
    count: int = 3


class TraceHops(Step, frozen=True, kw_only=True, tag="hops"):
    """Find the hops towards a TCP port by attempts with a rising TTL, as traceroute -T does."""

    address: Address
    port: int
    max_hops: int = 20


class ReadCloud(Request, frozen=True, kw_only=True, tag="cloud"):
    """See in which cloud this machine runs, by what its firmware says; no service of the cloud is asked."""


class ReadProxies(Request, frozen=True, kw_only=True, tag="proxy"):
    """Read the proxy variables and say whether one applies to this scheme, host and port."""

    host: str
    port: int
    scheme: str | None = None


class ExamineUnixPath(Request, frozen=True, kw_only=True, tag="unix-path"):
    """Examine the path of a Unix socket: type, owner, mode, each component, and who listens."""

    path: str


class ReadConfinement(Request, frozen=True, kw_only=True, tag="confinement"):
    """Read the policies that hold this process: seccomp, LSM profile, unit restrictions."""


class FindResetOrigin(Step, frozen=True, kw_only=True, tag="reset-origin"):
    """Measure with which TTL the resets for a port arrive and at which outgoing TTL they still come, beside a reference."""

    address: Address
    port: int
    reference_port: int | None = None
    """A port of the host that is known to accept; None for an echo as the reference."""


class MeasureMtu(Step, frozen=True, kw_only=True, tag="path-mtu"):
    """See whether a whole answer comes, and whether packets of full size and, with `writes`, a large request arrive."""

    address: Address
    port: int
    family: str | None = None
    """The protocol that is spoken, which decides what may be written: `TLS` or the name of a service family."""
    server_name: str | None = None
    """The name for TLS (SNI) and for the Host header."""
    path: str | None = None
    """What is asked for in HTTP, inside TLS too; None for the root, or for TLS without HTTP in it."""
    writes: bool = True
    """Whether a large request is written even where nothing shows yet that large packets do not arrive."""


class ReadFirewall(Request, frozen=True, kw_only=True, tag="firewall"):
    """Read the packet filter, here or through `vantage`, and see what it does to this connection."""

    address: Address
    port: int
    source: Address | None = None
    device: str | None = None
    vantage: str | None = None
    pid: int | None = None
    """The process whose user the rules may ask about; None for this one."""


class ReadBans(Request, frozen=True, kw_only=True, tag="bans"):
    """See whether this machine, or the one behind `vantage`, bans a client from a port, and until when."""

    client: Address
    port: int
    sets: tuple[tuple[str, str, str], ...] = ()
    """Sets of nftables, by family, table and name, that the rule names which stops it."""
    pids: tuple[int, ...] = ()
    """The processes that hold the port, as far as they are known."""
    vantage: str | None = None


class TalkTo(Step, frozen=True, kw_only=True, tag="talk"):
    """Connect, send the harmless first request of a protocol, and read the first bytes of the answer."""

    address: Address
    port: int
    protocol: str
    """The name of a service family, or `TLS`."""
    server_name: str | None = None
    """The name for TLS (SNI) and for the Host header."""
    path: str = "/"
    """What is asked for in HTTP: path and query."""
    inner: str | None = None
    """The protocol that is spoken inside TLS; None for the handshake alone."""
    wait_s: float = 2.0
    """How long the answer may take."""


class AskProxy(Step, frozen=True, kw_only=True, tag="proxy-answer"):
    """Ask a proxy for the target as a program does: CONNECT, or GET of the whole URL for plain HTTP. No credentials are sent."""

    address: Address
    port: int
    host: str
    """The target's host and port, as they are given to the proxy."""
    target_port: int
    path: str | None = None
    """What is asked for by GET; None for CONNECT, which asks for nothing but the connection."""
    wait_s: float = 10.0


class ReadService(Request, frozen=True, kw_only=True, tag="service"):
    """Read the state of the unit or container that should listen, its last end and its last error lines."""

    name: str | None = None
    """As the person named it; None to look for one by port and kind."""
    port: int | None = None
    family: str | None = None
    vantage: str | None = None


class ListOtherNamespaces(Request, frozen=True, kw_only=True, tag="other-namespaces"):
    """List the listeners of other network namespaces of this machine, or of the one behind `vantage`, and its containers."""

    port: int
    name: str | None = None
    """The service or host that is meant, whose container is looked at more closely."""
    vantage: str | None = None


class ExamineProcess(Request, frozen=True, kw_only=True, tag="process-state"):
    """Examine one process: its state, its processor time over a moment, its descriptors against their limit."""

    pid: int
    vantage: str | None = None


class ReadLimits(Request, frozen=True, kw_only=True, tag="limits"):
    """Read the limits on source ports and descriptors, and how far they are used up.

    Without an address and port, as for a Unix socket, nothing is counted towards an endpoint.
    """

    address: Address | None = None
    port: int | None = None


class HoldIdle(Step, frozen=True, kw_only=True, tag="idle"):
    """Hold connections idle for `idle_s` seconds beside one that is kept busy, and see which of them still answer.

    No byte is sent: what keeps one busy, and asks the others, are the empty probes of TCP (SO_KEEPALIVE).
    """

    address: Address
    port: int
    idle_s: float
    source: Address | None = None


class ReadCounters(Request, frozen=True, kw_only=True, tag="counters"):
    """Read what the kernel has counted so far; once before the attempts, and `again` after them."""


class WatchDrops(Step, frozen=True, kw_only=True, tag="drop-watch"):
    """Watch what the kernel drops, for a while without attempts and for another with them."""

    address: Address
    port: int
    source: Address | None = None
    """Our own address, to which the other end is asked its way back."""
    vantage: str | None = None


class WatchQueue(Request, frozen=True, kw_only=True, tag="queue-watch"):
    """Watch the accept queue of a port's listeners and the overflow counters for a while."""

    address: Address
    port: int
    vantage: str | None = None


class FindForwarders(Request, frozen=True, kw_only=True, tag="forwarders"):
    """Find the programs of this machine that take connections to `port` and lead them elsewhere, by their arguments."""

    port: int
    pid: int | None = None
    """Who holds the port, where that is known: its arguments need not name the port."""


class FindUpstreams(Request, frozen=True, kw_only=True, tag="upstreams"):
    """Find what the proxy that holds `port` forwards a request to, by the logs that it writes and by its configuration."""

    address: Address
    port: int
    host: str
    """By the request's `Host:`, without port."""
    path: str
    """That was asked for, without query."""
    pid: int | None = None
    """Who holds the port; None where this user may not see that: then whose settings say that they do."""
    unit: str | None = None
    """Its systemd unit, whose journal may be its log."""


class ReadTracking(Request, frozen=True, kw_only=True, tag="tracking"):
    """See whether the kernel tracks connections to `address`, without which no rule can translate them.

    `after` orders it behind an attempt, by fact id.
    """

    address: Address
    own: bool
    """Whether it is an address of this machine: then a datagram is sent there, to a socket of our own."""
    after: str = ""


class ReadSessionHost(Request, frozen=True, kw_only=True, tag="session-host"):
    """See who the session is and where it runs, so that the commands of remedies fit that place."""


class ReadCode(Request, frozen=True, kw_only=True, tag="source-code"):
    """Read the source around one frame of an error, statically; nothing of the user's is run."""

    path: str
    line: int
    function: str | None = None
    language: str = ""
    shown: str | None = None
    """The line as the error text shows it, by which a file that has changed since is known."""
    callers: tuple[int, ...] = ()
    """Lines of the same file further up the stack."""


AnyRequest = (
    ReadNameSources
    | ResolveSystem
    | AskNameserver
    | Connect
    | ConnectUnix
    | TryPorts
    | ListListeners
    | ListAddresses
    | LookUpRoute
    | ExamineDevice
    | LookUpNeighbour
    | ProbeAddress
    | SendEcho
    | TraceHops
    | ReadCloud
    | ReadProxies
    | ExamineUnixPath
    | ReadConfinement
    | FindResetOrigin
    | MeasureMtu
    | ReadFirewall
    | ReadBans
    | TalkTo
    | AskProxy
    | ReadService
    | ListOtherNamespaces
    | ExamineProcess
    | ReadLimits
    | HoldIdle
    | ReadCounters
    | WatchDrops
    | WatchQueue
    | FindForwarders
    | FindUpstreams
    | ReadTracking
    | ReadSessionHost
    | ReadCode
)
