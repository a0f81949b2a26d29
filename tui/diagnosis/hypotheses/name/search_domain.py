"""A name was completed with a search domain to an unintended name."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out, still_open
from tui.diagnosis.looks import RESOLUTION
from tui.diagnosis.readings import checks, outcomes, resolution
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import NameserverAnswer, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, AskNameserver

UNLIKELY_LABEL = "refused-asks-for-a-name-that-nobody-made"
"""A label that no zone has: an answer for it comes from a wildcard (RFC 4592)."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Names, attempts; once a completed name's address failed, its other readings, and a name that only a wildcard answers."""
    yield from checks.basics(case)
    name = _completed(case)
    if name and outcomes.failing(case) and not outcomes.connecting(case):
        yield from resolution.try_others(case, tuple(_others(case, name)))
        for server in resolution.nameservers(case, configured=True):
            if server.resolved and server.resolved.name == name:
                yield AskNameserver(server=server.address, port=server.port, name=_nobodys_name(case, name))


def judge(case: Case) -> Finding:
    """The name used differs from the one typed, its address fails, and something shows that another was meant."""
    settled = resolution.settled(case)
    if settled:
        return settled
    used = resolution.used_name(case)
    name = _completed(case)
    if not name:
        reason = f"The name used is the one typed: {used}." if used else "No nameserver's answer shows a completed name."
        return ruled_out(reason, *outcomes.ids(outcomes.system_answer(case)))
    if not outcomes.attempts(case):
        return not_looked_at("Nothing has been tried yet.")
    if outcomes.connecting(case):
        return _connects(case, name)
    return _weighed(case, name)


def _connects(case: Case, name: str) -> Finding:
    """The completed name connects: nothing is wrong with a short name, but one with a domain of its own exists as typed, too."""
    typed = outcomes.plain_name(case.tcp.host)
    as_typed = [address for address, reading in _others(case, name).items() if outcomes.plain_name(reading) == typed]
    if "." not in typed or not as_typed:
        return ruled_out(f"{case.tcp.host} was completed to {name}, which connects.", *_evidence(case, name))
    return claim(
        f"{case.tcp.host} was completed to {name}, which connects; as typed it is another machine, {outcomes.joined(as_typed)}.",
        *_evidence(case, name),
        *outcomes.ids(*outcomes.connecting(case).values()),
        reason=f"The search list was tried before the name as typed, and {_domain(case, name)} answered.",
        missing=f"Which machine was meant: `refused check {quoted(f'{typed}.:{case.tcp.port}')}` checks the name as typed.",
        culprit=_culprit(case, name),
        refuted_by=f"{name} is the machine that was meant.",
        remedies=_remedies(case, name),
    )


def _completed(case: Case) -> str | None:
    """The name in use if a search domain was added to what was typed, without the root dot; else None."""
    typed = outcomes.plain_name(case.tcp.host)
    used = resolution.used_name(case)
    return used if used and outcomes.plain_name(used).startswith(f"{typed}.") else None


def _domain(case: Case, name: str) -> str:
    return name.rstrip(".")[len(case.tcp.host) + 1 :]


def _nobodys_name(case: Case, name: str) -> str:
    return f"{UNLIKELY_LABEL}.{_domain(case, name)}"


def _others(case: Case, name: str) -> dict[str, str]:
    """The addresses of the other readings of the name, each with that reading; the name as typed first."""
    typed = outcomes.plain_name(case.tcp.host)
    words = [word for server in resolution.nameservers(case) for word in server.words if word.name != name]
    words.sort(key=lambda word: outcomes.plain_name(word.name) != typed)
    in_use = outcomes.addresses(case)
    by_address: dict[str, str] = {}
    for word in words:
        for address in word.addresses:
            if address not in in_use:
                by_address.setdefault(address, word.name)
    return by_address


def _wildcard(case: Case, name: str) -> tuple[NameserverAnswer, ...]:
    """The answers for a name that nobody made, where they give an address that is in use."""
    in_use = set(outcomes.addresses(case))
    return tuple(
        answer for answer in outcomes.nameserver_answers(case, name=_nobodys_name(case, name)) if in_use & set(answer.addresses)
    )


