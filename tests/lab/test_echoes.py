"""Echo requests through a real network: by a ping socket, by a raw socket, and by the program ping."""

import pytest

from tests.lab.network import CLIENT, NO_NEIGHBOUR, NOBODY, ROUTER1, ROUTER1_6, SERVER, SERVER6, Lab
from tui.model.facts import Echo, NotObserved
from tui.model.requests import SendEcho


def echoes(lab: Lab, user: int | None, *addresses: str, count: int = 2) -> list[Echo]:
    """The echo facts of all addresses, asked at the same time."""
    looks = lab.looks(*(SendEcho(address=address, count=count) for address in addresses), user=user)
    return [fact for facts in looks for fact in facts if isinstance(fact, Echo)]


@pytest.fixture(params=["raw socket", "ping socket", "program"])
def way(request: pytest.FixtureRequest, lab: Lab) -> int | None:
    """Each way to send an echo, as the user who is left with it."""
    lab.client.sysctl(f"net.ipv4.ping_group_range={'0 2147483647' if request.param == 'ping socket' else '1 0'}")
    return None if request.param == "raw socket" else NOBODY


def test_replies_and_their_ttl(lab: Lab, way: int | None) -> None:
    """Two routers away, both families: all replies come, with a TTL two below the 64 they were sent with."""
    for seen in echoes(lab, way, SERVER, SERVER6):
        assert (seen.sent, seen.received, seen.ttl, seen.icmp, seen.error) == (2, 2, 62, None, None)
        assert len(seen.rtt_ms) == 2
        assert all(0 < one < 1000 for one in seen.rtt_ms)


def test_a_rejected_echo_names_its_sender(lab: Lab, way: int | None) -> None:
    """The ICMP error of a router that filters echoes is told with type, code and sender."""
    lab.router1.filter("forward", "meta l4proto { icmp, icmpv6 } reject with icmpx admin-prohibited")

    seen = echoes(lab, way, SERVER, SERVER6)

    assert [(one.received, one.icmp and (one.icmp.type, one.icmp.code, one.icmp.sender)) for one in seen] == [
        (0, (3, 13, ROUTER1)),
        (0, (1, 1, ROUTER1_6)),
    ]


def test_silence(lab: Lab, way: int | None) -> None:
    """Where echoes are dropped they count as sent, and nothing is received."""
    lab.server.filter("input", "icmp type echo-request drop", "icmpv6 type echo-request drop")

    seen = echoes(lab, way, SERVER, SERVER6)

    assert [(one.sent, one.received, one.icmp, one.error) for one in seen] == [(2, 0, None, None)] * 2


def test_a_dead_neighbour(lab: Lab) -> None:
    """After three seconds of unanswered ARP our own address reports the neighbour; until then there is silence."""
    (seen,) = echoes(lab, None, NO_NEIGHBOUR, count=10)

    assert seen.received == 0
    assert seen.icmp
    assert (seen.icmp.type, seen.icmp.code, seen.icmp.sender) == (3, 1, CLIENT)


@pytest.mark.parametrize(("kind", "errno"), [("prohibit", "EACCES"), ("blackhole", "EINVAL"), ("unreachable", "EHOSTUNREACH")])
def test_a_route_that_forbids(lab: Lab, way: int | None, kind: str, errno: str) -> None:
    """Where our own kernel lets no echo out, the errno says so and nothing counts as sent."""
    lab.client.ip("route", "add", kind, "10.0.3.0/24")

    (seen,) = echoes(lab, way, SERVER)

    assert (seen.sent, seen.received, seen.error) == (0, 0, errno)


def test_the_own_filter_shows_to_a_socket(lab: Lab) -> None:
    """A drop on the way out is EPERM for a socket of our own."""
    lab.client.filter("output", "icmp type echo-request drop")

    (seen,) = echoes(lab, None, SERVER)

    assert (seen.sent, seen.error) == (0, "EPERM")


def test_nobody_may_ask(lab: Lab) -> None:
    """Without a permitted group, root or a ping that may, the look is not observed, with what would allow it."""
    request = '[{"check": "echo", "address": "10.0.3.9"}]'
    done = lab.client.run(*lab.looking(), user=NOBODY, confined=True, stdin=request)

    ((seen,),) = lab.read(done.stdout)

    assert isinstance(seen, NotObserved)
    assert "ICMP socket" in seen.reason
    assert "ping_group_range" in seen.remedy
