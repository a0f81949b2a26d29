"""The trail of hops through two routers: who answers at which TTL, and where the trail ends."""

import pytest

from tests.lab.network import CLIENT, CLIENT6, NOBODY, ROUTER1, ROUTER1_6, ROUTER2, ROUTER2_6, SERVER, SERVER6, Lab
from tui.model.facts import Hop, NotObserved
from tui.model.requests import TraceHops

PORT = 5432


def trails(lab: Lab, user: int | None, *addresses: str, max_hops: int = 8) -> list[list[tuple[int, str, str | None]]]:
    """TTL, outcome and sender of each hop, for all addresses at the same time."""
    looks = lab.looks(*(TraceHops(address=address, port=PORT, max_hops=max_hops) for address in addresses), user=user)
    return [[(hop.ttl, hop.outcome, hop.sender) for hop in facts if isinstance(hop, Hop)] for facts in looks]


def routers(number: int) -> list[list[tuple[int, str, str]]]:
    """The first hops of a trail, IPv4 and IPv6."""
    v4, v6 = (ROUTER1, ROUTER2), (ROUTER1_6, ROUTER2_6)
    return [[(ttl, "time-exceeded", address) for ttl, address in enumerate(family[:number], start=1)] for family in (v4, v6)]


@pytest.mark.parametrize("outcome", ["connected", "refused"])
def test_to_the_server(lab: Lab, user: int | None, outcome: str) -> None:
    """Two routers, then the server's own word, which ends the trail."""
    if outcome == "connected":
        lab.server.serve(PORT)
    v4, v6 = routers(2)

    assert trails(lab, user, SERVER, SERVER6) == [[*v4, (3, outcome, SERVER)], [*v6, (3, outcome, SERVER6)]]


def test_a_rejection_in_the_forward_path(lab: Lab, user: int | None) -> None:
    """A router that filters what it forwards first counts the TTL: its rejection shows one hop further."""
    lab.router2.filter("forward", f"tcp dport {PORT} reject with icmpx admin-prohibited")
    v4, v6 = routers(2)

    assert trails(lab, user, SERVER, SERVER6) == [[*v4, (3, "rejected", ROUTER2)], [*v6, (3, "rejected", ROUTER2_6)]]


def test_a_rejection_before_routing(lab: Lab) -> None:
    """A router that filters what comes in shows at its own hop."""
    lab.router2.filter("prerouting", f"tcp dport {PORT} reject")
    v4, v6 = routers(1)

    assert trails(lab, NOBODY, SERVER, SERVER6) == [[*v4, (2, "refused", ROUTER2)], [*v6, (2, "refused", ROUTER2_6)]]


def test_a_rejection_by_the_own_filter(lab: Lab, user: int | None) -> None:
    """This machine's own rejection comes at TTL 1, from our own address."""
    lab.client.filter("output", f"tcp dport {PORT} reject")

    assert trails(lab, user, SERVER, SERVER6) == [[(1, "refused", CLIENT)], [(1, "refused", CLIENT6)]]


def test_a_drop_ends_in_silence(lab: Lab) -> None:
    """Where packets are dropped, four silent hops beyond the last answer end the trail."""
    lab.server.filter("input", f"tcp dport {PORT} drop")
    silence = [(ttl, "silent", None) for ttl in range(3, 7)]
    v4, v6 = routers(2)

    assert trails(lab, NOBODY, SERVER, SERVER6) == [[*v4, *silence], [*v6, *silence]]


def test_a_drop_by_the_own_filter_is_silent_from_the_first_hop(lab: Lab) -> None:
    """Not even the first router answers: nothing left this machine."""
    lab.client.filter("output", f"tcp dport {PORT} drop")

    assert trails(lab, NOBODY, SERVER) == [[(ttl, "silent", None) for ttl in range(1, 5)]]


def test_silent_routers_before_a_server_that_answers(lab: Lab) -> None:
    """Routers that send no ICMP are silent hops, and the trail still reaches the server."""
    for router in (lab.router1, lab.router2):
        router.filter("output", "icmp type time-exceeded drop", "icmpv6 type time-exceeded drop")
    silence = [(1, "silent", None), (2, "silent", None)]

    assert trails(lab, NOBODY, SERVER, SERVER6) == [[*silence, (3, "refused", SERVER)], [*silence, (3, "refused", SERVER6)]]


def test_a_router_over_its_limit_is_asked_again(lab: Lab) -> None:
    """A router that has just spent its ICMP errors on us is silent at first, and is known after the second ask."""
    lab.router1.sysctl("net.ipv4.icmp_ratelimit=700", "net.ipv6.icmp.ratelimit=700")
    lab.client.run("ping", "-n", "-q", "-c", "40", "-i", "0.01", "-t", "1", "-W", "0.1", SERVER, check=False)
    lab.client.run("ping", "-n", "-q", "-c", "40", "-i", "0.01", "-t", "1", "-W", "0.1", SERVER6, check=False)
    v4, v6 = routers(2)

    assert trails(lab, NOBODY, SERVER, SERVER6) == [[*v4, (3, "refused", SERVER)], [*v6, (3, "refused", SERVER6)]]


def test_a_router_without_a_route(lab: Lab, user: int | None) -> None:
    """The router that knows no way further ends the trail."""
    assert trails(lab, user, "10.99.0.1", "fd00:99::1") == [[(1, "unreachable", ROUTER1)], [(1, "unreachable", ROUTER1_6)]]


def test_a_routing_loop_repeats_its_hops(lab: Lab) -> None:
    """In a loop the same two routers answer again and again."""
    lab.router1.ip("route", "add", "10.99.0.0/24", "via", ROUTER2)
    lab.router2.ip("route", "add", "10.99.0.0/24", "via", "10.0.2.1")

    (trail,) = trails(lab, NOBODY, "10.99.0.1")

    senders = [sender for _, outcome, sender in trail if outcome == "time-exceeded"]
    assert set(senders) == {ROUTER1, ROUTER2}
    assert min(senders.count(ROUTER1), senders.count(ROUTER2)) >= 2


def test_what_may_not_go_out_is_not_observed(lab: Lab) -> None:
    """Without a route there is no trail, and the reason is said once."""
    lab.client.ip("route", "delete", "default")

    (seen,) = lab.look(TraceHops(address=SERVER, port=PORT), user=NOBODY)

    assert isinstance(seen, NotObserved)
    assert "ENETUNREACH" in seen.reason
