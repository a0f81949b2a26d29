"""Where a reset comes from, measured over two routers without privilege: the two numbers, and whose hop it is."""

import pytest

from tests.lab.network import NOBODY, ROUTER1, ROUTER1_6, ROUTER2, ROUTER2_6, SERVER, SERVER6, Lab
from tui.model.facts import ResetOrigin
from tui.model.requests import FindResetOrigin

PORT, OPEN = 5432, 22
RESET = f"tcp dport {PORT} reject with tcp reset"
ROUTERS = {SERVER: {1: ROUTER1, 2: ROUTER2}, SERVER6: {1: ROUTER1_6, 2: ROUTER2_6}}
each_family = pytest.mark.parametrize("address", [SERVER, SERVER6], ids=["IPv4", "IPv6"])


def origin(lab: Lab, address: str, user: int | None = NOBODY, reference_port: int | None = None) -> ResetOrigin:
    """The measurement on the client."""
    (fact,) = lab.look(FindResetOrigin(address=address, port=PORT, reference_port=reference_port), user=user)
    assert isinstance(fact, ResetOrigin), fact
    return fact


@each_family
@pytest.mark.parametrize("filtered", [False, True], ids=["closed-port", "own-filter"])
def test_the_hosts_own_reset(lab: Lab, user: int | None, address: str, *, filtered: bool) -> None:
    """A closed port, or the server's own filter, answers from as far as an echo does."""
    if filtered:
        lab.server.filter("input", RESET)

    fact = origin(lab, address, user)

    assert (fact.received_ttl, fact.smallest_ttl) == (62, 3)
    assert fact.hops == ((2, ROUTERS[address][2]),)
    assert [(one.kind, one.received_ttl, one.smallest_ttl) for one in fact.references] == [("echo", 62, 3)]
    assert fact.discarded == 1


@each_family
@pytest.mark.parametrize(
    ("router", "hook", "numbers"),
    [
        ("router1", "forward", (64, 2)),
        ("router1", "prerouting", (64, 1)),
        ("router2", "forward", (63, 3)),
        ("router2", "prerouting", (63, 2)),
    ],
)
def test_a_forged_reset(lab: Lab, address: str, router: str, hook: str, numbers: tuple[int, int]) -> None:
    """A router's reset has lost less on its way than the host's answers, and whose hop it is was asked."""
    getattr(lab, router).filter(hook, RESET)
    lab.server.serve(OPEN)

    fact = origin(lab, address, reference_port=OPEN)

    assert (fact.received_ttl, fact.smallest_ttl) == numbers
    assert {(one.kind, one.received_ttl, one.smallest_ttl) for one in fact.references} == {("echo", 62, 3), ("syn-ack", 62, 3)}
    hop = 65 - numbers[0]
    known = dict(fact.hops) | {ttl: sender for one in fact.references for ttl, sender in one.hops}
    assert known[hop] == ROUTERS[address][hop]


def test_without_an_echo_a_port_that_accepts_is_the_measure(lab: Lab) -> None:
    """Where the host does not answer to ping, its SYN-ACK gives the same numbers."""
    lab.router1.filter("forward", RESET, "icmp type echo-request drop")
    lab.server.serve(OPEN)

    fact = origin(lab, SERVER, reference_port=OPEN)

    assert (fact.received_ttl, fact.smallest_ttl) == (64, 2)
    assert [(one.kind, one.received_ttl, one.smallest_ttl) for one in fact.references] == [("syn-ack", 62, 3)]


def test_a_port_that_is_led_to_the_router_itself(lab: Lab) -> None:
    """A translation to a closed port of the router looks like its filter before routing: hop and distance are the same."""
    lab.router1.nft(
        f"table ip lab {{ chain nat {{ type nat hook prerouting priority dstnat; tcp dport {PORT} redirect to :{PORT}; }}; }}"
    )

    fact = origin(lab, SERVER)

    assert (fact.received_ttl, fact.smallest_ttl) == (64, 1)
