"""What the kernel's routing tables hold, read over rtnetlink: one lookup, rejecting routes, rules, neighbours, addresses.

Law: read only; every call is one question, and what comes back is a value, not yet a fact. None needs a
privilege; all block for a moment and raise OSError, KernelError where the kernel's answer is an errno.
Source: rtnetlink(7), linux/rtnetlink.h, linux/fib_rules.h, linux/neighbour.h.
"""

import errno
import ipaddress
import socket
import struct

from msgspec import Struct

from tui.model.address import IpAddress
from tui.model.safe_text import safe_text
from tui.probes.kernel import netlink

ROUTE_TYPES = {
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "unicast",  # anycast: one of several machines, reached like any other
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
    9: "throw",
}
RULE_ACTIONS = {1: "lookup", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
MAIN_TABLE, LOCAL_TABLE = 254, 255

_GET_LINK, _GET_ADDRESS, _GET_ROUTE, _GET_NEIGHBOUR, _GET_RULE = 18, 22, 26, 30, 34
_LOOKUP_TABLE, _FIB_MATCH = 0x1000, 0x2000  # RTM_F_LOOKUP_TABLE, RTM_F_FIB_MATCH
_ROUTE = struct.Struct("=8BI")  # rtmsg; fib_rule_hdr has the same shape
_NEIGHBOUR = struct.Struct("=BxxxiHBB")  # ndmsg
_ADDRESS = struct.Struct("=BBBBI")  # ifaddrmsg
_LINK = struct.Struct("=BxHiII")  # ifinfomsg
_NUMBER = struct.Struct("=I")
_DST, _OIF, _GATEWAY, _PRIORITY, _PREFSRC, _METRICS, _CACHEINFO, _TABLE, _VIA = 1, 4, 5, 6, 7, 8, 12, 15, 18
_MTU = 2  # RTAX_MTU
_EXPIRES = struct.Struct("=8xi")  # rta_expires of struct rta_cacheinfo
TICKS_A_SECOND = 100
"""USER_HZ, in which the kernel counts towards programs on every usual architecture."""
_SELECTORS = frozenset(
    {2, 3, 10, 16, 17, 20, 22, 23, 24}
)  # FRA_SRC, IIFNAME, FWMARK, FWMASK, OIFNAME, UID_RANGE, IP_PROTO, SPORT, DPORT
_INVERTED = 0x2  # FIB_RULE_INVERT
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_NDA_DST, _NDA_LLADDR = 1, 2
_IFLA_NAME, _IFLA_MASTER, _IFLA_LINKINFO, _INFO_KIND = 3, 10, 18, 1
_IFF_UP = 0x1


class FoundRoute(Struct, frozen=True, kw_only=True):
    """A route as the kernel gives it. `prefix` is its destination."""

    type: str
    prefix: str
    table: int
    gateway: str | None = None
    device: str | None = None
    source: str | None = None
    metric: int | None = None
    mtu: int | None = None
    """The path's MTU, where it was set or learnt; None for that of the device."""
    expires_s: float | None = None
    """When the kernel forgets what it learnt; None for what does not expire."""


class PolicyRule(Struct, frozen=True, kw_only=True):
    """A policy rule: which table a lookup continues in, or how it ends."""

    priority: int
    action: str
    table: int
    prefix: str | None
    """The destinations that it applies to; None for all."""
    conditional: bool = False
    """Whether it selects by more than the destination: source, interface, mark, user, port, or by exclusion."""


class FoundLink(Struct, frozen=True, kw_only=True):
    """An interface of this network namespace."""

    index: int
    name: str
    kind: str | None
    """What the kernel calls its kind; None for a real card and for loopback."""
    master: int | None
    """The index of the bridge or bond that it is a port of."""
    is_up: bool


def links() -> list[FoundLink]:
    """All interfaces, by index."""
    with netlink.channel(netlink.ROUTE) as link:
        entries = link.dump(_GET_LINK, _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0))
    return [_found_link(entry) for entry in entries]


def look_up(address: IpAddress, interface: int = 0, *, in_table: bool = False) -> FoundRoute:
    """The route that this process's packets to `address` take; with `in_table`, the table's entry behind it (Linux 4.13)."""
    flags = _LOOKUP_TABLE | (_FIB_MATCH if in_table else 0)
    request = _ROUTE.pack(_family(address), address.max_prefixlen, 0, 0, 0, 0, 0, 0, flags) + netlink.attribute(
        _DST, address.packed
    )
    if interface:
        request += netlink.attribute(_OIF, _NUMBER.pack(interface))
    with netlink.channel(netlink.ROUTE) as link:
        return _found_route(link.ask(_GET_ROUTE, request))


def routes_of_type(version: int, kind: str) -> list[FoundRoute]:
    """All routes of one type, in all tables. The kernel filters (Linux 4.20); here they are filtered once more."""
    number = next(code for code, name in ROUTE_TYPES.items() if name == kind)
    family = _FAMILIES[version]
    with netlink.channel(netlink.ROUTE, strict=True) as link:
        entries = link.dump(_GET_ROUTE, _ROUTE.pack(family, 0, 0, 0, 0, 0, 0, number, 0))
    return [route for route in map(_found_route, entries) if route.type == kind]


