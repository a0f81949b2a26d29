"""This machine and the other end are told apart: what one of them has says nothing of the other."""

import ast

from tests.approved import ROOT
from tui.diagnosis.readings import ends, outcomes
from tui.diagnosis.readings.containers import look
from tui.model.case import Case
from tui.model.facts import AnyFact, Listeners, OtherNamespaces, Outcome, Route, TcpAttempt
from tui.model.options import Options
from tui.model.target import TcpTarget

PORT = 8080
FAR = "10.0.3.9"
PREFIX = "ssh db1"
NEWEST = {"case.last", "case.all"}
"""How facts are taken out of a case."""


def refusing(*facts: AnyFact, address: str = FAR) -> Case:
    """A case whose one address refused by a reset, with what else is known."""
    attempt = TcpAttempt(address=address, port=PORT, outcome=Outcome.REFUSED, latency_ms=0.2, error_queue="empty")
    route = Route(address=address, type="unicast" if address == FAR else "local")
    target = TcpTarget(text=f"{address}:{PORT}", host=address, port=PORT)
    return Case(target=target, options=Options(servers=(PREFIX,)), facts=(attempt, route, *facts))


def test_the_newest_look_is_that_of_the_end_that_is_asked_for() -> None:
    """A later look at the other end does not hide that at this machine, nor the other way round."""
    here, there = OtherNamespaces(id="here"), OtherNamespaces(id="there", vantage=PREFIX)
    for facts in ((here, there), (there, here)):
        case = refusing(*facts)

        assert outcomes.other_namespaces(case) == here
        assert outcomes.other_namespaces(case, PREFIX) == there


def test_no_reading_takes_the_newest_look_without_saying_whose() -> None:
    """In the diagnosis only the one reading takes such facts out of a case; everything else asks it."""
    bypassing = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "tui/diagnosis").rglob("*.py"))
        if path != ROOT / "tui/diagnosis/readings/outcomes.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in NEWEST
        and any(isinstance(word, ast.Name) and word.id == OtherNamespaces.__name__ for word in node.args)
    }

    assert bypassing == set()


def test_the_other_end_is_looked_into_where_it_refuses_and_nothing_listens() -> None:
    """Not before its sockets are known, not where something listens, and this machine is left out."""
    without = Listeners(vantage=PREFIX, addresses=(FAR,))

    assert list(ends.looks(refusing())) == []
    assert list(ends.looks(refusing(Listeners()))) == []
    assert list(ends.looks(refusing(without))) == [look(refusing(), PREFIX)]
    assert list(ends.looks(refusing(without, Listeners(), address="127.0.0.1"))) == [look(refusing(address="127.0.0.1"))]
