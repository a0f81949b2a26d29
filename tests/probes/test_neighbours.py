"""Neighbour entries, in a namespace where they were made."""

import pytest

from tests.probes.machine import NOBODY, facts_behind, needs_namespaces, network_namespace
from tests.probes.run_check import facts_of
from tui.model.facts import Neighbour, NotObserved
from tui.model.requests import LookUpNeighbour

NETWORK = (
    "ip link add v0 type veth peer name v1",
    "ip address add 10.77.0.1/24 dev v0",
    "ip address add fd77::1/64 dev v0 nodad",
    "ip link set v0 up",
    "ip neigh add 10.77.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent",
    "ip neigh add 10.77.0.7 dev v0 nud failed",
    "ip neigh add fd77::9 lladdr 02:00:00:00:00:66 dev v0 nud stale",
)


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize("user", [(), NOBODY], ids=["root", "nobody"])
def test_an_entry_has_its_state_and_address(user: tuple[str, ...]) -> None:
    """Permanent, failed and stale entries of both families are read, and one that is not there is `none`."""
    wanted = {
        "10.77.0.9": ("permanent", "02:00:00:00:00:09"),
        "10.77.0.7": ("failed", None),
        "fd77::9": ("stale", "02:00:00:00:00:66"),
        "10.77.0.2": ("none", None),
        "fd77::2": ("none", None),
    }
    with network_namespace(*NETWORK) as inside:
        found = {address: facts_behind((*inside, *user), LookUpNeighbour(address=address, device="v0")) for address in wanted}

    assert {address: (fact.state, fact.mac) for address, (fact,) in found.items() if isinstance(fact, Neighbour)} == wanted


@pytest.mark.parametrize(("address", "device", "reason"), [("10.0.0.5", "nope", "no interface 'nope'"), ("db-1", "lo", "'db-1'")])
async def test_what_cannot_be_looked_up_says_why(address: str, device: str, reason: str) -> None:
    """A device that is not there, or a name for an address, gives the reason."""
    (fact,) = await facts_of(LookUpNeighbour(address=address, device=device))

    assert isinstance(fact, NotObserved)
    assert reason in fact.reason
