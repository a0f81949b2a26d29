"""The client tries one address family, and the service has only the other."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import RULES
from tui.diagnosis.readings import checks, commands, outcomes, resolution
from tui.model.address import LOOPBACK, endpoint, ip_family, is_loopback
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Names, attempts, the socket table; for a name of this machine with one family, an attempt on the other's loopback."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    other = _other_loopback(case)
    if other:
        yield from resolution.try_others(case, (other,))


def judge(case: Case) -> Finding:
    """Every address of one family fails, and one of the other connects on the same port."""
    settled = resolution.settled(case)
    if settled:
        return settled
    latest = outcomes.latest(case)
    if not latest:
        return not_looked_at("Nothing has been tried yet.")
    working = {**outcomes.connecting(case), **_other_that_connects(case)}
    served = {ip_family(address) for address in working}
    if len(served) != 1:
        ids = outcomes.ids(*latest.values())
        return ruled_out("Both families connect.", *ids) if served else not_relevant("Neither family connects.", *ids)
    failing = {
        address: attempt
        for address, attempt in outcomes.failing(case).items()
        if ip_family(address) not in served and attempt.outcome is not Outcome.BLOCKED
    }
    if not failing:
        return ruled_out("No address of the other family fails beyond this machine.", *outcomes.ids(*latest.values()))
    if any(attempt.outcome is Outcome.CONNECTED for address in failing for attempt in outcomes.attempts(case, address)):
        return still_open("The other family comes and goes.", *outcomes.ids(*failing.values()))
    return _named(case, failing, working)


def _other_loopback(case: Case) -> str | None:
    """The loopback address of the family that the name, one of this machine's own, does not have."""
    addresses = outcomes.addresses(case)
    families = {ip_family(address) for address in addresses}
    if case.tcp.is_literal or len(families) != 1 or not all(map(is_loopback, addresses)):
        return None
    return LOOPBACK["IPv6" if families == {"IPv4"} else "IPv4"]


def _other_that_connects(case: Case) -> dict[str, TcpAttempt]:
    other = _other_loopback(case)
    attempt = resolution.other_attempts(case).get(other) if other else None
    return {attempt.address: attempt} if attempt and attempt.outcome is Outcome.CONNECTED else {}


def _named(case: Case, failing: dict[str, TcpAttempt], working: dict[str, TcpAttempt]) -> Finding:
    host, port = case.tcp.host, case.tcp.port
    bad, good = next(iter(failing)), next(iter(working))
    tried, served = ip_family(bad), ip_family(good)
    refused = all(attempt.outcome is Outcome.REFUSED and attempt.icmp is None for attempt in failing.values())
    table = outcomes.listeners(case)
    here = outcomes.is_local(case, bad) and outcomes.is_local(case, good)
    listener = next((row for row in outcomes.on_port(table, port) if here and outcomes.covers(row, good)), None)
    who = (listener.known_owner if listener else "") or "the service"
    summary = f"{host} also means {bad} ({tried}), which fails; {who} answers on {served} only, {endpoint(good, port)}."
    if good not in outcomes.addresses(case):
        summary = f"{host} means {bad} ({tried}), which fails; {who} answers on {served} only, {endpoint(good, port)}."
    evidence = outcomes.ids(outcomes.system_answer(case), *failing.values(), *working.values(), table if listener else None)
    culprit = Culprit(kind="address", address=bad, port=port)
    refuted_by = f"An attempt on {endpoint(bad, port)} that connects."
    remedies = tuple(_remedies(case, bad, good, here=here))
    if refused:
        return claim(
            summary,
            *evidence,
            reason=f"{tried} is refused by a reset and {served} connects, on the same port.",
            explains=failing,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    ends = next(iter(failing.values())).outcome
    return claim(
        summary,
        *evidence,
        reason=f"{tried} ends in `{ends}` and {served} connects, on the same port; the way there may be at fault as well.",
        missing=f"On the server: ss -ltn 'sport = :{port}' (no {tried} listener confirms it).",
        explains=failing,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(case: Case, bad: str, good: str, *, here: bool) -> Iterator[Remedy]:
    host, port = case.tcp.host, case.tcp.port
    record = "AAAA" if ip_family(bad) == "IPv6" else "A"
    yield Remedy(
        do=commands.opening(
            commands.on(case, bad), f"Let the service listen on {ip_family(bad)} as well: on {bad}, or on every address."
        ),
        command=commands.listeners(port, commands.prefix_to(case, bad)),
        verify=f"{endpoint(bad, port)} connects.",
    )
    yield Remedy(
        do=f"Or give the client the address that is served: {good} instead of {host}.",
        command=f"refused check {endpoint(good, port)}",
        verify="It connects each time.",
    )
    if not here:
        yield Remedy(
            do=f"Or remove the {record} record while the service has no {ip_family(bad)}.",
            command=f"dig {quoted(host)} {record}",
            verify=f"The answer has no {record} record.",
        )


HYPOTHESIS = Hypothesis(
    place=90,
    before_attempts=True,
    onset="setting",
    title="both families",
    question="Do IPv4 and IPv6 lead to the same service?",
    why="A client may try IPv6 first, and many services listen on IPv4 alone: localhost can be ::1 or 127.0.0.1.",
    meaning="The client tries one address family and the service has only the other.",
    proof="One family fails by a reset and the other connects, on the same port.",
    mistaken_for=("name.dead-address", "server.bound-elsewhere"),
    supersedes=frozenset(
        {
            "name.dead-address",
            "path.filtered",
            "path.host-unreachable",
            "path.rejected",
            "port.wrong-port",
            "server.bound-elsewhere",
            "server.crashed",
            "server.down",
            "server.not-listening",
        }
    ),
    shown_by=(TcpAttempt,),
    looks=(RULES,),
    needs=needs,
    judge=judge,
)