def rules(version: int) -> list[PolicyRule]:
    """The policy rules in the kernel's order."""
    family = _FAMILIES[version]
    with netlink.channel(netlink.ROUTE) as link:
        entries = link.dump(_GET_RULE, _ROUTE.pack(family, 0, 0, 0, 0, 0, 0, 0, 0))
    return sorted((_rule(entry) for entry in entries), key=lambda rule: rule.priority)


def neighbour(address: IpAddress, interface: int) -> tuple[int, str | None] | None:
    """State bits and link-layer address of one neighbour (Linux 5.0); None where there is no entry."""
    request = _NEIGHBOUR.pack(_family(address), interface, 0, 0, 0) + netlink.attribute(_NDA_DST, address.packed)
    with netlink.channel(netlink.ROUTE) as link:
        try:
            entry = link.ask(_GET_NEIGHBOUR, request)
        except netlink.KernelError as error:
            if error.errno != errno.ENOENT:
                raise
            return None
    state = _NEIGHBOUR.unpack_from(entry)[2]
    mac = netlink.attributes(entry[_NEIGHBOUR.size :]).get(_NDA_LLADDR)
    return state, mac.hex(":") if mac else None


def interface_addresses() -> list[tuple[int, str]]:
    """Pairs of interface index and address; of a point-to-point link, this end's."""
    return [(interface, address) for interface, address, _ in interface_networks()]


def interface_networks() -> list[tuple[int, str, int]]:
    """Interface index, address (of a point-to-point link, this end's) and the length of its network's prefix."""
    with netlink.channel(netlink.ROUTE) as link:
        entries = link.dump(_GET_ADDRESS, _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0))
    addresses: list[tuple[int, str, int]] = []
    for entry in entries:
        _family, length, _flags, _scope, interface = _ADDRESS.unpack_from(entry)
        more = netlink.attributes(entry[_ADDRESS.size :])
        packed = more.get(_IFA_LOCAL) or more.get(_IFA_ADDRESS)
        if packed:
            addresses.append((interface, str(ipaddress.ip_address(packed)), length))
    return addresses


def _found_link(entry: bytes) -> FoundLink:
    _family, _type, index, flags, _change = _LINK.unpack_from(entry)
    more = netlink.attributes(entry[_LINK.size :])
    kind = netlink.attributes(more.get(_IFLA_LINKINFO, b"")).get(_INFO_KIND)
    return FoundLink(
        index=index,
        name=_words(more.get(_IFLA_NAME, b"")),
        kind=_words(kind) if kind else None,
        master=_number(more.get(_IFLA_MASTER)),
        is_up=bool(flags & _IFF_UP),
    )


def _words(value: bytes) -> str:
    return safe_text(value.rstrip(b"\0").decode(errors="backslashreplace"))


def _family(address: IpAddress) -> int:
    return _FAMILIES[address.version]


def _found_route(entry: bytes) -> FoundRoute:
    family, length, _source_length, _tos, table, _protocol, _scope, kind, _flags = _ROUTE.unpack_from(entry)
    more = netlink.attributes(entry[_ROUTE.size :])
    gateway = more.get(_GATEWAY) or more.get(_VIA, b"")[2:]  # an IPv4 route by way of an IPv6 router has its family first
    return FoundRoute(
        type=ROUTE_TYPES.get(kind, "unicast"),
        prefix=_prefix(family, length, more.get(_DST)),
        table=_number(more.get(_TABLE)) or table,
        gateway=str(ipaddress.ip_address(gateway)) if gateway else None,
        device=_device(_number(more.get(_OIF))),
        source=str(ipaddress.ip_address(more[_PREFSRC])) if _PREFSRC in more else None,
        metric=_number(more.get(_PRIORITY)),
        mtu=_number(netlink.attributes(more.get(_METRICS, b"")).get(_MTU)),
        expires_s=_expires_s(more.get(_CACHEINFO, b"")),
    )


def _expires_s(cache: bytes) -> float | None:
    ticks = _EXPIRES.unpack_from(cache)[0] if len(cache) >= _EXPIRES.size else 0
    return ticks / TICKS_A_SECOND if ticks else None


def _rule(entry: bytes) -> PolicyRule:
    family, length, _source_length, tos, table, _, _, action, flags = _ROUTE.unpack_from(entry)
    more = netlink.attributes(entry[_ROUTE.size :])
    return PolicyRule(
        priority=_number(more.get(_PRIORITY)) or 0,
        action=RULE_ACTIONS.get(action, "other"),
        table=_number(more.get(_TABLE)) or table,
        prefix=_prefix(family, length, more[_DST]) if _DST in more and not flags & _INVERTED else None,
        conditional=bool(tos or flags & _INVERTED or more.keys() & _SELECTORS),
    )


def _prefix(family: int, length: int, packed: bytes | None) -> str:
    """The prefix as `ip` prints it; a table leaves out an address of all zeros."""
    if not length:
        return "default"
    address = ipaddress.ip_address(packed or bytes(16 if family == socket.AF_INET6 else 4))
    return str(address) if length == address.max_prefixlen else f"{address}/{length}"


def _number(value: bytes | None) -> int | None:
    return int(_NUMBER.unpack(value)[0]) if value and len(value) == _NUMBER.size else None


def _device(index: int | None) -> str | None:
    try:
        return safe_text(socket.if_indextoname(index)) if index else None
    except OSError:  # the interface went away between the two questions
        return None
