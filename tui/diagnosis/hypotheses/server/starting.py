"""It was refused at first, and then it connected, and it stays so."""

from collections.abc import Iterator

from tui.diagnosis import looks, views
from tui.diagnosis.hypothesis import Hypothesis, confirmed, likely, not_tested, ruled_out
from tui.model.case import Case
from tui.model.facts import Attempt, Outcome
from tui.model.judgement import Culprit, Judgement, Remedy
from tui.model.requests import AnyRequest

STAYS = 2
"""Attempts in a row that must connect: one may be a moment between two restarts."""
BEFORE = 2
"""Refusals before them: one alone may be a dead member behind a balancer, whose turn has not come again."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """The schedule of attempts."""
    yield from looks.basics(case)


def judge(case: Case) -> Judgement:
    """Refused, refused, connected, and no failure after that."""
    seen = views.attempts(case)
    if not seen:
        return not_tested("Nothing has been tried yet.")
    came = {address: all_ for address in views.connecting(case) if (all_ := _came_up(views.attempts(case, address)))}
    if not came:
        return ruled_out("No address was refused first and connected after that.", *views.ids(*seen))
    first, (refused, connected) = next(iter(came.items()))
    port = case.target.port or 0
    evidence = views.ids(*(one for pair in came.values() for part in pair for one in part))
    culprit = Culprit(kind="address", address=first, port=port)
    because = f"{first}: {_times(len(refused), 'refused')}, then {_times(len(connected), 'connected')}."
    disproof = f"A refusal on {first} after the first success."
    # An ICMP error is a filter's, or a load balancer's without a backend: then it is that which changed.
    by_reset = all(one.icmp is None for one in refused)
    if len(refused) >= BEFORE and len(connected) >= STAYS and by_reset:
        return confirmed(
            f"{case.target.label} was still starting: refused at first, connected since.",
            *evidence,
            because=because,
            culprit=culprit,
            disproof=disproof,
            remedies=_remedies(case),
        )
    return likely(
        f"{case.target.label} was refused at first and connects now: it seems to have been starting.",
        *evidence,
        because=because if by_reset else f"{because} The refusal was an ICMP error, which a filter or a balancer sends.",
        tell_apart=f"More attempts: `refused check {case.target.label} --attempts 10`; if all connect, it had been starting.",
        culprit=culprit,
        disproof=disproof,
        remedies=_remedies(case),
    )


def _came_up(attempts: tuple[Attempt, ...]) -> tuple[list[Attempt], list[Attempt]] | None:
    """Refusals first and successes after them, and nothing else; what connects only after a repair shows no start."""
    scheduled = [one for one in attempts if one.purpose == "target"]
    working = [one.outcome in views.WORKING for one in scheduled]
    if True not in working or not all(one.outcome in views.WORKING for one in attempts[len(scheduled) :]):
        return None
    at = working.index(True)
    refused, connected = scheduled[:at], scheduled[at:]
    pure = all(one.outcome is Outcome.REFUSED for one in refused) and all(working[at:])
    return (refused, connected) if refused and pure else None


def _times(number: int, what: str) -> str:
    return f"{what} once" if number == 1 else f"{what} {number} times"


def _remedies(case: Case) -> Iterator[Remedy]:
    yield Remedy(
        do="Let the client try again for a while with a growing delay, and let it start after the service is ready.",
        command="systemctl show UNIT -p After,Requires,Type",
        verify="The client connects after a restart of both.",
    )
    yield Remedy(
        do="If it was no start, look for a restart in the service's log.",
        command="journalctl -u UNIT --since '10 minutes ago'",
        verify=f"`refused check {case.target.label} --attempts 10` connects each time.",
    )


HYPOTHESIS = Hypothesis(
    place=50,
    onset="change",
    title="ready by now",
    asks="Was the service still starting?",
    why="A service that starts refuses until it listens. If it connects after that and stays so, nothing else was wrong.",
    means="It was refused at first, and then it connected.",
    proof="Attempts on one address: refused, then connected, and it stays so.",
    mistaken_for=("server.flapping",),
    needs=needs,
    judge=judge,
)
