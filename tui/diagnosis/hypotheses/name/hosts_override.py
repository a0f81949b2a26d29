"""A hosts entry sends the name elsewhere."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import RESOLUTION
from tui.diagnosis.readings import checks, outcomes, resolution
from tui.model.address import endpoint, ip_family, is_loopback, is_unspecified
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import HostsEntry, NameserverAnswer, NameSources, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.nameserver import Nameserver
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Names, attempts, and one attempt on the DNS's address once the entry's has failed."""
    yield from checks.basics(case)
    if _overridden(case):
        yield from resolution.try_others(case, tuple(_others(case)))


def judge(case: Case) -> Finding:
    """The address in use comes from the hosts file, the DNS gives another, and the first fails."""
    settled = resolution.settled(case)
    system = outcomes.system_answer(case)
    if settled or system is None:
        return settled or not_relevant("There is no name.")
    sources = outcomes.name_sources(case)
    entries = resolution.hosts_entries(case)
    if sources is None:
        return not_looked_at("The hosts file has not been read yet.")
    used = [entry for address, entry in entries.items() if address in system.addresses]
    if not used:
        return ruled_out(f"The hosts file does not give {case.tcp.host}'s address.", *outcomes.ids(sources, system))
    line = f"{used[0].path} line {used[0].line}"
    if resolution.is_localhost(case.tcp.host) and all(is_loopback(entry.address) for entry in used):
        return ruled_out(f"{line} gives it the loopback address, as it should be.", *outcomes.ids(sources))
    others = _others(case)
    if not others:
        return _without_other(case, line)
    if not outcomes.attempts(case):
        return not_looked_at("Nothing has been tried yet.")
    overridden = _overridden(case)
    if not overridden:
        works = [attempt for address, attempt in outcomes.connecting(case).items() if address in entries]
        word = "connects" if works else "agrees with the DNS"
        return ruled_out(f"The address from {line} {word}.", *outcomes.ids(sources, *works))
    return _weighed(case, overridden, others)


def _without_other(case: Case, line: str) -> Finding:
    servers = resolution.nameservers(case)
    answers = outcomes.ids(*(answer for server in servers for answer in server.answers))
    if servers and all(server.denies for server in servers):
        return ruled_out(f"The DNS has no address for it, so {line} overrides nothing.", *answers)
    if any(server.resolved for server in servers):
        return ruled_out(f"The DNS gives no address that {line} leaves out.", *answers)
    return still_open(f"{line} gives the address; what the DNS says is not known.", *answers)


def _overridden(case: Case) -> dict[str, HostsEntry]:
    """The entries whose address fails and that no nameserver gives; ::1 and 127.0.0.1 are one machine, not two."""
    published = {address for server in resolution.nameservers(case) if server.resolved for address in server.resolved.addresses}
    failing = outcomes.failing(case)
    here = {ip_family(address) for address in published if is_loopback(address)}
    return {
        address: entry
        for address, entry in resolution.hosts_entries(case).items()
        if address in failing and address not in published and not (is_loopback(address) and here - {ip_family(address)})
    }


def _others(case: Case) -> dict[str, NameserverAnswer]:
    """The DNS's addresses that the hosts file does not give, each with an answer that has it; the entry's family first."""
    entries = resolution.hosts_entries(case)
    by_address = {
        address: answer
        for server in resolution.nameservers(case)
        if server.resolved
        for answer in server.resolved.answers
        for address in answer.addresses
        if address not in entries
    }
    families = {ip_family(address) for address in entries}
    return dict(sorted(by_address.items(), key=lambda pair: ip_family(pair[0]) not in families))


def _doubt(case: Case, address: str, answer: NameserverAnswer) -> str:
    """What is missing for the line to be wrong: it may differ on purpose, and the service there be down.

    Nothing is where the person named the nameserver that says otherwise, or where the line sends the name nowhere.
    """
    return "" if is_unspecified(address) else resolution.doubt(case, answer.server, address, "the line is there on purpose")


