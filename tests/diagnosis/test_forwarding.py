"""Where a port leads, what is looked at behind it, and which rule counts: readings of cases that differ in one fact."""

from pathlib import Path
from typing import TypeVar

import pytest
from msgspec.structs import replace

from tests.casefile import CASES, load
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import wanted_checks
from tui.diagnosis.readings import forwarding, rules
from tui.diagnosis.readings.forwarding import StateBehind
from tui.model.case import Case
from tui.model.facts import Fact, Firewall, Forwarders, Listeners, OtherNamespaces, Outcome, SystemAnswer, TcpAttempt
from tui.model.requests import Connect, FindForwarders, LookUpNeighbour, ReadFirewall, Request, ResolveSystem

R = TypeVar("R", bound=Request)
SOCAT = "server.wrong-mapping/socat-to-a-dead-port"
TUNNEL = "server.wrong-mapping/tunnel-that-closes-at-once"
BALANCER = "server.wrong-mapping/balancer-with-a-server-that-answers"
CONTAINER = "server.wrong-mapping/port-of-a-container-where-nothing-listens"
GONE = "server.wrong-mapping/container-is-gone"


def case_of(name: str) -> Case:
    """The case in a file."""
    return load(Path(CASES, f"{name}.toml")).case


def without(case: Case, *kinds: type[Fact], purpose: str = "") -> Case:
    """The case without the facts of some kinds, and without the attempts of one purpose."""
    left = [
        fact
        for fact in case.facts
        if not isinstance(fact, kinds) and not (isinstance(fact, TcpAttempt) and fact.purpose == purpose)
    ]
    return replace(case, facts=tuple(left))


def wanted(case: Case, kind: type[R]) -> list[R]:
    """The checks of one kind that are wanted."""
    return [request for request in wanted_checks(case, hypotheses()) if isinstance(request, kind)]


def with_other(case: Case, kind: type[Fact], **changes: object) -> Case:
    """The case in which the facts of one kind have other fields."""
    return replace(case, facts=tuple(replace(fact, **changes) if isinstance(fact, kind) else fact for fact in case.facts))


def test_who_holds_an_own_port_is_looked_for_once_it_is_known() -> None:
    """By its process id, as soon as the owners of sockets have been searched for."""
    case = without(case_of(SOCAT), Forwarders)
    early = with_other(case, Listeners, owners_known=False)

    assert wanted(case, FindForwarders) == [FindForwarders(port=8080, pid=812)]
    assert wanted(early, FindForwarders) == []


def test_a_port_that_connects_leads_nowhere_else() -> None:
    """Nothing is looked for behind a port that works."""
    case = case_of(SOCAT)
    well = with_other(case, TcpAttempt, outcome=Outcome.CONNECTED)

    assert wanted(without(well, Forwarders), FindForwarders) == []


def test_each_place_behind_is_tried_once() -> None:
    """One attempt on each server of a balancer."""
    tried = wanted(without(case_of(BALANCER), purpose="behind"), Connect)

    assert [(request.address, request.port, request.attempts) for request in tried if request.purpose == "behind"] == [
        ("192.0.2.1", 5432, 1),
        ("192.0.2.2", 5432, 1),
    ]


def test_what_a_tunnel_leads_to_is_not_tried_from_here() -> None:
    """The name is another machine's, so it is neither looked up nor connected to."""
    case = case_of(TUNNEL)

    assert [request for request in wanted(case, Connect) if request.purpose == "behind"] == []
    assert ResolveSystem(name="db") not in wanted(case, ResolveSystem)


def test_a_name_behind_is_looked_up_and_tried() -> None:
    """A forwarder of this machine uses its names."""
    case = case_of(SOCAT)
    socat = next(fact for fact in case.facts if isinstance(fact, Forwarders)).forwarders[0]
    case = with_other(case, Forwarders, forwarders=(replace(socat, leads_to=(("db", 5432),)),))
    resolved = replace(case, facts=(*case.facts, SystemAnswer(id="a", name="db", addresses=("192.0.2.9",), took_ms=1.0)))

    assert ResolveSystem(name="db") in wanted(case, ResolveSystem)
    assert ("192.0.2.9", "behind") in [(request.address, request.purpose) for request in wanted(resolved, Connect)]


def test_the_neighbour_behind_is_asked_for_once_it_is_out_of_reach() -> None:
    """Whether anybody has the address shows after the attempt on it."""
    asked = [(request.address, request.device) for request in wanted(case_of(GONE), LookUpNeighbour)]

    assert ("172.17.0.9", "docker0") in asked


@pytest.mark.parametrize(
    ("name", "dropped", "state"),
    [
        (CONTAINER, (), StateBehind.OTHER_PORTS),
        (CONTAINER, (OtherNamespaces,), StateBehind.REFUSED),
        (GONE, (), StateBehind.GONE),
        ("server.wrong-mapping/gateway-has-no-route", (), StateBehind.UNREACHABLE),
        ("path.rejected/container-that-is-led-to-rejects", (), StateBehind.REJECTED),
        ("path.filtered/container-that-is-led-to-stays-silent", (), StateBehind.SILENT),
        ("server.not-listening/nothing-in-the-container-that-is-led-to", (), StateBehind.NOTHING),
        ("server.bound-elsewhere/loopback-of-the-container-that-is-led-to", (), StateBehind.BOUND_ELSEWHERE),
    ],
)
def test_what_is_behind_is_told_by_what_was_seen(name: str, dropped: tuple[type[Fact], ...], state: StateBehind) -> None:
    """Listeners where they are known, else the attempt."""
    assert [place.state for place in forwarding.behind(without(case_of(name), *dropped), "10.9.0.1")] == [state]


def test_a_place_that_nobody_tried_is_unknown() -> None:
    """Without listeners and without an attempt nothing is said of it."""
    case = without(case_of(CONTAINER), OtherNamespaces, purpose="behind")

    assert [place.state for place in forwarding.behind(case, "10.9.0.1")] == [StateBehind.UNKNOWN]


def test_a_counter_is_read_again_only_where_it_can_tell() -> None:
    """After attempts that came after the first reading, and where the rule counts."""
    case = case_of("path.local-firewall/counter-rises-with-the-attempts")
    first = next(fact for fact in case.facts if isinstance(fact, Firewall))
    once = replace(case, facts=tuple(fact for fact in case.facts if fact is first or not isinstance(fact, Firewall)))
    assert first.deciding is not None
    mute = replace(first, deciding=replace(first.deciding, packets=None))
    uncounted = replace(once, facts=tuple(mute if fact is first else fact for fact in once.facts))

    assert [request.again for request in wanted(once, ReadFirewall)] == [0, 1]
    assert [request.again for request in wanted(uncounted, ReadFirewall)] == [0]
    assert rules.growth(case, "10.9.3.7", first.deciding) == 2
    assert rules.growth(once, "10.9.3.7", first.deciding) is None
