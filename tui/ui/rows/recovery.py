"""Verifying after a repair: whether the target connects and stays so, and since when."""

from datetime import datetime

from tui.engine.session import STAYS_SO
from tui.model.case import Case
from tui.model.facts import Attempt, Outcome
from tui.ui.rows.words import lasted, moment, time_of_day


def recovery_words(case: Case) -> str:
    """What verifying has shown so far, one sentence an address; empty before it has begun."""
    places = dict.fromkeys(one.label for one in case.all(Attempt) if one.purpose == "verify")
    return "\n".join(_of_place(place, [one for one in case.all(Attempt) if one.label == place]) for place in places)


def verifying(case: Case) -> bool:
    """Whether attempts go on because not every address has connected often enough in a row."""
    rounds = [one for one in case.all(Attempt) if one.purpose == "verify"]
    places = {one.label for one in rounds}
    return any(len(steady_run([one for one in rounds if one.label == place])) < STAYS_SO for place in places)


def steady_run(attempts: list[Attempt]) -> list[Attempt]:
    """The attempts at the end that all connected."""
    run: list[Attempt] = []
    for one in reversed(attempts):
        if one.outcome is not Outcome.CONNECTED:
            break
        run.insert(0, one)
    return run


def _of_place(place: str, attempts: list[Attempt]) -> str:
    run = steady_run(attempts)
    if not run:
        return f"Verifying {place}: not yet reachable, attempt {attempts[-1].number}."
    steady = len([one for one in run if one.purpose == "verify"])
    if steady < STAYS_SO:
        return f"Verifying {place}: connected {steady} of {STAYS_SO} times in a row."
    failed = [one for one in attempts if one.outcome is not Outcome.CONNECTED]
    begun, ended = _moment(failed[:1]), _moment(run[:1])
    before = f", {failed[0].outcome} for {lasted((ended - begun).total_seconds())}" if begun and ended else ""
    return f"{place} is reachable since {time_of_day(run[0].at)}{before}."


def _moment(attempts: list[Attempt]) -> datetime | None:
    return moment(attempts[0].at) if attempts else None
