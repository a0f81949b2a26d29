"""What a probe can be asked. Equal requests are the same look, so a session takes each only once."""

from typing import Literal

from msgspec import Struct


class Request(Struct, frozen=True, kw_only=True, tag_field="look", omit_defaults=True):
    """One look. `again` numbers a repetition of a look that was already taken."""

    again: int = 0


class ReadNameSources(Request, frozen=True, kw_only=True, tag="name-sources"):
    """Read hosts file, nsswitch line, search list and nameservers, as far as they concern `name`."""

    name: str


class ResolveSystem(Request, frozen=True, kw_only=True, tag="system-answer"):
    """Resolve `name` the way programs here do (getaddrinfo)."""

    name: str


class AskNameserver(Request, frozen=True, kw_only=True, tag="nameserver-answer"):
    """Ask one nameserver for the A and AAAA records of `name`."""

    server: str
    name: str
    port: int = 53
    configured: bool = True
    """Whether resolv.conf names this server, rather than the person."""
    checking_disabled: bool = False
    """Whether the CD bit is set: the server shall answer without checking DNSSEC (RFC 4035, 3.2.2)."""


Purpose = Literal["target", "other-address", "other-port", "proxy", "direct", "verify"]


class Connect(Request, frozen=True, kw_only=True, tag="attempts"):
    """Try to connect, once or on a schedule. Durations are in seconds."""

    address: str
    port: int
    attempts: int = 1
    delay_s: float = 0.0
    backoff: float = 1.0
    jitter_s: float = 0.0
    timeout_s: float = 3.5
    source: str | None = None
    purpose: Purpose = "target"


class ConnectUnix(Request, frozen=True, kw_only=True, tag="unix-attempts"):
    """Try to connect to a Unix socket, once or on a schedule. Durations are in seconds."""

    path: str
    attempts: int = 1
    delay_s: float = 0.0
    backoff: float = 1.0
    jitter_s: float = 0.0
    timeout_s: float = 3.5


class TryPorts(Request, frozen=True, kw_only=True, tag="other-ports"):
    """Try other ports of the target's host, one attempt each. Needs the person's consent."""

    address: str
    ports: tuple[int, ...]
    timeout_s: float = 1.5


class ListListeners(Request, frozen=True, kw_only=True, tag="listeners"):
    """List the listening TCP and bound UDP sockets; through `vantage` (a command prefix) or here."""

    vantage: str | None = None


class ListAddresses(Request, frozen=True, kw_only=True, tag="addresses"):
    """List the addresses of this machine's interfaces."""


class LookUpRoute(Request, frozen=True, kw_only=True, tag="route"):
    """Ask the kernel which route it would use to `address`."""

    address: str


class LookUpNeighbour(Request, frozen=True, kw_only=True, tag="neighbour"):
    """Read the neighbour (ARP, NDP) entry for `address`. `after` orders it behind an attempt, by fact id."""

    address: str
    device: str
    after: str = ""


class SendEcho(Request, frozen=True, kw_only=True, tag="echo"):
    """Send a few ICMP echo requests to `address`, as ping does."""

    address: str
    count: int = 3


class TraceHops(Request, frozen=True, kw_only=True, tag="hops"):
    """Find the hops towards a TCP port by attempts with a rising TTL, as traceroute -T does."""

    address: str
    port: int
    max_hops: int = 20


class ReadProxies(Request, frozen=True, kw_only=True, tag="proxy"):
    """Read the proxy variables and say whether one applies to this scheme, host and port."""

    host: str
    port: int
    scheme: str | None = None


class ExamineUnixPath(Request, frozen=True, kw_only=True, tag="unix-path"):
    """Look at the path of a Unix socket: type, owner, mode, each component, and who listens."""

    path: str


class ReadConfinement(Request, frozen=True, kw_only=True, tag="confinement"):
    """Read the policies that hold this process: seccomp, LSM profile, unit restrictions."""


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
    | LookUpNeighbour
    | SendEcho
    | TraceHops
    | ReadProxies
    | ExamineUnixPath
    | ReadConfinement
)

STEPS = (TryPorts, TraceHops, SendEcho)
"""Looks that send more than the attempts themselves; the guided walk waits for the person before them."""
