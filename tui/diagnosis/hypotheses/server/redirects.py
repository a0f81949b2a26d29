"""The answer leads to another endpoint, and that one fails."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, outcomes, replies, resolution, talk
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Outcome, SystemAnswer, Talk, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, Connect, ResolveSystem
from tui.model.target import TargetError, TcpTarget, parse_target

REDIRECTS = frozenset({300, 301, 302, 303, 307, 308})
"""RFC 9110, 15.4: those that a client follows."""
_SURE = frozenset({Outcome.REFUSED, Outcome.REJECTED, Outcome.UNREACHABLE})
"""Endings that one attempt shows; silence may be one lost packet."""


class Lead(NamedTuple):
    """Where an answer leads to."""

    address: str
    """The address of the target that says so."""
    fact: Talk
    status_line: str
    location: str
    there: TcpTarget


def needs(case: Case) -> Iterator[AnyRequest]:
    """The question that the target asks, and one attempt on where the answer leads."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from talk.checks(case)
    for lead in _leads(case):
        if not lead.there.is_literal and not _same_host(case, lead):
            yield ResolveSystem(name=lead.there.host)
        for address in _addresses(case, lead)[:1]:
            yield Connect(address=address, port=lead.there.port, purpose="redirect", timeout_s=case.options.timeout_s)


def judge(case: Case) -> Finding:
    """The Location, and how an attempt there ends."""
    nothing = replies.no_http(case)
    if nothing:
        return nothing
    answered = outcomes.ids(*(fact for fact, _ in replies.https(case).values()))
    leads = tuple(_leads(case))
    if not leads:
        return ruled_out("Its answer leads to no other endpoint.", *answered)
    for lead in leads:
        resolved = None if _same_host(case, lead) else _resolution(case, lead.there.host)
        if resolved and not resolved.addresses:
            return _claimed(case, lead, f"its name is not resolved ({resolved.error})", resolved, sure=_is_denied(resolved))
        attempt = _attempt(case, lead)
        if attempt and attempt.outcome is not Outcome.CONNECTED:
            return _claimed(case, lead, f"an attempt there ends in `{attempt.outcome}`", attempt, sure=attempt.outcome in _SURE)
        if attempt is None:
            return still_open(f"It leads to {lead.location}, where nothing has been tried.", *outcomes.ids(lead.fact))
    return ruled_out(f"It leads to {leads[0].location}, which connects.", *answered, *outcomes.ids(_attempt(case, leads[0])))


def _leads(case: Case) -> Iterator[Lead]:
    """Where the answers lead, if that is another endpoint than the target."""
    scheme = case.tcp.scheme if case.tcp.scheme in {"http", "https"} else "https" if replies.secured(case) else "http"
    for address, (fact, http) in replies.https(case).items():
        if http.status in REDIRECTS and http.location:
            there = _target(urljoin(f"{scheme}://{case.tcp.label}{case.tcp.asks_for}", http.location))
            if there and (there.host, there.port) != (case.tcp.host, case.tcp.port):
                yield Lead(address, fact, http.status_line, there.text, there)


def _target(location: str) -> TcpTarget | None:
    try:
        target = parse_target(location)
    except TargetError:
        return None
    return target if isinstance(target, TcpTarget) else None


def _same_host(case: Case, lead: Lead) -> bool:
    return outcomes.plain_name(lead.there.host) == outcomes.plain_name(case.tcp.host)


def _resolution(case: Case, host: str) -> SystemAnswer | None:
    wanted = outcomes.plain_name(host)
    return next((answer for answer in reversed(case.all(SystemAnswer)) if outcomes.plain_name(answer.name) == wanted), None)


def _is_denied(answer: SystemAnswer) -> bool:
    """Whether the name is said not to exist, rather than not to be found for now."""
    return answer.error in resolution.HARD_ERRORS


def _addresses(case: Case, lead: Lead) -> tuple[str, ...]:
    if lead.there.is_literal:
        return (lead.there.host,)
    if _same_host(case, lead):
        return (lead.address,)
    answer = _resolution(case, lead.there.host)
    return answer.addresses if answer else ()


def _attempt(case: Case, lead: Lead) -> TcpAttempt | None:
    """The newest attempt on where it leads."""
    addresses = _addresses(case, lead)
    made = [one for one in case.all(TcpAttempt) if one.purpose == "redirect" and one.port == lead.there.port]
    return next((one for one in reversed(made) if one.address in addresses), None)


def _claimed(case: Case, lead: Lead, how: str, shown: TcpAttempt | SystemAnswer, *, sure: bool) -> Finding:
    command = f"refused check {quoted(lead.location)}"
    again = f"`{command}`: the same, several times."
    client = replies.same_for_a_client(case)
    return claim(
        f"{case.tcp.label} answers `{lead.status_line}` and leads to {lead.location}, which fails: {how}.",
        *outcomes.ids(lead.fact, shown),
        reason=f"Its answer names {lead.location}; {how}.",
        missing=client if sure else again,
        explains={shown.label} if isinstance(shown, TcpAttempt) else (),
        culprit=Culprit(kind="address", address=lead.there.host, port=lead.there.port),
        refuted_by=f"{endpoint(lead.there.host, lead.there.port)} connects.",
        remedies=(
            Remedy(do=f"Find out why {lead.there.label} fails.", command=command, verify=f"{lead.there.label} is reachable."),
            Remedy(
                do="Or let the server lead to the right place: its own idea of its address is often a setting.",
                command=lead.fact.command,
                verify="The Location names an endpoint that connects.",
            ),
        ),
    )


HYPOTHESIS = Hypothesis(
    place=90,
    onset="setting",
    title="leads well",
    question="Does the answer lead to an endpoint that works?",
    why="A client follows a redirect on its own, and its error then names a host and port that nobody typed.",
    meaning="The answer leads to another endpoint, and that one fails.",
    proof="The Location of a redirect, and an attempt there that fails, or its name that is not resolved.",
    mistaken_for=("port.wrong-port", "server.not-listening"),
    shown_by=(Talk,),
    looks=(),
    needs=needs,
    judge=judge,
)
