"""What a judgement and a document cost grows no faster than the session does; counted in lines that run, not in time."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tui.diagnosis.causes import hypotheses
from tui.diagnosis.decide import wanted_checks
from tui.diagnosis.ranking import assess
from tui.model.case import Case
from tui.model.facts import AnyFact, Outcome, Route, SystemAnswer, TcpAttempt
from tui.model.requests import Connect
from tui.model.target import parse_target
from tui.report.document import document

LINEAR = 2.6
"""Twice the facts may cost so many times the lines; what is quadratic costs four times as many."""


def case_of(attempts: int, addresses: int) -> Case:
    """A service that comes and goes: so many attempts, spread over so many addresses of a name."""
    known = tuple(f"10.0.0.{number + 1}" for number in range(addresses))
    facts: list[AnyFact] = [SystemAnswer(id="system-answer-1", name="db.example", addresses=known, took_ms=1.0)]
    facts += [Route(id=f"route-{index}", address=address, type="unicast", device="eth0") for index, address in enumerate(known)]
    facts += [
        TcpAttempt(
            id=f"attempt-{number}",
            at=f"2026-11-20T11:{number // 60 % 60:02}:{number % 60:02}+00:00",
            address=known[number % addresses],
            port=5432,
            number=number + 1,
            outcome=Outcome.REFUSED if number % 3 else Outcome.CONNECTED,
            error_queue="empty",
            latency_ms=0.2,
        )
        for number in range(attempts)
    ]
    asked = tuple(Connect(address=address, port=5432) for address in known)
    return Case(target=parse_target("db.example:5432"), facts=tuple(facts), asked=asked, ended=asked)


def lines_of(work: Callable[[], object]) -> int:
    """How many lines of Python run, each round of a loop or comprehension counted."""
    count = 0

    def trace(_frame: FrameType, event: str, _value: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def whole(case: Case) -> None:
    """One judgement, what to check next, and the document."""
    known = hypotheses()
    wanted_checks(case, known)
    document(case, assess(case, known), started="2026-11-20T11:00:00Z", elapsed_s=1.0, version="0", complete=True)


@pytest.mark.parametrize(("less", "more"), [((300, 1), (600, 1)), ((240, 20), (480, 40))], ids=["attempts", "addresses"])
def test_it_is_linear_in_what_is_known(less: tuple[int, int], more: tuple[int, int]) -> None:
    """Twice the attempts, and twice the addresses with as many attempts on each, cost about twice as much."""
    whole(case_of(3, 1))  # what is loaded or worked out once

    assert lines_of(lambda: whole(case_of(*more))) <= LINEAR * lines_of(lambda: whole(case_of(*less)))
