"""The way to an address: own addresses, route, neighbour, echo, hops, proxy."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address, endpoint
from tui.model.facts.attempt import IcmpError
from tui.model.facts.fact import Fact


class Addresses(Fact, frozen=True, kw_only=True, tag="addresses"):
    """The addresses of this machine, by interface."""

    addresses: tuple[tuple[str, Address], ...]
    """Pairs of interface and address."""
    ipv6_disabled: bool = False
    down: tuple[str, ...] = ()
    """The interfaces that are not up (IFF_UP in netdevice(7)); an address stays on an interface that is down."""


class Route(Fact, frozen=True, kw_only=True, tag="route"):
    """The route that the kernel would take to `address`."""

    address: Address
    type: Literal["unicast", "local", "broadcast", "multicast", "unreachable", "prohibit", "blackhole", "throw", "none"]
    gateway: Address | None = None
    device: str | None = None
    source: Address | None = None
    destination: Address | None = None
    """The matching prefix as the table has it, such as `10.0.0.0/8`; None where that is not known."""
    table: int | None = None
    errno: str | None = None
    text: str = ""
    """The route as `ip route` prints it, or the policy rule."""
    mtu: int | None = None
    """The MTU of the path, where it was set on the route or learnt from a router; None for that of the device."""
    mtu_expires_s: float | None = None
    """In how many seconds the kernel forgets it, where it has learnt it."""
    is_rule: bool = False
    """Whether a policy rule (ip-rule(8)) says no before any table is read."""


class Detour(Struct, frozen=True, kw_only=True):
    """The route that holds for an address where one device is left out."""

    device: str
    gateway: Address | None = None
    prefix: str
    """Its destination, such as `10.0.0.0/8`, or `default`."""


NetworkMaker = Literal["docker", "podman", "libvirt"]


class Device(Fact, frozen=True, kw_only=True, tag="device"):
    """An interface that a route leads into: what it is, whose, and the route that holds without it."""

    name: str
    address: Address
    """For which the other route was looked for."""
    link_kind: str | None = None
    """As the kernel names it (IFLA_INFO_KIND: `bridge`, `tun`, `wireguard`, …); None for a real card."""
    leads_into: Literal["bridge", "tunnel"] | None = None
    """What the packets end in: a bridge without a card among its ports, or a tunnel; None for any other device."""
    addresses: tuple[Address, ...] = ()
    """Its own, where an engine's or libvirt's nameserver listens."""
    networks: tuple[Address, ...] = ()
    """The networks of its own addresses, such as `172.17.0.0/16`; those of its link alone are left out."""
    made_by: NetworkMaker | None = None
    """Who made it, by that engine's own word or file; None where none says so."""
    network: str | None = None
    """How its maker calls the network."""
    detour: Detour | None = None
    """None where no other route leads to the address."""


class Neighbour(Fact, frozen=True, kw_only=True, tag="neighbour"):
    """This link's knowledge of `address`."""

    address: Address
    device: str
    state: Literal["reachable", "stale", "delay", "probe", "permanent", "noarp", "incomplete", "failed", "none"]
    mac: str | None = None


class AddressOwners(Fact, frozen=True, kw_only=True, tag="address-owners"):
    """Who answered on the link for an address."""

    address: Address
    device: str
    macs: tuple[str, ...] = ()
    """The link-layer addresses that answered, each once, in the order of their first answer."""


class Echo(Fact, frozen=True, kw_only=True, tag="echo"):
    """The answers to a few ICMP echo requests."""

    address: Address
    sent: int
    received: int
    rtt_ms: tuple[float, ...] = ()
    ttl: int | None = None
    """The TTL with which the replies arrived."""
    icmp: IcmpError | None = None
    error: str | None = None


class Hop(Fact, frozen=True, kw_only=True, tag="hop"):
    """What an attempt with this outgoing TTL brought back."""

    address: Address
    port: int
    ttl: int
    sender: Address | None = None
    """Who answered; None for silence. A reset counts as the target's own answer: its address."""
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
    has_credentials: bool = False
    """Whether the setting names a user, whom we do not send."""
    no_proxy: str | None = None
    exempted_by: str | None = None
    """The NO_PROXY entry that exempts the target."""
    honoured_by: tuple[str, ...] = ()
    """Programs that obey this variable for this scheme."""
    direct: tuple[str, ...] = ()
    """Programs that connect directly all the same: they do not read it, or are exempted."""

    @property
    def label(self) -> str:
        """`proxy.corp:3128`; the setting as it is written where it names no host and port."""
        if self.host is None or self.port is None:
            return self.value or "?"
        return endpoint(self.host, self.port)
