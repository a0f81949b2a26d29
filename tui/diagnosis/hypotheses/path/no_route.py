"""This machine has no route to the address."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out
from tui.diagnosis.readings import checks, outcomes
from tui.model.address import ip_family, is_loopback, without_zone, zone_of
from tui.model.case import Case
from tui.model.facts import Addresses, Outcome, Route, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ListAddresses

NO_ROUTE = frozenset({"none", "throw"})
"""How a failed lookup ends; a `throw` route ends it in one table, and no other table has a route."""
TO_MANY = frozenset({"broadcast", "multicast"})
"""Routes to more than one machine; TCP gives ENETUNREACH for such an address too (tcp_v4_connect)."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and the kernel's route."""
    yield from checks.basics(case)
    if _without_own_address(case):
        yield ListAddresses()


def judge(case: Case) -> Finding:
    """ENETUNREACH at once, and a route lookup that finds nothing."""
    blocked = {
        address: attempt
        for address, attempt in outcomes.failing(case, Outcome.BLOCKED).items()
        if attempt.errno == "ENETUNREACH" and attempt.icmp is None
    }
    if not blocked and (homeless := _without_own_address(case)):
        return _homeless(case, homeless)
    if not blocked:
        return ruled_out("No attempt ended with ENETUNREACH at once.", *outcomes.ids(*outcomes.latest(case).values()))
    routes = {address: outcomes.route_to(case, address) for address in blocked}
    many = [address for address, route in routes.items() if route and route.type in TO_MANY]
    if len(many) == len(blocked):
        return ruled_out(f"{many[0]} stands for many machines, and TCP connects to one.", *outcomes.ids(*routes.values()))
    proved = {address: blocked[address] for address, route in routes.items() if route and route.type in NO_ROUTE}
    if proved:
        return _proved(case, proved)
    return _unproved(case, blocked)


def _without_own_address(case: Case) -> dict[str, TcpAttempt]:
    """IPv6 addresses for which the kernel found no source address, although none was chosen."""
    return {
        address: attempt
        for address, attempt in outcomes.failing(case, Outcome.BLOCKED).items()
        if attempt.errno == "EADDRNOTAVAIL" and attempt.source is None and ip_family(address) == "IPv6"
    }


def _homeless(case: Case, blocked: dict[str, TcpAttempt]) -> Finding:
    """A lack of source ports has the same errno; it is this cause only where the machine has no IPv6 address of its own."""
    own = case.last(Addresses)
    if own is None:
        return not_looked_at("This machine's addresses were not read.")
    reachable = [address for _, address in own.addresses if ip_family(address) == "IPv6" and not is_loopback(address)]
    if reachable and not own.ipv6_disabled:
        return ruled_out(f"This machine has the IPv6 address {reachable[0]}.", *outcomes.ids(own, *blocked.values()))
    first = next(iter(blocked))
    state = "IPv6 is switched off on this machine" if own.ipv6_disabled else "This machine has no IPv6 address of its own"
    return claim(
        f"{state}: nothing can be sent to {outcomes.joined(blocked)}.",
        *outcomes.ids(*blocked.values(), own),
        reason=f"{state}, and connect() failed with EADDRNOTAVAIL at once.",
        missing="`sysctl net.ipv6.conf.all.disable_ipv6` and `ip -6 -brief address`: 1, or no address, confirms it.",
        explains=blocked,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by="`ip -6 -brief address` shows an address beside that of lo.",
        remedies=_remedies(case, first),
    )


def _proved(case: Case, blocked: dict[str, TcpAttempt]) -> Finding:
    first = next(iter(blocked))
    routes = [outcomes.route_to(case, address) for address in blocked]
    thrown = next((route.text for route in routes if route and route.type == "throw" and route.text), "")
    return claim(
        f"This machine has no route to {outcomes.joined(blocked)}: nothing was sent."
        + (f" The route `{thrown}` ends there." * bool(thrown)),
        *outcomes.ids(*blocked.values(), *routes),
        reason="connect() failed with ENETUNREACH at once, and the kernel's route lookup finds nothing.",
        explains=blocked,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"`{_get(first)}` prints a route.",
        remedies=_remedies(case, first),
    )


def _unproved(case: Case, blocked: dict[str, TcpAttempt]) -> Finding:
    first = next(iter(blocked))
    route = outcomes.route_to(case, first)
    source = f" from {case.options.source}" if case.options.source else ""
    lookup = f"the lookup now gives `{route.text or route.type}`" if route else "the route was not looked up"
    return claim(
        f"This machine's kernel had no route to {first} for this connection.",
        *outcomes.ids(*blocked.values(), route),
        reason=f"connect() failed with ENETUNREACH at once, and {lookup}.",
        missing=f"`{_get(first)}{source}`: an error confirms it; `ip rule` shows routes by source or mark.",
        explains=blocked,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"Another attempt on {first} that does not end with ENETUNREACH.",
        remedies=_remedies(case, first),
    )


def _get(address: str) -> str:
    zone = zone_of(address)
    return f"ip route get {without_zone(address)}" + (f" oif {zone}" if zone else "")


def _router(case: Case, address: str) -> Route | None:
    """A route of this session, of the address's family, whose router may know the way; None for none."""
    known = (route for route in case.all(Route) if route.gateway and route.type == "unicast")
    return next((route for route in known if ip_family(route.gateway or "") == ip_family(address)), None)


def _remedies(case: Case, address: str) -> Iterator[Remedy]:
    family = ip_family(address)
    six = "-6 " if family == "IPv6" else ""
    yield Remedy(
        do=f"See whether the interface or the VPN that leads there is up, and whether there is a default route for {family}.",
        command=f"ip -brief address; ip {six}route show default",
        verify=f"`{_get(address)}` prints a route.",
    )
    router = _router(case, address)
    bare = without_zone(address)
    yield Remedy(
        do="Add the route that is missing, by way of the router that knows the network"
        + (f"; of those that this machine uses, {router.gateway}." if router else ": one of these neighbours may be it."),
        command=f"ip {six}route add {bare} via {router.gateway}" if router else f"ip {six}neigh show",
        changes=router is not None,
        verify=f"`{_get(address)}` prints it, and the attempts do not end at once any more.",
    )
    if six:
        yield Remedy(
            do="If this machine should have no IPv6, let the client use the IPv4 address.",
            command="ip -6 route show default",
            verify="The client connects over IPv4.",
        )


HYPOTHESIS = Hypothesis(
    place=10,
    onset="setting",
    title="route exists",
    question="Does this machine have a route to the address?",
    why="Without a route nothing is sent: the kernel refuses at once, and no other machine is asked.",
    meaning="There is no route to the address.",
    proof="ENETUNREACH at once, without an ICMP error, and the kernel's route lookup finds nothing.",
    mistaken_for=("path.route-rejects",),
    shown_by=(Route,),
    looks=(),
    needs=needs,
    judge=judge,
)
