"""Verifying a repair: whether the target connects and keeps connecting, and since when."""

from datetime import datetime

from tui.engine.session import STAYS_SO
from tui.model.case import Case
from tui.model.facts import Attempt, Outcome
from tui.ui.rows.words import lasted, moment, time_of_day


def recovery_words(case: Case) -> str:
    """What verifying has shown so far, one sentence for each address; empty before it has begun."""
    labels = dict.fromkeys(attempt.label for attempt in case.all(Attempt) if attempt.purpose == "verify")
    return "\n".join(_words_for(label, [attempt for attempt in case.all(Attempt) if attempt.label == label]) for label in labels)


def verifying(case: Case) -> bool:
    """Whether attempts continue because some address has not yet connected often enough in a row."""
    rounds = [attempt for attempt in case.all(Attempt) if attempt.purpose == "verify"]
    labels = {attempt.label for attempt in rounds}
    return any(len(steady_run([attempt for attempt in rounds if attempt.label == label])) < STAYS_SO for label in labels)


def steady_run(attempts: list[Attempt]) -> list[Attempt]:
    """The attempts at the end that all connected."""
    run: list[Attempt] = []
    for attempt in reversed(attempts):
        if attempt.outcome is not Outcome.CONNECTED:
            break
        run.insert(0, attempt)
    return run


def _words_for(label: str, attempts: list[Attempt]) -> str:
    run = steady_run(attempts)
    if not run:
        return f"Verifying {label}: not yet reachable, attempt {attempts[-1].number}."
    steady = len([attempt for attempt in run if attempt.purpose == "verify"])
    if steady < STAYS_SO:
        return f"Verifying {label}: connected {steady} of {STAYS_SO} times in a row."
    failed = [attempt for attempt in attempts if attempt.outcome is not Outcome.CONNECTED]
    begun, ended = _moment(failed[:1]), _moment(run[:1])
    before = f"; before that {failed[0].outcome} for {lasted((ended - begun).total_seconds())}" if begun and ended else ""
    return f"{label} has been reachable since {time_of_day(run[0].at)}{before}."


def _moment(attempts: list[Attempt]) -> datetime | None:
    return moment(attempts[0].at) if attempts else None
