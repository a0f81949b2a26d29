"""Readings of the attempts on a target of either kind, by what was tried: an address, or a socket's path.

What concerns TCP alone reads them from `outcomes`, with all that TCP tells.
"""

from collections.abc import Mapping

from tui.diagnosis.readings import outcomes
from tui.model.case import Case
from tui.model.facts import Attempt, Outcome
from tui.model.target import TcpTarget


def attempts(case: Case, where: str | None = None) -> tuple[Attempt, ...]:
    """The attempts on the target itself, on one address or path or (None) on all, oldest first."""
    return outcomes.on_the_target(case, Attempt, where)


def latest(case: Case) -> Mapping[str, Attempt]:
    """The newest attempt on the target for each address or socket path."""
    return outcomes.newest(case, Attempt)


def failing(case: Case, *ends: Outcome) -> Mapping[str, Attempt]:
    """The newest attempts that did not connect; with `ends`, only those that ended so. See `outcomes.failing`."""
    if isinstance(case.target, TcpTarget):
        return outcomes.failing(case, *ends)
    return {
        path: attempt
        for path, attempt in latest(case).items()
        if attempt.outcome not in outcomes.WORKING and (not ends or attempt.outcome in ends)
    }


def connecting(case: Case) -> Mapping[str, Attempt]:
    """The newest attempts that connected."""
    return {where: attempt for where, attempt in latest(case).items() if attempt.outcome in outcomes.WORKING}
