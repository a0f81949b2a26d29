"""One attempt against each fault of a network: the outcome, the errno, and who sent the error."""

import pytest

from tests.lab.network import (
    CLIENT,
    CLIENT6,
    NO_HOST,
    NO_HOST6,
    NO_NEIGHBOUR,
    NO_NEIGHBOUR6,
    NOBODY,
    ROUTER1,
    ROUTER1_6,
    ROUTER2,
    ROUTER2_6,
    SERVER,
    SERVER6,
    Lab,
)
from tui.model.facts import TcpAttempt
from tui.model.requests import Connect

PORT = 5432
SENDERS = {
    "client": ("output", CLIENT, CLIENT6),
    "router1": ("forward", ROUTER1, ROUTER1_6),
    "router2": ("forward", ROUTER2, ROUTER2_6),
    "server": ("input", SERVER, SERVER6),
}
"""Where each machine can reject, and the addresses from which it then answers."""


def attempts(lab: Lab, user: int | None, *addresses: str, timeout_s: float = 3.5, port: int = PORT) -> list[TcpAttempt]:
    """One attempt on each address, at the same time."""
    looks = lab.looks(*(Connect(address=address, port=port, timeout_s=timeout_s) for address in addresses), user=user)
    return [fact for facts in looks for fact in facts if isinstance(fact, TcpAttempt)]


def icmp(attempt: TcpAttempt) -> tuple[int, int, str] | None:
    """Type, code and sender of the ICMP error that came."""
    return (attempt.icmp.type, attempt.icmp.code, attempt.icmp.sender) if attempt.icmp else None


def test_a_reset_from_the_server(lab: Lab, user: int | None) -> None:
    """A closed port is refused by a reset: an empty error queue, our own address known."""
    for seen, ours in zip(attempts(lab, user, SERVER, SERVER6), (CLIENT, CLIENT6), strict=True):
        assert (seen.outcome, seen.errno, seen.error_queue, icmp(seen)) == ("refused", "ECONNREFUSED", "empty", None)
        assert seen.local_address == ours
        assert seen.retransmits == 0


def test_a_service_that_answers(lab: Lab, user: int | None) -> None:
    """What a service does after the accept is seen without a byte being sent."""
    for port, behaviour in enumerate(("hold", "greet", "close", "reset"), start=PORT):
        lab.server.serve(port, behaviour)

    seen = [attempts(lab, user, SERVER, SERVER6, port=PORT + number) for number in range(4)]

    assert [{one.outcome.value for one in pair} for pair in seen] == [{"connected"}, {"connected"}, {"closed"}, {"reset"}]
    assert [one.first_bytes for one in seen[1]] == ["220 lab ready\\r\\n"] * 2
    assert all(one.held_ms and one.held_ms > 250 for one in seen[0])


@pytest.mark.parametrize("machine", list(SENDERS))
@pytest.mark.parametrize(
    ("rule", "outcome", "v4", "v6"),
    [
        ("reject", "refused", ("ECONNREFUSED", 3, 3), ("ECONNREFUSED", 1, 4)),
        ("reject with icmpx admin-prohibited", "rejected", ("EHOSTUNREACH", 3, 13), ("EACCES", 1, 1)),
        ("reject with icmpx host-unreachable", "unreachable", ("EHOSTUNREACH", 3, 1), ("EHOSTUNREACH", 1, 3)),
        ("reject with icmpx no-route", "unreachable", ("ENETUNREACH", 3, 0), ("ENETUNREACH", 1, 0)),
    ],
    ids=["port", "prohibited", "host", "network"],
)
def test_a_rejection_names_its_sender(  # noqa: PLR0917 -- the columns of one table
    lab: Lab, machine: str, rule: str, outcome: str, v4: tuple[str, int, int], v6: tuple[str, int, int]
) -> None:
    """An ICMP rejection gives the outcome of its type and code, and the address of the machine whose rule it is."""
    hook, sender, sender6 = SENDERS[machine]
    getattr(lab, machine).filter(hook, f"tcp dport {PORT} {rule}")

    seen = attempts(lab, NOBODY, SERVER, SERVER6)

    assert [one.outcome for one in seen] == [outcome, outcome]
    assert [one.errno for one in seen] == [v4[0], v6[0]]
    assert [icmp(one) for one in seen] == [(*v4[1:], sender), (*v6[1:], sender6)]
    assert all(one.error_queue == "icmp" for one in seen)


