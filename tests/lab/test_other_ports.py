"""Other ports of a host, in a network whose boxes limit their rejections."""

from tests.lab.network import NOBODY, ROUTER1, SERVER, Lab
from tui.model.facts import NotObserved, TcpAttempt
from tui.model.requests import TryPorts


def test_open_closed_and_silent_ports(lab: Lab, user: int | None) -> None:
    """Each port is tried once, with its own outcome."""
    lab.server.serve(8080, "greet")
    lab.server.filter("input", "tcp dport 8443 drop")

    facts = lab.look(TryPorts(address=SERVER, ports=(8080, 8081, 8443), timeout_s=0.5), user=user)

    seen = {fact.port: (fact.outcome.value, fact.purpose) for fact in facts if isinstance(fact, TcpAttempt)}
    assert seen == {8080: ("connected", "other-port"), 8081: ("refused", "other-port"), 8443: ("timeout", "other-port")}


def test_rejections_are_not_taken_for_silence(lab: Lab) -> None:
    """A box that limits its rejections gets time for each; ports that do not fit are not observed, and none is silent."""
    lab.router1.filter("forward", "reject with icmpx admin-prohibited")
    ports = tuple(range(8001, 8013))

    facts = lab.look(TryPorts(address=SERVER, ports=ports), user=NOBODY)

    seen = [fact for fact in facts if isinstance(fact, TcpAttempt)]
    unseen = [fact.request for fact in facts if isinstance(fact, NotObserved)]
    left_out = [port for request in unseen if isinstance(request, TryPorts) for port in request.ports]
    assert {(fact.outcome.value, fact.icmp.sender if fact.icmp else None) for fact in seen} == {("rejected", ROUTER1)}
    assert sorted([fact.port for fact in seen] + left_out) == list(ports)
    assert len(seen) >= 4
