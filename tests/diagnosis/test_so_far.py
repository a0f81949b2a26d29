"""While attempts are left, no verdict is the last word."""

import pytest

from tui.diagnosis.readings.so_far import so_far
from tui.model.facts import Outcome, TcpAttempt


def attempt(number: int, *, address: str = "10.0.0.5", total: int = 3, purpose: str = "target") -> TcpAttempt:
    """One of a schedule that plans `total`."""
    return TcpAttempt(
        address=address,
        port=5432,
        number=number,
        total=total,
        purpose=purpose,  # type: ignore[arg-type]  # the test's own words
        outcome=Outcome.REFUSED,
        latency_ms=0.2,
        next_in_s=2.0 if number < total else None,
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], ""),
        ([attempt(1)], "so far (attempt 1 of 3)"),
        ([attempt(1), attempt(2)], "so far (attempt 2 of 3)"),
        ([attempt(1), attempt(2), attempt(3)], ""),
        ([attempt(1, total=1)], ""),
        ([attempt(3), attempt(1, address="10.0.0.6")], "so far (attempt 1 of 3)"),
        ([attempt(2), attempt(1, address="10.0.0.6")], "so far (attempt 1 of 3)"),
        ([attempt(3), attempt(1, purpose="other-port")], ""),
    ],
)
def test_it_is_so_far_until_every_schedule_has_ended(facts: list[TcpAttempt], expected: str) -> None:
    """The address that is furthest behind counts; attempts on other ports do not."""
    assert so_far(facts) == expected
