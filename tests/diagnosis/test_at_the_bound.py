"""Where a reading turns: what holds at its bound, and not a step before. The numbers stand here once more, on purpose."""

import pytest

from tui.diagnosis.readings import containers, counters, hosts, latency, secure, services
from tui.model.case import Case
from tui.model.facts import OtherNamespaces, Outcome, Talk, TcpAttempt
from tui.model.facts.answer import HttpAnswer, TlsAnswer
from tui.model.facts.attempt import IcmpError
from tui.model.facts.other_namespaces import Container, ContainerState
from tui.model.target import parse_target

ADDRESS = "10.0.3.9"
SEEN = "2026-11-30T17:00:10Z"
SEEN_S = 1796058010.0
"""The same moment, in seconds since 1970."""


def _attempt(latency_ms: float = 1.0, outcome: Outcome = Outcome.TIMEOUT, retransmits: int | None = None) -> TcpAttempt:
    return TcpAttempt(address=ADDRESS, port=5432, outcome=outcome, latency_ms=latency_ms, retransmits=retransmits)


def _case(*facts: TcpAttempt) -> Case:
    return Case(target=parse_target(f"{ADDRESS}:5432"), facts=facts)


@pytest.mark.parametrize(
    ("sent_again", "holds"), [((2,), True), ((1,), False), ((None, 1), True), ((None, 0), False), ((), False)]
)
def test_three_syns_without_an_answer_are_silence(sent_again: tuple[int | None, ...], holds: bool) -> None:
    """Every SYN counts, the first of an attempt and those that its kernel sent again."""
    assert hosts.is_repeated([_attempt(retransmits=number) for number in sent_again]) is holds


@pytest.mark.parametrize(
    ("waits_ms", "late"),
    [
        ((2500.0,), True),
        ((2499.0,), False),
        ((3060.0, 900.0), True),
        ((3060.0, 899.0), False),
        ((950.0, 960.0), False),
        ((), False),
    ],
)
def test_an_error_that_a_neighbour_was_asked_for_comes_late(waits_ms: tuple[float, ...], late: bool) -> None:
    """One of the errors took the whole time in which Linux asks for a neighbour, and none came at once."""
    icmp = IcmpError(type=3, code=1, meaning="host unreachable", sender="10.0.3.1")
    attempts = [
        TcpAttempt(address=ADDRESS, port=5432, outcome=Outcome.UNREACHABLE, latency_ms=wait, icmp=icmp) for wait in waits_ms
    ]

    assert hosts.came_late(_case(*attempts, _attempt(5000.0)), ADDRESS) is late


@pytest.mark.parametrize(
    ("state", "policy", "restarts", "times", "loops"),
    [
        ("restarting", None, None, {}, True),
        ("exited", "always", 1, {"ended": 70}, True),
        ("exited", "unless-stopped", 1, {"ended": 1}, True),
        ("exited", "on-failure", 1, {"ended": 1}, True),
        ("dead", "always", 1, {"ended": 1}, True),
        ("exited", "always", 1, {"ended": 71}, False),
        ("exited", "always", 1, {}, False),
        ("exited", "always", 0, {"ended": 1}, False),
        ("exited", "no", 1, {"ended": 1}, False),
        ("created", "always", 1, {"started": 1, "ended": 1}, False),
        ("running", "always", 1, {"started": 15, "ended": 16}, True),
        ("running", "always", 1, {"started": 16, "ended": 17}, False),
        ("running", "always", 0, {"started": 1}, False),
        ("running", "always", 1, {"ended": 1}, False),
    ],
)
def test_a_container_loops_while_its_engine_will_start_it_or_has_just_done_so(
    state: ContainerState, policy: str | None, restarts: int | None, times: dict[str, int], loops: bool
) -> None:
    """It waits for its next start no longer than an engine lets it wait, or it runs and is young; in seconds before the look."""
    started, ended = (SEEN_S - times[name] if name in times else None for name in ("started", "ended"))
    one = Container(engine="docker", id="1", state=state, restart_policy=policy, restarts=restarts, started=started, ended=ended)

    assert containers.MeantContainer(one, OtherNamespaces(at=SEEN, containers=(one,))).is_looping is loops


@pytest.mark.parametrize(
    ("tracked", "limit", "full"), [(99, 100, True), (98, 100, False), (0, 0, False), (None, 100, False), (100, None, False)]
)
def test_a_table_is_full_with_one_place_in_a_hundred_left(tracked: int | None, limit: int | None, full: bool) -> None:
    """What is not known is not full."""
    assert counters.is_full(tracked, limit) is full


@pytest.mark.parametrize(("ahead_s", "wrong"), [(3600.0, True), (-3600.0, True), (3599.0, False), (0.0, False), (None, False)])
def test_two_clocks_that_differ_by_an_hour_are_not_both_right(ahead_s: float | None, wrong: bool) -> None:
    """An hour either way; a server that does not say its time is not accused."""
    http = HttpAnswer(method="HEAD", path="/", status=200, elapsed_ms=1.0, clock_ahead_s=ahead_s)
    tls = TlsAnswer()
    talk = Talk(address=ADDRESS, port=443, spoken="TLS", outcome="answered", tls=tls, http=http)

    it = secure.Presented(ADDRESS, talk, tls)

    assert secure.clock_is_wrong(it) is wrong
    assert ("agrees" in secure.clock_words(it)) is (ahead_s is not None and not wrong)


@pytest.mark.parametrize(
    ("fastest_ms", "latency_ms", "late"), [(1.0, 51.0, True), (1.0, 50.0, False), (6.0, 60.0, True), (6.0, 59.0, False)]
)
def test_an_answer_is_late_by_its_own_path(fastest_ms: float, latency_ms: float, late: bool) -> None:
    """It took ten times as long as the fastest one, and fifty milliseconds more."""
    slow = _attempt(latency_ms, Outcome.CONNECTED)

    assert latency.is_late(_case(_attempt(fastest_ms, Outcome.CONNECTED), slow), slow) is late


@pytest.mark.parametrize(("length", "cut"), [(160, False), (161, True)])
def test_a_line_of_a_log_is_quoted_whole_up_to_its_bound(length: int, cut: bool) -> None:
    """What is longer is cut there, and marked."""
    assert services.shortened("x" * length) == (f"{'x' * 160}…" if cut else "x" * length)
