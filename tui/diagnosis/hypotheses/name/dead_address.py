"""Some of the name's addresses fail, and others of the same family connect."""

from collections.abc import Iterator, Mapping

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out
from tui.diagnosis.readings import checks, outcomes, resolution
from tui.model.address import ip_family
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Names, and attempts on every address."""
    yield from checks.basics(case)


def judge(case: Case) -> Finding:
    """Within one family, one address fails each time and another connects."""
    settled = resolution.settled(case)
    if settled:
        return settled
    latest = outcomes.latest(case)
    if not latest:
        return not_looked_at("Nothing has been tried yet.")
    working = outcomes.connecting(case)
    if not working:
        return not_relevant("No address connects.", *outcomes.ids(*latest.values()))
    dead = {address: attempt for address, attempt in outcomes.failing(case).items() if _is_dead(case, address, attempt)}
    if not dead:
        return ruled_out("No address fails where another of its family connects.", *outcomes.ids(*latest.values()))
    return _named(case, dead, working)


def _is_dead(case: Case, address: str, attempt: TcpAttempt) -> bool:
    """Whether the address failed each time, out there, while one of its family connects.

    What this machine's own kernel blocks says nothing about the address; one that connected before comes and goes.
    """
    family = ip_family(address)
    return (
        attempt.outcome is not Outcome.BLOCKED
        and all(attempt.outcome is not Outcome.CONNECTED for attempt in outcomes.attempts(case, address))
        and any(ip_family(other) == family for other in outcomes.connecting(case))
    )


def _named(case: Case, dead: Mapping[str, TcpAttempt], working: Mapping[str, TcpAttempt]) -> Finding:
    host, port = case.tcp.host, case.tcp.port
    first, attempt = next(iter(dead.items()))
    verb = "fails" if len(dead) == 1 else "fail"
    summary = (
        f"{host} has {len(dead) + len(working)} addresses in use: {outcomes.joined(dead)} {verb}, {outcomes.joined(working)} "
        + ("connects." if len(working) == 1 else "connect.")
    )
    evidence = outcomes.ids(outcomes.system_answer(case), *dead.values(), *working.values())
    culprit = Culprit(kind="address", address=first, port=port)
    refuted_by = f"Attempts on {first} that connect: `refused check {quoted(case.target.label)} --attempts 10`."
    remedies = tuple(_remedies(case, first))
    if outcomes.schedule_ended(case) or all(attempt.next_in_s is None for attempt in dead.values()):
        return claim(
            summary,
            *evidence,
            reason=f"Each attempt on {first} ended in `{attempt.outcome}`; {next(iter(working))} connects.",
            explains=dead,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary,
        *evidence,
        reason=f"{first} has failed so far; {next(iter(working))} connects.",
        missing=f"The attempts on {first} that are still to come: if none connects, the address is dead.",
        explains=dead,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _remedies(case: Case, address: str) -> Iterator[Remedy]:
    host, port = case.tcp.host, case.tcp.port
    yield Remedy(
        do=f"Mend the service on {address}, or take that address out of the name's records until it is mended.",
        command=f"dig {quoted(host)} {'AAAA' if ':' in address else 'A'}",
        verify=f"{address} is gone from the answer, or `refused check {quoted(case.target.label)}` finds that all connect.",
    )
    yield Remedy(
        do="In the client, try the next address when one fails, with a short time-out for each.",
        command=f"getent ahosts {quoted(host)}",
        verify=f"The client connects to port {port} each time, whichever address comes first.",
    )


HYPOTHESIS = Hypothesis(
    place=80,
    before_attempts=True,
    onset="change",
    title="all addresses work",
    question="Does every address of the name connect?",
    why="A name with several addresses is tried in turn. One dead address makes the client fail now and then.",
    meaning="Some of the name's addresses fail and others connect.",
    proof="Attempts on each address: within one family, one fails each time and another connects.",
    mistaken_for=("server.flapping", "name.family-mismatch"),
    supersedes=frozenset({"path.filtered", "path.host-unreachable", "server.down", "server.not-listening"}),
    shown_by=(TcpAttempt,),
    looks=(),
    needs=needs,
    judge=judge,
)