def test_root_and_nobody_see_the_same_rejection(lab: Lab, user: int | None) -> None:
    """The error queue needs no privilege."""
    lab.router1.filter("forward", f"tcp dport {PORT} reject")

    seen = attempts(lab, user, SERVER, SERVER6)

    assert [icmp(one) for one in seen] == [(3, 3, ROUTER1), (1, 4, ROUTER1_6)]


@pytest.mark.parametrize(("machine", "hook"), [("server", "input"), ("router2", "forward"), ("client", "output")])
def test_a_dropped_attempt_is_silent(lab: Lab, machine: str, hook: str) -> None:
    """Where packets are dropped, even by our own filter, the attempt ends at its deadline with the SYN sent again."""
    getattr(lab, machine).filter(hook, f"tcp dport {PORT} drop")

    for seen in attempts(lab, NOBODY, SERVER, SERVER6, timeout_s=1.3):
        assert (seen.outcome, seen.errno, seen.error_queue, icmp(seen)) == ("timeout", None, "empty", None)
        assert seen.retransmits == 1
        assert seen.latency_ms > 1250


def test_a_reset_by_the_own_filter_looks_like_the_servers(lab: Lab, user: int | None) -> None:
    """`reject with tcp reset` on this machine gives a refusal with an empty queue: only its rule or the TTL tells."""
    lab.client.filter("output", f"tcp dport {PORT} reject with tcp reset")

    for seen in attempts(lab, user, SERVER, SERVER6):
        assert (seen.outcome, seen.error_queue) == ("refused", "empty")


def test_dead_machines_are_unreachable(lab: Lab) -> None:
    """A neighbour that does not answer is reported by our own kernel, a host behind the last router by that router."""
    seen = attempts(lab, NOBODY, NO_NEIGHBOUR, NO_NEIGHBOUR6, NO_HOST, NO_HOST6, timeout_s=6)

    assert [(one.outcome, one.errno) for one in seen] == [("unreachable", "EHOSTUNREACH")] * 4
    assert [icmp(one) for one in seen] == [(3, 1, CLIENT), (1, 3, CLIENT6), (3, 1, ROUTER2), (1, 3, ROUTER2_6)]
    assert [one.icmp.sender == one.local_address for one in seen if one.icmp] == [True, True, False, False]


def test_a_network_that_no_router_knows(lab: Lab, user: int | None) -> None:
    """The router that has no route is named."""
    seen = attempts(lab, user, "10.99.0.1", "fd00:99::1")

    assert [(one.outcome, icmp(one)) for one in seen] == [("unreachable", (3, 0, ROUTER1)), ("unreachable", (1, 0, ROUTER1_6))]


def test_a_routing_loop_ends_the_ttl(lab: Lab, user: int | None) -> None:
    """Time exceeded at full TTL is unreachable, with the router at which the packet died."""
    for network, router1, router2 in (("10.99.0.0/24", ROUTER2, "10.0.2.1"), ("fd00:99::/64", ROUTER2_6, "fd00:2::1")):
        lab.router1.ip("route", "add", network, "via", router1)
        lab.router2.ip("route", "add", network, "via", router2)

    seen = attempts(lab, user, "10.99.0.1", "fd00:99::1")

    assert [(one.outcome, one.icmp.meaning if one.icmp else "") for one in seen] == [("unreachable", "time exceeded")] * 2


