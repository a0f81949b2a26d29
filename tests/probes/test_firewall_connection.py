"""The connection that rules are held against, and how a look at the rules ends where something is not known."""

import os
from pathlib import Path

import pytest

from tests.probes.test_firewall_walk import FLOW, tables
from tui.model.facts import AnyFact, Firewall, NotObserved, Route
from tui.model.requests import ReadFirewall
from tui.probes.firewall import firewall
from tui.probes.firewall.evaluate import Flow, outgoing
from tui.probes.firewall.firewall import ephemeral_ports
from tui.probes.firewall.tables import Filter, filter_of
from tui.probes.firewall.tools import NothingReadError
from tui.probes.firewall.walk import TooManyRulesError
from tui.probes.kernel.system_view import SystemView

AWAY = Route(address="10.9.0.7", type="unicast", device="d0", source="10.9.0.1", text="")
HERE = Route(address="10.9.0.1", type="local", device="d0", text="")
SAVED = b"*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 5432 -j DROP\nCOMMIT\n"
REQUEST = ReadFirewall(address="10.9.0.7", port=5432)


@pytest.fixture(name="proc")
def a_proc(tmp_path: Path) -> Path:
    """A /proc with a range of source ports, and a process."""
    (tmp_path / "sys/net/ipv4").mkdir(parents=True)
    (tmp_path / "sys/net/ipv4/ip_local_port_range").write_text("40000\t41000\n")
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "status").write_text("Name:\tx\nUid:\t1\t1002\t3\t4\nGid:\t5\t1006\t7\t8\nGroups:\t9 9 9\n")
    return tmp_path


def routed(monkeypatch: pytest.MonkeyPatch, route: Route) -> list[tuple[str, int]]:
    """A kernel with this one route; the list gets each address and interface that it is asked for."""
    asked: list[tuple[str, int]] = []

    def find_route(address: object, interface: int) -> Route:
        asked.append((str(address), interface))
        return route

    monkeypatch.setattr(firewall, "find_route", find_route)
    return asked


@pytest.mark.parametrize(
    ("request_", "route", "expected"),
    [
        (REQUEST, AWAY, {"source": "10.9.0.1", "device": "d0", "is_local": False}),
        (
            ReadFirewall(address="10.9.0.7", port=5432, source="10.9.0.2", device="d1"),
            AWAY,
            {"source": "10.9.0.2", "device": "d1"},
        ),
        (ReadFirewall(address="10.9.0.1", port=5432), HERE, {"source": "10.9.0.1", "device": "lo", "is_local": True}),
        (
            ReadFirewall(address="10.9.0.1", port=5432, device="d1", source="127.0.0.1"),
            HERE,
            {"source": "127.0.0.1", "device": "lo"},
        ),
        (REQUEST, Route(address="10.9.0.7", type="unicast", text=""), {"source": None, "device": None}),
        (REQUEST, AWAY, {"uid": os.geteuid(), "gid": os.getegid()}),
        (ReadFirewall(address="10.9.0.7", port=5432, pid=7), AWAY, {"uid": 1002, "gid": 1006}),
        (ReadFirewall(address="10.9.0.7", port=5432, pid=8), AWAY, {"uid": None, "gid": None}),
    ],
)
def test_a_connection_as_the_kernel_makes_it(
    request_: ReadFirewall, route: Route, expected: dict[str, object], proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Source and device by the request, else by the route; a local one uses loopback; users by the process that is meant."""
    asked = routed(monkeypatch, route)
    flow = firewall._connection(request_, proc)

    assert asked == [(request_.address, 0)]
    assert (flow.address, flow.port, flow.ephemeral) == (request_.address, 5432, (40000, 41000))
    assert {name: getattr(flow, name) for name in expected} == expected


def test_a_zone_is_the_interface_that_is_asked_for(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`fe80::1%lo` is looked up there."""
    asked = routed(monkeypatch, AWAY)

    assert firewall._connection(ReadFirewall(address="fe80::1%lo", port=1), proc).address == "fe80::1"
    assert asked == [("fe80::1", 1)]


@pytest.mark.parametrize("text", ["", "1024", "a b", "1 2 3"])
def test_source_ports_that_are_not_known_may_be_any(text: str, proc: Path) -> None:
    """A range that cannot be read leaves every port open."""
    assert ephemeral_ports(proc) == (40000, 41000)
    (proc / "sys/net/ipv4/ip_local_port_range").write_text(text)
    assert ephemeral_ports(proc) == (1, 65535)


async def look(
    monkeypatch: pytest.MonkeyPatch, rules: Filter | Exception, flow: Flow | Exception = FLOW, allowed: bool = True
) -> AnyFact:
    """One look with these rules and this connection."""

    async def read_filter(_system: SystemView) -> Filter:
        if isinstance(rules, Exception):
            raise rules
        return rules

    def connection(_request: ReadFirewall, _proc: Path) -> Flow:
        if isinstance(flow, Exception):
            raise flow
        return flow

    async def quoted(_keys: object, _system: SystemView) -> dict[object, str]:
        return {}

    monkeypatch.setattr(firewall, "may_list", lambda _: allowed)
    monkeypatch.setattr(firewall, "read_filter", read_filter)
    monkeypatch.setattr(firewall, "_connection", connection)
    monkeypatch.setattr(firewall, "quoted", quoted)
    (fact,) = [each async for each in firewall.check(REQUEST, SystemView())]
    return fact


@pytest.mark.parametrize(
    ("rules", "flow", "reason", "remedy"),
    [
        (NothingReadError("nothing at all"), FLOW, "nothing at all", "Run it as root, on the machine itself."),
        (Filter(), OSError("no netlink"), "The connection's route is not known (no netlink).", ""),
        (Filter(), ValueError("no address"), "The connection's route is not known (no address).", ""),
        (TooManyRulesError(), FLOW, "There are too many rules to follow.", "Look for the port in them."),
    ],
)
async def test_why_rules_are_not_known(
    rules: Filter | Exception, flow: Flow | Exception, reason: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was read, the route is not known, there are too many: each with what helps, and the command that shows them."""
    fact = await look(monkeypatch, rules, flow)

    assert isinstance(fact, NotObserved)
    assert (fact.reason, fact.remedy, fact.command) == (reason, remedy, firewall.COMMAND)


async def test_rules_are_told_as_they_treat_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule that decides, of the tool that has it; without one the answer is that none matches."""
    fact = await look(monkeypatch, filter_of({"iptables-legacy": SAVED}))
    none = await look(monkeypatch, filter_of({"iptables-legacy": SAVED.replace(b"5432", b"5433")}))

    assert isinstance(fact, Firewall)
    assert isinstance(none, Firewall)
    assert (fact.answer, fact.address, fact.port, fact.side, fact.vantage) == ("matches", "10.9.0.7", 5432, "client", None)
    assert fact.deciding is not None
    assert fact.command == "sudo iptables-legacy-save -c"
    assert (none.answer, none.deciding, none.command) == ("does-not-match", None, "sudo nft -a list ruleset")


async def test_who_may_not_list_rules_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the capability nothing is asked."""
    fact = await look(monkeypatch, AssertionError("asked"), AssertionError("asked"), allowed=False)

    assert isinstance(fact, NotObserved)
    assert fact.remedy


def test_what_follows_a_certain_end_is_not_looked_at() -> None:
    """A chain behind the one that drops the packet leaves nothing open."""
    rules = tables(raw="-A OUTPUT -j DROP", filter="-A OUTPUT -m limit --limit 5/sec -j REJECT")
    outcome = outgoing(FLOW, rules)

    assert outcome.deciding is not None
    assert outcome.undecided == ()