def _weighed(case: Case, overridden: dict[str, HostsEntry], others: dict[str, NameserverAnswer]) -> Finding:
    host, port = case.tcp.host, case.tcp.port
    address, entry = next(iter(overridden.items()))
    connects, fails = resolution.split(case, tuple(others))
    other, answer = next(((attempt.address, others[attempt.address]) for attempt in connects), next(iter(others.items())))
    failing = outcomes.failing(case)
    evidence = outcomes.ids(
        outcomes.name_sources(case), outcomes.system_answer(case), *(failing[listed] for listed in overridden), answer
    )
    server = Nameserver(address=answer.server, port=answer.port).label
    summary = f"{entry.path} line {entry.line} sends {host} to {address}, which fails; {server} (DNS) gives {other}"
    if not connects and fails:
        failed = next((attempt for attempt in fails if attempt.address == other), fails[0])
        return still_open(
            f"{entry.path} line {entry.line} and the DNS disagree; the DNS gives {other}, {resolution.how_it_fails(failed)}.",
            *evidence,
            *outcomes.ids(*fails),
            summary=f"{summary}, {resolution.how_it_fails(failed)}.",
            next_check=f"Which of {outcomes.joined([address, *others])} is meant to serve port {port}.",
            explains=overridden,
        )
    culprit = Culprit(kind="file", path=entry.path, line=entry.line, address=address, name=host)
    refuted_by = f"{host} is meant to be {address}, and {endpoint(other, port)} is another service."
    remedies = tuple(_remedies(case, entry, other))
    # A short name is completed for the DNS, and a completed name may be another machine's; its own line must say so.
    same_name = outcomes.plain_name(answer.name) in {outcomes.plain_name(word) for word in (host, *entry.text.split())}
    if connects and same_name:
        return claim(
            f"{summary}, which connects.",
            *evidence,
            *outcomes.ids(*connects),
            reason=f"{address} comes from the hosts file and fails; {other} comes from the DNS and connects on port {port}.",
            missing=_doubt(case, address, answer),
            explains=overridden,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    next_check = (
        f"Whether {host} is meant to be {answer.name.rstrip('.')}, the name that the DNS has."
        if connects
        else f"An attempt on the DNS's address: refused check {endpoint(other, port)}"
    )
    return claim(
        f"{summary}{', which connects' if connects else ''}.",
        *evidence,
        *outcomes.ids(*connects),
        reason=f"{address} comes from the hosts file and fails; {other} {_tried(connects)}.",
        missing=next_check,
        explains=overridden,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _tried(connects: list[TcpAttempt]) -> str:
    return "comes from the DNS for a completed name" if connects else "comes from the DNS and was not tried"


def _remedies(case: Case, entry: HostsEntry, other: str) -> Iterator[Remedy]:
    host = case.tcp.host
    yield Remedy(
        do="See the line; if a program writes it (a container engine, a VPN, cloud-init), change that program's setting instead.",
        command=f"sed -n {entry.line}p {quoted(entry.path)}",
        verify="The line stays right after a restart of that program.",
    )
    yield Remedy(
        do=f"Remove {host} from line {entry.line} of {entry.path}, or give it {other} there. It reads `{entry.text}`.",
        command=f"${{EDITOR:-vi}} +{entry.line} {quoted(entry.path)}",
        changes=True,
        verify=f"`getent ahosts {quoted(host)}` prints {other}, and {case.target.label} connects.",
    )


HYPOTHESIS = Hypothesis(
    place=50,
    before_attempts=True,
    onset="setting",
    title="hosts file agrees",
    question="Does the hosts file send the name somewhere else?",
    why="The hosts file is asked before the DNS. An old line in it leads to a machine that the name has left.",
    meaning="A hosts entry sends the name elsewhere.",
    proof="The address in use is in the hosts file and fails, and the DNS gives another, which connects.",
    mistaken_for=("name.answers-differ",),
    supersedes=resolution.WRONG_MACHINE | {"name.answers-differ", "name.family-mismatch"},
    shown_by=(NameSources,),
    looks=(RESOLUTION,),
    needs=needs,
    judge=judge,
)
