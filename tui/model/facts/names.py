"""What is known of a name: the files that decide, the system's answer, each nameserver's."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact
from tui.model.nameserver import Nameserver


class HostsEntry(Struct, frozen=True, kw_only=True):
    """A line of the hosts file that names the host."""

    path: str
    line: int
    address: Address
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
    """Where that line is, as `path:line`; empty where the default is used."""
    servers: tuple[Nameserver, ...] = ()
    """The configured nameservers that are asked, in their order."""
    nameservers_unused: tuple[str, ...] = ()
    """Servers after the third, which are configured and never asked (MAXNS, resolv.conf(5))."""
    resolv_conf: str = "/etc/resolv.conf"
    search: tuple[str, ...] = ()
    ndots: int = 1
    expansions: tuple[str, ...] = ()
    """The full names that a DNS lookup tries, in order (resolv.conf(5))."""
    near_names: tuple[NearName, ...] = ()

    @property
    def nameservers(self) -> tuple[str, ...]:
        """The servers for people: `10.0.0.2`, `[::1]:5353`."""
        return tuple(server.label for server in self.servers)


class SystemAnswer(Fact, frozen=True, kw_only=True, tag="system-answer"):
    """What programs here get for `name` (getaddrinfo), in their order."""

    name: str
    addresses: tuple[Address, ...] = ()
    canonical: str | None = None
    error: str | None = None
    """EAI_NONAME, EAI_AGAIN, …, or None."""
    error_text: str = ""
    source: str | None = None
    """The nsswitch source that gave it: `files`, `dns`, `myhostname`, …; None where that is not known."""
    took_ms: float
    emulated: bool = False
    """Whether it was worked out from the files of another vantage instead of by getaddrinfo."""


class NameserverAnswer(Fact, frozen=True, kw_only=True, tag="nameserver-answer"):
    """What one nameserver said about one name and type."""

    server: Address
    port: int = 53
    name: str
    rtype: Literal["A", "AAAA"]
    outcome: Literal["answered", "timeout", "refused", "unreachable", "malformed"]
    """`refused`: its port answered with a reset or ICMP. The DNS code REFUSED is `answered` with that rcode."""
    rcode: str | None = None
    addresses: tuple[Address, ...] = ()
    cnames: tuple[str, ...] = ()
    ttl_s: int | None = None
    rtt_ms: float
    via: Literal["udp", "tcp"] = "udp"
    truncated: bool = False
    with_edns: bool | None = None
    """Whether it is the answer to the first question, with EDNS (RFC 6891), or to the plain one that follows silence or a
    failure to read it; None where nothing answered, or only the plain one was asked."""
    configured: bool = True
    checking_disabled: bool = False
    detail: str = ""
    """The error in words, or an Extended DNS Error (RFC 8914)."""
