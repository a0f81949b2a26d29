"""A link between two routers that is narrower than Ethernet: with its ICMP errors, and without them.

Whatever is measured, the kernel remembers nothing of it: `ip route get` says afterwards what it said before.
"""

import pytest

from tests.lab.network import NOBODY, ROUTER1, SERVER, SERVER6, Lab, Namespace
from tui.model.address import ip_family
from tui.model.facts import PathMtu, Route
from tui.model.requests import LookUpRoute, MeasureMtu

PORT = 8080
NARROW = 1300
"""Above what any IPv6 link has, below Ethernet."""
NO_ERRORS = "icmp type destination-unreachable icmp code frag-needed drop", "icmpv6 type packet-too-big drop"
each_family = pytest.mark.parametrize("address", [SERVER, SERVER6], ids=["IPv4", "IPv6"])
each_user = pytest.mark.parametrize("user", [None, NOBODY], ids=["root", "nobody"])
each_echo = pytest.mark.parametrize("echo", ["1 0", "0 2147483647"], ids=["no-ping-sockets", "ping-sockets"])


def _narrow(lab: Lab, *silent: Namespace) -> None:
    """The link between the routers; `silent` ones do not report it."""
    lab.router1.ip("link", "set", "eth1", "mtu", str(NARROW))
    lab.router2.ip("link", "set", "eth0", "mtu", str(NARROW))
    for router in silent:
        router.filter("output", *NO_ERRORS)


def _route(lab: Lab, address: str) -> str:
    return lab.client.run("ip", "route", "get", address).stdout


def _measured(lab: Lab, address: str, user: int | None = NOBODY, *, writes: bool = True) -> PathMtu:
    before = _route(lab, address)
    (fact,) = lab.look(MeasureMtu(address=address, port=PORT, family="HTTP", writes=writes), user=user)
    assert _route(lab, address) == before
    assert isinstance(fact, PathMtu), fact
    return fact


@each_user
@each_echo
@each_family
def test_a_narrow_link_that_says_so(lab: Lab, address: str, echo: str, user: int | None) -> None:
    """The router's report is seen, once by a packet that may not be fragmented, once by a write that does not heed it."""
    lab.client.sysctl(f"net.ipv4.ping_group_range={echo}")
    lab.server.serve(PORT)
    _narrow(lab)

    fact = _measured(lab, address, user)

    v4 = ip_family(address) == "IPv4"
    assert (fact.full_size, fact.large) == (("reported", "not-sent") if v4 else ("unknown", "reported"))
    assert (fact.reported_by, fact.reported_mtu) == ((ROUTER1, NARROW) if v4 else (None, None))
    assert (fact.path_mtu_before, fact.path_mtu) == (None, None)


@each_user
@each_echo
@each_family
def test_a_narrow_link_that_swallows(lab: Lab, address: str, echo: str, user: int | None) -> None:
    """Without it the large segments are sent again and again in vain, while small ones arrive, four times out of four."""
    lab.client.sysctl(f"net.ipv4.ping_group_range={echo}")
    lab.server.serve(PORT)
    _narrow(lab, lab.router1)

    fact = _measured(lab, address, user)

    assert (fact.small, fact.large, fact.clamped_large, fact.pairs) == ("acknowledged", "stalled", "acknowledged", 4)
    assert fact.full_size == ("vanish" if ip_family(address) == "IPv4" else "unknown")
    assert fact.retransmits


def test_large_packets_that_vanish_are_met_without_being_asked_for(lab: Lab) -> None:
    """Where the service answers, packets of full size are tried first, and a large request is written once they vanish."""
    lab.server.serve(PORT)
    _narrow(lab, lab.router1)

    assert _measured(lab, SERVER, writes=False).large == "stalled"


def test_an_ordinary_link(lab: Lab) -> None:
    """Packets of full size pass, and no large request is written."""
    lab.server.serve(PORT)

    fact = _measured(lab, SERVER, writes=False)

    assert (fact.full_size, fact.large, fact.clamped_large) == ("pass", "not-sent", "not-sent")


@each_family
def test_large_segments_that_arrive_at_a_server_that_is_mute(lab: Lab, address: str) -> None:
    """A server that says nothing fares the same with segments of any size."""
    lab.server.serve(PORT, "mute")

    fact = _measured(lab, address)

    assert (fact.answered, fact.clamped_answered, fact.large, fact.clamped_large) == (
        False,
        False,
        "acknowledged",
        "acknowledged",
    )


@each_family
def test_what_the_kernel_has_learnt_is_read(lab: Lab, address: str) -> None:
    """A path's MTU that the kernel remembers stands in the route, with the time that is left, and in the measurement."""
    lab.server.serve(PORT)
    _narrow(lab)
    lab.client.run("ping", "-M", "do", "-s", "1400", "-c", "1", address, check=False)

    (route,) = lab.look(LookUpRoute(address=address), user=NOBODY)
    (fact,) = lab.look(MeasureMtu(address=address, port=PORT, family="HTTP"), user=NOBODY)

    assert isinstance(route, Route)
    assert isinstance(fact, PathMtu)
    assert route.mtu == fact.path_mtu_before == NARROW
    assert route.mtu_expires_s
    assert 500 < route.mtu_expires_s <= 600
