"""A link between two routers that is narrower than Ethernet: with its ICMP errors, and without them."""

import pytest

from tests.lab.network import NOBODY, SERVER, SERVER6, Lab, Namespace
from tui.model.facts import PathMtu
from tui.model.requests import MeasureMtu

PORT = 8080
NARROW = 1300
"""Above what any IPv6 link has, below Ethernet."""
each_family = pytest.mark.parametrize("address", [SERVER, SERVER6], ids=["IPv4", "IPv6"])


def _narrow(router: Namespace, device: str, *, silent: bool = True) -> None:
    router.ip("link", "set", device, "mtu", str(NARROW))
    if silent:
        router.filter("output", "icmp type destination-unreachable icmp code frag-needed drop", "icmpv6 type packet-too-big drop")


def _measured(lab: Lab, address: str) -> PathMtu:
    (fact,) = lab.look(MeasureMtu(address=address, port=PORT, family="HTTP"), user=NOBODY)
    assert isinstance(fact, PathMtu), fact
    return fact


@each_family
def test_a_narrow_link_that_says_so(lab: Lab, address: str) -> None:
    """With the router's error the kernel sends smaller segments: the write is acknowledged, and the path's size known."""
    lab.server.serve(PORT)
    _narrow(lab.router1, "eth1", silent=False)

    fact = _measured(lab, address)

    assert (fact.large, fact.clamped_large, fact.path_mtu) == ("acknowledged", "acknowledged", NARROW)


@each_family
def test_a_narrow_link_that_swallows(lab: Lab, address: str) -> None:
    """Without it the large segments are sent again and again in vain, while small ones arrive, four times out of four."""
    lab.server.serve(PORT)
    _narrow(lab.router1, "eth1")

    fact = _measured(lab, address)

    assert (fact.small, fact.large, fact.clamped_large, fact.pairs) == ("acknowledged", "stalled", "acknowledged", 4)
    assert fact.retransmits


@each_family
def test_large_segments_that_arrive_at_a_server_that_is_mute(lab: Lab, address: str) -> None:
    """A server that says nothing fares the same with segments of any size."""
    lab.server.serve(PORT, "mute")

    fact = _measured(lab, address)

    assert (fact.large, fact.answered, fact.clamped_large, fact.clamped_answered) == (
        "acknowledged",
        False,
        "acknowledged",
        False,
    )
