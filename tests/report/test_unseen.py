"""Nothing is silently skipped: what could not be checked is named, with what would allow it."""

from tests.documents import documented
from tui.model.case import Case
from tui.model.facts import Listeners, NotObserved, Outcome, Route, TcpAttempt
from tui.model.options import Options
from tui.model.requests import AnyRequest, ListListeners, LookUpRoute, SendEcho, TraceHops
from tui.model.target import parse_target
from tui.report.unseen import unseen

TARGET = parse_target("10.0.3.9:5432")


def sentences(
    *facts: NotObserved | Listeners, asked: tuple[AnyRequest, ...] = (), ended: tuple[AnyRequest, ...] = ()
) -> list[str]:
    """What a case of these facts says of the unseen; its document is valid."""
    case = Case(target=TARGET, facts=facts, asked=asked, ended=ended)
    documented(case)
    return list(unseen(case))


def test_a_check_that_failed_is_named_with_its_reason_and_remedy() -> None:
    """A check that could not be made is one sentence: what, why, and what would allow it."""
    fact = NotObserved(
        request=SendEcho(address="10.0.3.9"), reason="This user may not open an ICMP socket.", remedy="run as root"
    )

    assert sentences(fact) == ["An echo (ping) to 10.0.3.9: This user may not open an ICMP socket. Run as root."]


def test_the_same_is_said_once() -> None:
    """A check that failed twice for the same reason is one sentence."""
    fact = NotObserved(request=SendEcho(address="10.0.3.9"), reason="No.")

    assert len(sentences(fact, fact)) == 1


def test_hidden_owners_are_counted() -> None:
    """Owners that this user may not see are counted by the newest whole table; the quick first reading does not count."""
    quick = Listeners(hidden_owners=9, owners_known=False)
    found = sentences(quick, Listeners(hidden_owners=2))

    assert found == ["The owners of 2 listening sockets: run as root (in a container, outside of it)."]
    assert sentences(quick) == []
    assert sentences(Listeners(hidden_owners=2), Listeners()) == []


def test_the_far_end_is_named() -> None:
    """Where the table came through a command prefix, the sentence says so."""
    assert "through 'ssh db1'" in sentences(Listeners(hidden_owners=1, vantage="ssh db1"))[0]


def test_listeners_that_were_left_out_are_counted() -> None:
    """A table that was too long says how many rows are missing."""
    assert "3 listening sockets beyond the first 0" in sentences(Listeners(omitted=3))[0]


def test_a_check_that_was_under_way_is_named() -> None:
    """Where a walk was cut, what was under way is said to have no answer."""
    request = TraceHops(address="10.0.3.9", port=5432)

    assert sentences(asked=(request,)) == ["The hops towards 10.0.3.9:5432: the walk ended before this check did."]
    assert sentences(asked=(request,), ended=(request,)) == []


def test_ports_that_were_not_tried_are_said_where_they_would_have_told_more() -> None:
    """Without consent the other ports of a silent machine are named as untried; of this machine nobody would try them."""
    silent = TcpAttempt(address="10.0.3.9", port=5432, outcome=Outcome.TIMEOUT, latency_ms=3500)
    remote = Route(address="10.0.3.9", type="unicast", gateway="10.0.0.1", device="eth0")
    local = Route(address="10.0.3.9", type="local", device="lo")
    wish = Options(probe_ports=False)

    def said(route: Route, answer: str) -> list[str]:
        return list(unseen(Case(target=TARGET, options=wish, facts=(silent, route), answers=(("consent.ports", answer),))))

    assert "22" in said(remote, "no")[0]
    assert said(remote, "yes") == []
    assert said(local, "no") == []


def test_requests_in_words_name_what_they_check() -> None:
    """A check on the other end and one of the route differ in words."""
    found = sentences(
        NotObserved(request=ListListeners(vantage="ssh db1"), reason="No."),
        NotObserved(request=LookUpRoute(address="::1"), reason="No."),
    )

    assert found == ["Listening sockets through 'ssh db1': No.", "The route to ::1: No."]
