"""Judging and documenting a session of many facts."""

import time
from collections.abc import Callable

from tests.bench.row import Row
from tests.diagnosis.test_cost import case_of
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.ranking import assess
from tui.model.case import Case
from tui.model.judgement import Assessment
from tui.report.document import document

FEW, MANY = 1_000, 10_000


def judged(case: Case) -> Assessment:
    """The judgement of a case by all causes."""
    return assess(case, hypotheses())


def documented(case: Case) -> object:
    """Its document."""
    return document(case, judged(case), started="2026-11-20T11:00:00Z", elapsed_s=1.0, version="0", complete=True)


def timed(facts: int, work: Callable[[Case], object], addresses: int = 1) -> float:
    """Seconds of `work` on a case of so many facts, which nobody has read before."""
    case = case_of(facts, addresses)
    hypotheses()
    begin = time.perf_counter()
    work(case)
    return time.perf_counter() - begin


ROWS = (
    Row(what="one judgement of 1,000 facts", unit="ms", most=5, ours=lambda: timed(FEW, judged)),
    Row(what="one judgement of 10,000 facts", unit="ms", most=30, ours=lambda: timed(MANY, judged)),
    Row(
        what="the document of 10,000 facts",
        most=13,
        ours=lambda: timed(MANY, documented),
        peer="1,000",
        theirs=lambda: timed(FEW, documented),
    ),
)