@pytest.mark.parametrize(
    ("kind", "v4", "v6"),
    [
        ("unreachable", "EHOSTUNREACH", "EHOSTUNREACH"),
        ("prohibit", "EACCES", "EACCES"),
        ("blackhole", "EINVAL", "EINVAL"),
        ("throw", "ENETUNREACH", "ENETUNREACH"),
    ],
)
def test_a_route_of_this_machine_blocks(lab: Lab, user: int | None, kind: str, v4: str, v6: str) -> None:
    """A route that forbids is our own kernel's no: at once, with an empty queue."""
    lab.client.ip("route", "add", kind, "10.0.3.0/24")
    lab.client.ip("route", "add", kind, "fd00:3::/64")
    lab.client.ip("route", "delete", "default")
    lab.client.ip("-6", "route", "delete", "default")

    seen = attempts(lab, user, SERVER, SERVER6)

    assert [(one.outcome, one.errno, one.error_queue, one.icmp) for one in seen] == [
        ("blocked", v4, "empty", None),
        ("blocked", v6, "empty", None),
    ]


def test_no_route_at_all(lab: Lab, user: int | None) -> None:
    """Without a route nothing goes out: blocked, ENETUNREACH."""
    lab.client.ip("route", "delete", "default")
    lab.client.ip("-6", "route", "delete", "default")

    seen = attempts(lab, user, SERVER, SERVER6)

    assert [(one.outcome, one.errno, one.icmp) for one in seen] == [("blocked", "ENETUNREACH", None)] * 2


def test_ipv6_switched_off(lab: Lab, user: int | None) -> None:
    """Where the interfaces have no IPv6, its addresses are blocked by this machine."""
    lab.client.sysctl("net.ipv6.conf.all.disable_ipv6=1")

    (seen,) = attempts(lab, user, SERVER6)

    assert (seen.outcome, seen.errno) == ("blocked", "EADDRNOTAVAIL")


def test_the_source_address(lab: Lab, user: int | None) -> None:
    """A source address of ours is bound; one that is not ours is blocked, and named."""
    requests = [Connect(address=SERVER, port=PORT, source=source) for source in (CLIENT, "10.0.1.200", "127.0.0.1", CLIENT6)]

    seen = [fact for facts in lab.looks(*requests, user=user) for fact in facts if isinstance(fact, TcpAttempt)]

    assert [(one.outcome, one.errno, one.source) for one in seen] == [
        ("refused", "ECONNREFUSED", CLIENT),
        ("blocked", "EADDRNOTAVAIL", "10.0.1.200"),
        ("blocked", "EINVAL", "127.0.0.1"),
        ("blocked", "EAFNOSUPPORT", CLIENT6),
    ]


def test_no_free_source_port(lab: Lab, user: int | None) -> None:
    """When all source ports towards the target are in use, the attempt is blocked with EADDRNOTAVAIL."""
    lab.server.serve(PORT)
    lab.client.sysctl("net.ipv4.ip_local_port_range=40000 40001")

    seen = attempts(lab, user, SERVER, SERVER, SERVER)

    assert sorted(one.outcome for one in seen) == ["blocked", "connected", "connected"]
    assert {one.errno for one in seen} == {None, "EADDRNOTAVAIL"}


def test_a_socket_that_meets_itself_is_no_service(lab: Lab) -> None:
    """On loopback a source port that is the target's own connects to itself; that is not taken for a listener."""
    lab.client.sysctl("net.ipv4.ip_local_port_range=40000 40007")

    seen = [one for _ in range(3) for one in attempts(lab, NOBODY, *["127.0.0.1"] * 8, port=40000)]

    assert {(one.outcome, one.errno) for one in seen} == {("refused", "ECONNREFUSED")}


def test_a_link_local_address_needs_its_zone(lab: Lab, user: int | None) -> None:
    """With its zone a link-local address is reached over that interface; without one, or with an unknown one, it is blocked."""
    lab.router1.ip("address", "add", "fe80::1/64", "dev", "eth0", "nodad")

    seen = attempts(lab, user, "fe80::1%eth0", "fe80::1", "fe80::1%eth9")

    assert [(one.outcome, one.errno) for one in seen] == [
        ("refused", "ECONNREFUSED"),
        ("blocked", "EINVAL"),
        ("blocked", "ENODEV"),
    ]
    assert [one.address for one in seen] == ["fe80::1%eth0", "fe80::1", "fe80::1%eth9"]