def _weighed(case: Case, name: str) -> Finding:
    typed = outcomes.plain_name(case.tcp.host)
    others = _others(case, name)
    connects, fails = resolution.split(case, tuple(others))
    if connects and "." in typed and outcomes.plain_name(others[connects[0].address]) == typed:
        return _as_typed(case, name, connects[0])
    if connects:
        reading = others[connects[0].address].rstrip(".")
        return _perhaps(
            case,
            name,
            f"; {reading} ({connects[0].address}) connects on port {case.tcp.port}",
            next_check=f"Which machine was meant, {name} or {reading}: refused check {quoted(f'{reading}:{case.tcp.port}')}",
            evidence=outcomes.ids(*connects),
        )
    wildcard = _wildcard(case, name)
    if wildcard:
        return _perhaps(
            case,
            name,
            f"; {_domain(case, name)} answers for every name (a wildcard), even for one that nobody made",
            next_check=f"Whether a machine called {name} is known to whoever runs {_domain(case, name)}.",
            evidence=outcomes.ids(*wildcard),
        )
    if others and not fails:
        reading = next(iter(others.values())).rstrip(".")
        return still_open(
            f"{case.tcp.host} was completed to {name}; it can also be read as {reading}.",
            *_evidence(case, name),
            summary=f"{case.tcp.host} was completed to {name}, and {reading}, another reading of it, exists too.",
            next_check=f"Which machine was meant: refused check {quoted(f'{reading}:{case.tcp.port}')}",
            explains=outcomes.failing(case),
        )
    return still_open(f"{case.tcp.host} was completed to {name}; nothing shows that another was meant.", *_evidence(case, name))


def _as_typed(case: Case, name: str, attempt: TcpAttempt) -> Finding:
    host = case.tcp.host
    failing = outcomes.failing(case)
    return claim(
        f"{host} was completed to {name} ({next(iter(failing))}), which fails; as typed it is {attempt.address}, which connects.",
        *_evidence(case, name),
        *outcomes.ids(*failing.values(), attempt),
        reason=f"The search list was tried before the name as typed, and {_domain(case, name)} answered.",
        explains=failing,
        culprit=_culprit(case, name),
        refuted_by=f"`getent ahosts {host}` prints {attempt.address}.",
        remedies=_remedies(case, name),
    )


def _perhaps(case: Case, name: str, sign: str, *, next_check: str, evidence: tuple[str, ...]) -> Finding:
    failing = outcomes.failing(case)
    return claim(
        f"{case.tcp.host} was completed to {name} ({next(iter(failing))}), which fails{sign}.",
        *_evidence(case, name),
        *outcomes.ids(*failing.values()),
        *evidence,
        reason=f"The name used, {name}, is not the one typed, and its address is the failing one{sign}.",
        missing=next_check,
        explains=failing,
        culprit=_culprit(case, name),
        refuted_by=f"{name} is the machine that was meant.",
        remedies=_remedies(case, name),
    )


def _evidence(case: Case, name: str) -> tuple[str, ...]:
    answers = [
        answer for server in resolution.nameservers(case) for word in server.words if word.name == name for answer in word.answers
    ]
    return outcomes.ids(outcomes.system_answer(case), outcomes.name_sources(case), *answers)


def _culprit(case: Case, name: str) -> Culprit:
    sources = outcomes.name_sources(case)
    return Culprit(kind="name", name=name.rstrip("."), path=sources.resolv_conf if sources else "/etc/resolv.conf")


def _remedies(case: Case, name: str) -> Iterator[Remedy]:
    host, port = case.tcp.host.rstrip("."), case.tcp.port
    sources = outcomes.name_sources(case)
    conf = sources.resolv_conf if sources else "/etc/resolv.conf"
    if "." in host:
        yield Remedy(
            do="Write the name with a dot at its end: then nothing is added to it.",
            command=f"refused check {quoted(f'{host}.:{port}')}",
            verify=f"`getent ahosts {quoted(f'{host}.')}` prints the right address.",
        )
    else:
        others = [
            domain for domain in (sources.search if sources else ()) if f"{host}.{domain}".lower() != name.rstrip(".").lower()
        ]
        full = f"{host}.{others[0]}" if others else ""
        yield Remedy(
            do="Write the full name of the machine that is meant, with its domain" + (f", such as {full}." if full else "."),
            command=f"refused check {quoted(f'{full}:{port}')}" if full else f"getent ahosts {quoted(host)}",
            verify="The address is that of the machine that is meant.",
        )
    yield Remedy(
        do=f"Or take {_domain(case, name)} out of the search list, or lower ndots (now {sources.ndots if sources else 1}).",
        command=f"grep -nE '^(search|domain|options)' {quoted(conf)}",
        verify=f"`getent ahosts {quoted(host)}` no longer gives an address of {name.rstrip('.')}.",
    )


HYPOTHESIS = Hypothesis(
    place=70,
    before_attempts=True,
    onset="setting",
    title="name as typed",
    question="Was the name completed to another one?",
    why="A short name gets a search domain added. A wildcard or a namesake in that domain answers for a machine nobody meant.",
    meaning="A short name was completed to an unintended name.",
    proof="The name used differs from the one typed, its address fails, and the name as typed leads elsewhere and connects.",
    mistaken_for=("name.answers-differ",),
    supersedes=resolution.WRONG_MACHINE | {"name.family-mismatch"},
    shown_by=(NameserverAnswer,),
    looks=(RESOLUTION,),
    needs=needs,
    judge=judge,
)
