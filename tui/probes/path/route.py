"""The route that the kernel would take to an address for this process; and where it refuses, the entry that says so.

A failed lookup gives an errno alone, even where the table's entry is asked for (RTM_F_FIB_MATCH), so the
rejecting entry is found by going through rules and tables as the kernel does. Whether a rule that selects by
mark, user or port applies is not known here; such a rule is named only where no other entry explains the errno.
"""

import errno
import ipaddress
from collections.abc import AsyncGenerator
from typing import Literal

from msgspec.structs import replace

from tui.model.address import IpAddress, parse_address, peer_address, without_zone, zone_of
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, NotObserved, Route
from tui.model.requests import LookUpRoute
from tui.probes.kernel.failures import errno_name
from tui.probes.kernel.netlink import KernelError
from tui.probes.kernel.socket_address import scope_id
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.path import rtnetlink
from tui.probes.path.rtnetlink import LOCAL_TABLE, MAIN_TABLE, FoundRoute, PolicyRule

RouteType = Literal["unicast", "local", "broadcast", "multicast", "unreachable", "prohibit", "blackhole", "throw", "none"]

_BY_ROUTE: dict[int, RouteType] = {
    errno.EHOSTUNREACH: "unreachable",
    errno.EACCES: "prohibit",
    errno.EINVAL: "blackhole",
    errno.ENETUNREACH: "throw",
}
"""The type of route that ends a lookup with this errno (fib_props in net/ipv4/fib_semantics.c, ip6_rt_type_to_error)."""
_BY_RULE: dict[int, RouteType] = {errno.ENETUNREACH: "unreachable", errno.EACCES: "prohibit", errno.EINVAL: "blackhole"}
"""The action of a rule that ends a lookup with this errno (fib4_rule_action in net/ipv4/fib_rules.c)."""
_CERTAIN = frozenset({errno.EHOSTUNREACH, errno.EACCES})
"""Errnos of a lookup that have no other reason, so that they give the type even where the entry is not found."""


async def check(request: LookUpRoute, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield the Route to `request.address`, which may have a zone; or why it is not known."""
    zone = zone_of(request.address)
    command = f"ip route get {without_zone(request.address)}" + (f" dev {quoted(zone)}" if zone else "")
    try:
        address = parse_address(peer_address(request.address))
        interface = interface_index(zone) if zone else 0
    except ValueError as error:
        yield NotObserved(request=request, reason=str(error), command=command)
        return
    try:
        route = await in_thread(find_route, address, interface)
    except OSError as error:
        reason = f"The kernel cannot be asked for its routes ({error.strerror or error})."
        yield NotObserved(request=request, reason=reason, remedy="Allow netlink sockets to this process.", command=command)
        return
    yield replace(route, address=request.address, command=command)


def find_route(address: IpAddress, interface: int = 0) -> Route:
    """The route to `address`, through `interface` if not 0. Blocks. Raises OSError where the kernel can't be asked."""
    try:
        taken = rtnetlink.look_up(address, interface)
    except KernelError as error:
        return _rejected(address, error.errno or 0)
    try:
        entry: FoundRoute | None = rtnetlink.look_up(address, interface, in_table=True)
    except KernelError:  # 0.0.0.0 has a route and no entry
        entry = None
    return Route(
        address=str(address),
        type=_type(taken.type),
        gateway=taken.gateway,
        device=taken.device,
        source=taken.source,
        destination=entry.prefix if entry else None,
        table=entry.table if entry else taken.table,
        text=_line(taken, str(address)),
        mtu=taken.mtu,
        mtu_expires_s=taken.expires_s if taken.mtu else None,
    )


def interface_index(zone: str) -> int:
    """The index of an interface by its name or number. Raises ValueError, whose message is a sentence, if there is none."""
    try:
        return scope_id(zone)
    except OSError:
        raise ValueError(f"There is no interface {zone!r} on this machine.") from None


def _rejected(address: IpAddress, error: int) -> Route:
    """The entry that ends a lookup with `error`, or that there is none."""
    name = errno_name(error)
    match _rejecting_entry(address, error):
        case FoundRoute() as route:
            return Route(
                address=str(address),
                type=_type(route.type),
                device=route.device,
                destination=route.prefix,
                table=route.table,
                errno=name,
                text=_line(route, route.prefix),
            )
        case PolicyRule() as rule:
            text = f"rule {rule.priority}: to {rule.prefix or 'all'} {rule.action}"
            return Route(
                address=str(address), type=_type(rule.action), destination=rule.prefix, errno=name, text=text, is_rule=True
            )
        case None if error in _CERTAIN:
            return Route(address=str(address), type=_BY_ROUTE[error], errno=name, text=f"{_BY_ROUTE[error]} {address}")
        case None:
            return Route(address=str(address), type="none", errno=name, text=f"no route to {address}")


def _rejecting_entry(address: IpAddress, error: int) -> FoundRoute | PolicyRule | None:
    """The first rule that rejects, or whose table holds a rejecting route for `address`; conditional rules come last."""
    kind = _BY_ROUTE.get(error)
    routes = rtnetlink.routes_of_type(address.version, kind) if kind else []
    candidates = [route for route in routes if _covers(route.prefix, address)]
    for rule in sorted(rtnetlink.rules(address.version), key=lambda rule: rule.conditional):
        if rule.prefix and not _covers(rule.prefix, address):
            continue
        if rule.action == _BY_RULE.get(error):
            return rule
        rejecting = [route for route in candidates if route.table == rule.table]
        if rule.action == "lookup" and rejecting:
            return max(rejecting, key=lambda route: _length(route.prefix))
    return None


def _covers(prefix: str, address: IpAddress) -> bool:
    return prefix == "default" or address in ipaddress.ip_network(prefix)


def _length(prefix: str) -> int:
    return 0 if prefix == "default" else ipaddress.ip_network(prefix).prefixlen


def _type(name: str) -> RouteType:
    match name:
        case "local" | "broadcast" | "multicast" | "unreachable" | "prohibit" | "blackhole" | "throw":
            return name
        case _:
            return "unicast"


def _line(route: FoundRoute, destination: str) -> str:
    """The route as `ip route` prints it, without what only the kernel uses."""
    words = [] if route.type == "unicast" else [route.type]
    words.append(destination)
    for name, value in (("via", route.gateway), ("dev", route.device), ("src", route.source)):
        words += [name, value] if value else []
    if route.table not in {MAIN_TABLE, LOCAL_TABLE, 0}:
        words += ["table", str(route.table)]
    return " ".join(words)
