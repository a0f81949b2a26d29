"""It was refused at first, and then it connected, and it stays so."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, commands, outcomes, services, talk
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Outcome, Service, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

LONGEST_START_S = 90.0
"""As long as systemd waits for a service to be ready (DefaultTimeoutStartSec=); an earlier start is not this one."""
STAYS = 2
"""Attempts in a row that must connect: one may be a moment between two restarts."""
BEFORE = 2
"""Refusals before them: one alone may be a dead member behind a balancer, whose turn has not come again."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """The schedule of attempts; the state of the service where it fails, and where it came up after that."""
    yield from checks.basics(case)
    yield from services.checks(case)
    for address in outcomes.connecting(case):
        if _came_up(outcomes.attempts(case, address)):
            yield from services.look_at(case, address)


def judge(case: Case) -> Finding:
    """Refused, refused, connected, and no failure after that."""
    attempts = outcomes.attempts(case)
    came = {address: phases for address in outcomes.connecting(case) if (phases := _came_up(outcomes.attempts(case, address)))}
    if not came:
        begun = _begun(case)
        if begun:
            return _not_yet(case, *begun)
        return ruled_out("No address was refused first and connected after that.", *outcomes.ids(*attempts))
    first, (refused, connected) = next(iter(came.items()))
    port = case.tcp.port
    service = _started_between(case, first, refused, connected)
    evidence = outcomes.ids(*(attempt for pair in came.values() for part in pair for attempt in part), service)
    culprit = Culprit(kind="address", address=first, port=port)
    reason = f"{first}: {_times(len(refused), 'refused')}, then {_times(len(connected), 'connected')}."
    unit = ""
    if service:
        culprit = services.culprit(service, port)
        unit = f" {service.name} was started at {services.clock(service.started or 0)}."
    refuted_by = f"A refusal on {first} after the first success."
    # An ICMP error comes from a filter, or a load balancer without a backend: then that is what changed.
    by_reset = all(attempt.icmp is None for attempt in refused)
    if len(refused) >= BEFORE and len(connected) >= STAYS and by_reset:
        return claim(
            f"{case.target.label} was still starting: refused at first, connected since.{unit}",
            *evidence,
            reason=reason,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=_remedies(case, first, service),
        )
    if service and by_reset:
        return claim(
            f"{case.target.label} was refused at first and connects now: it seems to have been starting.{unit}",
            *evidence,
            reason=reason,
            missing=f"More attempts: `refused check {quoted(case.target.label)} --attempts 10`; if all connect, it was starting.",
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=_remedies(case, first, service),
        )
    return still_open(
        f"{reason} That is too few to speak of a start."
        if by_reset
        else f"{reason} The refusal was an ICMP error, which a filter or a balancer sends.",
        *evidence,
        summary=f"{case.target.label} was still starting when it was refused.",
        next_check=f"More attempts: `refused check {quoted(case.target.label)} --attempts 10`; if all connect, it was starting.",
    )


def _came_up(attempts: tuple[TcpAttempt, ...]) -> tuple[list[TcpAttempt], list[TcpAttempt]] | None:
    """Refusals first and successes after them, and nothing else; what connects only after a repair shows no start."""
    scheduled = [attempt for attempt in attempts if attempt.purpose == "target"]
    working = [attempt.outcome in outcomes.WORKING for attempt in scheduled]
    if True not in working or not all(attempt.outcome in outcomes.WORKING for attempt in attempts[len(scheduled) :]):
        return None
    at = working.index(True)
    refused, connected = scheduled[:at], scheduled[at:]
    pure = all(attempt.outcome is Outcome.REFUSED for attempt in refused) and all(working[at:])
    return (refused, connected) if refused and pure else None


def _times(number: int, what: str) -> str:
    return f"{what} once" if number == 1 else f"{what} {number} times"


def _begun(case: Case) -> tuple[str, Service] | None:
    """An address that refuses and the service that belongs there and is being started."""
    for address in outcomes.refused_by_reset(case):
        for service in services.services(case, address):
            if services.is_starting(service) and services.is_meant(case, address, service):
                return address, service
    return None


def _not_yet(case: Case, address: str, service: Service) -> Finding:
    since = f" since {services.clock(service.since)}" if service.since else ""
    return claim(
        f"{service.name}, which belongs on port {case.tcp.port}, is still starting: {service.active} ({service.sub}){since}.",
        *outcomes.ids(*outcomes.attempts(case, address), service),
        reason=f"{address} refuses, and {service.name} is {service.active} ({service.sub}).",
        missing=f"`refused check {quoted(case.target.label)} --attempts 10`; if it connects and stays so, it was starting.",
        explains=[address],
        culprit=services.culprit(service, case.tcp.port),
        refuted_by=f"{service.name} becomes active and the port stays refused, or it fails.",
        remedies=_remedies(case, address, service),
    )


def _started_between(case: Case, address: str, refused: list[TcpAttempt], connected: list[TcpAttempt]) -> Service | None:
    """The service that belongs there, if its start lies among the attempts: not long before the first, not after a success."""
    first, success = services.moment(refused[0].at), services.moment(connected[0].at)
    for service in services.services(case, address):
        known = None not in {service.started, first, success} and services.is_meant(case, address, service)
        if known and (first or 0) - LONGEST_START_S <= (service.started or 0) <= (success or 0) + 1:
            return service
    return None


def _remedies(case: Case, address: str, service: Service | None) -> Iterator[Remedy]:
    prefix = commands.prefix_to(case, address)
    name = service.name if service else commands.unit(case)
    order = services.command(service, "show -p After,Requires,Type") if service else ""
    if name and not service and commands.has_systemd(case, prefix):
        order = behind(prefix, f"systemctl show {quoted(name)} -p After,Requires,Type")
    yield Remedy(
        do="Let the client try again for a while with a growing delay, and let it start after the service is ready.",
        command=order,
        verify="The client connects after a restart of both.",
    )
    yield Remedy(
        do="If it was not starting, look for a restart in the service's log.",
        command=services.journal(service)
        if service
        else commands.log(case, talk.listener(case, address), prefix=prefix, options="--since '10 minutes ago'"),
        verify=f"`refused check {quoted(case.target.label)} --attempts 10` connects each time.",
    )


HYPOTHESIS = Hypothesis(
    place=50,
    onset="change",
    title="ready by now",
    question="Was the service still starting?",
    why="A service that starts refuses until it listens. If it connects after that and stays so, nothing else was wrong.",
    meaning="It was refused at first, and then it connected.",
    proof="Attempts on one address: refused, then connected, and it stays so.",
    mistaken_for=("server.flapping",),
    shown_by=(TcpAttempt,),
    looks=(),
    needs=needs,
    judge=judge,
)
