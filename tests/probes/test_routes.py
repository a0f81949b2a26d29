"""Routes as the kernel takes them, in namespaces with every type of route, as root and as another user."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.probes.machine import fact_for_everybody, needs_namespaces, network_namespace
from tests.probes.run_check import facts_of
from tui.model.facts import NotObserved, Route
from tui.model.requests import LookUpRoute
from tui.probes.kernel import netlink
from tui.probes.path import rtnetlink

KINDS = {"unreachable": "EHOSTUNREACH", "prohibit": "EACCES", "blackhole": "EINVAL", "throw": "ENETUNREACH"}
NETWORK = (
    "ip link add v0 type veth peer name v1",
    "ip address add 10.77.0.1/24 dev v0",
    "ip address add fd77::1/64 dev v0 nodad",
    "ip link set v0 up",
    "ip link set v1 up",
    "ip route add default via 10.77.0.8",
    "ip route add 10.5.0.0/16 via 10.77.0.9",
    "ip route add 10.6.0.0/16 via inet6 fe80::99 dev v0",
    "ip -6 route add fd05::/32 via fd77::9",
    *(f"ip route add {kind} 10.{number}.0.0/16" for number, kind in enumerate(KINDS, 11)),
    *(f"ip -6 route add {kind} fd0{number}::/32" for number, kind in enumerate(KINDS, 1)),
    "ip route add unreachable 10.11.3.0/24",
    "ip route add prohibit 10.8.0.0/16 table 100",
    "ip rule add to 10.8.0.0/16 lookup 100 priority 500",
    "ip rule add to 10.9.0.0/16 prohibit priority 600",
    "ip rule add to 10.10.0.0/16 unreachable priority 601",
    "ip rule add fwmark 7 prohibit priority 50",
)


@pytest.fixture(name="inside", scope="module")
def namespace() -> Iterator[tuple[str, ...]]:
    """A network of all types of routes, for the tests of this module, which only read."""
    with network_namespace(*NETWORK) as prefix:
        yield prefix


def route(inside: tuple[str, ...], address: str) -> Route:
    """The route to an address inside, which has to be the same for root and for nobody."""
    fact = fact_for_everybody(inside, LookUpRoute(address=address))
    assert isinstance(fact, Route)
    return fact


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize(("number", "kind"), enumerate(KINDS, 11), ids=list(KINDS))
def test_a_rejecting_route_is_quoted(inside: tuple[str, ...], number: int, kind: str) -> None:
    """For each rejecting type: the type, errno, prefix and table of the entry, though the lookup itself only fails."""
    found = route(inside, f"10.{number}.0.1")

    assert (found.type, found.errno, found.destination, found.table) == (kind, KINDS[kind], f"10.{number}.0.0/16", 254)
    assert found.text == f"{kind} 10.{number}.0.0/16"


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize(("number", "kind"), enumerate(KINDS, 1), ids=list(KINDS))
def test_a_rejecting_ipv6_route_is_quoted(inside: tuple[str, ...], number: int, kind: str) -> None:
    """The same for IPv6, where the entry has a device."""
    found = route(inside, f"fd0{number}::1")

    assert (found.type, found.errno, found.destination) == (kind, KINDS[kind], f"fd0{number}::/32")
    assert found.text == f"{kind} fd0{number}::/32 dev lo"


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "10.5.0.1",
            {"type": "unicast", "gateway": "10.77.0.9", "device": "v0", "source": "10.77.0.1", "destination": "10.5.0.0/16"},
        ),
        ("10.6.0.1", {"type": "unicast", "gateway": "fe80::99", "destination": "10.6.0.0/16"}),
        ("9.9.9.9", {"type": "unicast", "gateway": "10.77.0.8", "destination": "default", "table": 254}),
        ("10.77.0.2", {"type": "unicast", "gateway": None, "device": "v0", "destination": "10.77.0.0/24", "errno": None}),
        ("10.77.0.1", {"type": "local", "device": "lo", "table": 255, "text": "local 10.77.0.1 dev lo src 10.77.0.1"}),
        ("10.77.0.255", {"type": "broadcast"}),
        ("fd05::1", {"type": "unicast", "gateway": "fd77::9", "device": "v0", "destination": "fd05::/32"}),
        ("fd77::2", {"type": "unicast", "gateway": None, "device": "v0", "destination": "fd77::/64"}),
        ("fd77::1", {"type": "local"}),
        ("fe80::1%v0", {"type": "unicast", "device": "v0", "command": "ip route get fe80::1 dev v0"}),
        ("fe80::1%v1", {"type": "unicast", "device": "v1"}),
        ("10.11.3.7", {"type": "unreachable", "destination": "10.11.3.0/24"}),
        ("10.8.1.1", {"type": "prohibit", "destination": "10.8.0.0/16", "table": 100, "text": "prohibit 10.8.0.0/16 table 100"}),
        ("10.9.0.1", {"type": "prohibit", "errno": "EACCES", "text": "rule 600: to 10.9.0.0/16 prohibit", "is_rule": True}),
        (
            "10.10.0.1",
            {"type": "unreachable", "errno": "ENETUNREACH", "text": "rule 601: to 10.10.0.0/16 unreachable", "is_rule": True},
        ),
        ("::ffff:10.11.0.1", {"type": "unreachable", "destination": "10.11.0.0/16"}),
        ("2001:db8::1", {"type": "none", "errno": "ENETUNREACH", "text": "no route to 2001:db8::1"}),
    ],
)
def test_the_route_is_the_kernels(inside: tuple[str, ...], address: str, expected: dict[str, Any]) -> None:
    """Gateway, device, source, matching prefix, table, and the rule or route that rejects."""
    found = route(inside, address)

    assert {name: getattr(found, name) for name in expected} == expected
    assert found.address == address


@pytest.mark.lab
@needs_namespaces
def test_a_machine_without_routes_says_none() -> None:
    """Where no table has a route, the type is `none` with the kernel's errno."""
    with network_namespace() as inside:
        found = route(inside, "192.0.2.1")

    assert (found.type, found.errno, found.destination) == ("none", "ENETUNREACH", None)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])
async def test_loopback_is_local(address: str) -> None:
    """This machine's own addresses, and the unspecified ones that connect() takes for it, are local by way of lo."""
    (fact,) = await facts_of(LookUpRoute(address=address))

    assert isinstance(fact, Route)
    assert (fact.type, fact.device) == ("local", "lo")


@pytest.mark.parametrize(("address", "reason"), [("db-1", "not an address"), ("fe80::1%nope", "no interface 'nope'")])
async def test_what_is_no_address_is_not_looked_up(address: str, reason: str) -> None:
    """A name, or a zone that no interface has, gives the reason."""
    (fact,) = await facts_of(LookUpRoute(address=address))

    assert isinstance(fact, NotObserved)
    assert reason in fact.reason


async def test_without_netlink_the_reason_is_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox that forbids netlink gives a NotObserved, not an error and not `no route`."""

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(netlink, "channel", forbidden)

    (fact,) = await facts_of(LookUpRoute(address="127.0.0.1"))

    assert isinstance(fact, NotObserved)
    assert "Operation not permitted" in fact.reason
    assert fact.remedy


def test_a_type_is_dumped_alone() -> None:
    """A dump of one type of route holds no other."""
    assert {one.type for one in rtnetlink.routes_of_type(4, "local")} == {"local"}
