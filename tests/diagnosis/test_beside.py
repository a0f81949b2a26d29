"""What a cause says of one address of several: approved in `beside/GROUP.txt`, one file for each group of causes.

Each case is judged again where the target has one address more, of which nothing else is known: it was tried before the others
and stayed silent, or it was tried after them and connects. Written down is only what changes: the state and what it explains,
and the lines that stand instead.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.approved import approve_file
from tests.casefile import CASES, all_files, load
from tests.diagnosis.test_sentences import sentences
from tui.diagnosis.causes import hypotheses
from tui.diagnosis.hypothesis import Hypothesis
from tui.diagnosis.ranking import judged
from tui.model.case import Case
from tui.model.facts import Outcome, TcpAttempt
from tui.model.target import TcpTarget

BESIDE = Path(__file__).parent / "beside"
GROUPS = ("client", "name", "path", "port", "server")
"""What comes after a connection is judged by what was said on it, each address for itself; a socket has no addresses."""
BY_ID = {one.id: one for one in hypotheses()}
ANOTHER = "198.51.100.77"
NAME = "db.corp.example"
"""In the place of a target that is an address itself, which has no other."""


@pytest.mark.parametrize("group", GROUPS)
def test_an_address_is_judged_beside_another(group: str) -> None:
    """With another address that is silent, or connects, each cause says what was approved."""
    lines = [line for path in all_files() if path.parent.name.startswith(f"{group}.") for line in _beside(path)]

    approve_file(BESIDE / f"{group}.txt", "\n".join([*lines, ""]))


def _beside(path: Path) -> Iterator[str]:
    case, cause = load(path).case, BY_ID[path.parent.name]
    if isinstance(case.target, TcpTarget):
        if case.target.is_literal:
            case = replace(case, target=replace(case.target, host=NAME))
        whole = _lines(cause, case)
        for words, other in _others(case):
            now = _lines(cause, other)
            if now != whole:
                yield f"# {path.relative_to(CASES).with_suffix('')} {words}"
                yield from (f"  {line}" for line in now if line not in whole)


def _others(case: Case) -> Iterator[tuple[str, Case]]:
    silent = TcpAttempt(
        id="silent-1", address=ANOTHER, port=case.tcp.port, outcome=Outcome.TIMEOUT, latency_ms=3500.0, error_queue="empty"
    )
    connects = TcpAttempt(
        id="connects-1", address=ANOTHER, port=case.tcp.port, outcome=Outcome.CONNECTED, latency_ms=9.0, error_queue="empty"
    )
    yield "after one that is silent", replace(case, facts=(silent, *case.facts))
    yield "before one that connects", replace(case, facts=(*case.facts, connects))


def _lines(cause: Hypothesis, case: Case) -> list[str]:
    judgement = judged(cause, case)
    explains = f", explains {', '.join(sorted(judgement.explains))}" if judgement.explains else ""
    return [f"{judgement.state} by {', '.join(judgement.evidence)}{explains}", *sentences(judgement)]
