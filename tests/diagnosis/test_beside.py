"""What a cause says of one address of several: approved in `beside/GROUP.txt`, one file for each group of causes.

Each case is judged again where the target has one address more, of which nothing else is known: it was tried before the others
and stayed silent, or it was tried after them and connects. Written down is only what changes: the state and what it explains,
and the lines that stand instead.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.casefile import load
from tests.diagnosis.by_group import BY_ID, approve_cases, heading, judgement_lines
from tui.model.case import Case
from tui.model.facts import Outcome, TcpAttempt
from tui.model.target import TcpTarget

GROUPS = ("client", "name", "path", "port", "server")
"""What comes after a connection is judged by what was said on it, each address for itself; a socket has no addresses."""
ANOTHER = "198.51.100.77"
NAME = "db.corp.example"
"""In the place of a target that is an address itself, which has no other."""


@pytest.mark.parametrize("group", GROUPS)
def test_an_address_is_judged_beside_another(group: str) -> None:
    """With another address that is silent, or connects, each cause says what was approved."""
    approve_cases("beside", group, _beside)


def _beside(path: Path) -> Iterator[str]:
    case, cause = load(path).case, BY_ID[path.parent.name]
    if isinstance(case.target, TcpTarget):
        if case.target.is_literal:
            case = replace(case, target=replace(case.target, host=NAME))
        whole = judgement_lines(cause, case, explained=True)
        for words, other in _others(case):
            now = judgement_lines(cause, other, explained=True)
            if now != whole:
                yield f"{heading(path)} {words}"
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
