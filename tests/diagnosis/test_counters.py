"""What follows from the kernel's counters, and what does not on a machine that others use."""

import pytest

from tui.diagnosis.readings import counters
from tui.model.case import Case
from tui.model.facts import Counters, Outcome, TcpAttempt
from tui.model.target import parse_target

ADDRESS = "127.0.0.1"
MINUTE = ("2026-11-30T10:00:00.000000Z", "2026-11-30T10:01:00.000000Z")


def _refused(resets: int | None, latency_ms: float = 0.1) -> TcpAttempt:
    return TcpAttempt(address=ADDRESS, port=80, outcome=Outcome.REFUSED, latency_ms=latency_ms, resets_sent=resets)


def _case(*attempts: TcpAttempt, resets: tuple[int, int] | None = None) -> Case:
    readings = [Counters(at=at, resets_sent=count) for at, count in zip(MINUTE, resets or (), strict=False)]
    return Case(target=parse_target(f"{ADDRESS}:80"), facts=(*readings[:1], *attempts, *readings[1:]))


@pytest.mark.parametrize(
    ("rises", "sent_here"),
    [((1, 1), True), ((2,), True), ((0, 0), False), ((1, 0), False), ((None,), None), ((None, 0), False), ((), None)],
)
def test_a_reset_of_this_kernel_is_counted_in_each_attempt(rises: tuple[int | None, ...], sent_here: bool | None) -> None:
    """One refusal without a reset of our own is proof that something else refuses; what was not counted says nothing."""
    assert counters.sent_by_this_kernel(_case(*map(_refused, rises)), ADDRESS) is sent_here


def test_one_reset_more_is_no_sign_where_a_thousand_a_second_are_sent() -> None:
    """A busy machine's resets fall into any attempt, so nothing is said; the more attempts, the less can it be chance."""
    busy = (0, 60_000)

    assert counters.sent_by_this_kernel(_case(_refused(1), resets=busy), ADDRESS) is None
    assert counters.sent_by_this_kernel(_case(*[_refused(1)] * 10, resets=busy), ADDRESS) is True
    assert counters.sent_by_this_kernel(_case(_refused(1), resets=(0, 3)), ADDRESS) is True
    assert counters.sent_by_this_kernel(_case(_refused(1, latency_ms=200.0), resets=(0, 300)), ADDRESS) is None


def test_growth_needs_two_readings() -> None:
    """A single reading is no growth, and a counter that is not there has none."""
    assert counters.growth(_case(resets=(3, 9)), "resets_sent") == 6
    assert counters.growth(_case(resets=(9, 3)), "resets_sent") == 0
    assert counters.growth(_case(), "resets_sent") is None
    assert counters.growth(_case(resets=(3, 9)), "queue_drops") is None
