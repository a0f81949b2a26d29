"""A nameserver answers with a failure."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, commands, outcomes, resolution
from tui.diagnosis.readings.resolution import NameserverAnswers, NameserverRecord, Word
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import NameserverAnswer, SystemAnswer
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, AskNameserver


def needs(case: Case) -> Iterator[AnyRequest]:
    """The lookup and each nameserver's answer; after a SERVFAIL the same question without the check of signatures."""
    yield from checks.names(case)
    if not outcomes.name_fails(case):
        return
    for server in resolution.nameservers(case, configured=True):
        for word in server.words:
            if any(answer.rcode == "SERVFAIL" for answer in word.answers):
                yield AskNameserver(server=server.address, port=server.port, name=word.name, checking_disabled=True)


def judge(case: Case) -> Finding:
    """A failure code for a name that the lookup tries, and no server that helps."""
    settled = resolution.settled(case)
    system = outcomes.system_answer(case)
    if settled or system is None:
        return settled or not_relevant("There is no name.")
    servers = resolution.nameservers(case, configured=True)
    if not servers:
        return not_looked_at("No configured nameserver has been asked.")
    failing = [(server, word) for server in servers for word in server.words if word.result is NameserverAnswers.FAILURE]
    if not failing:
        return ruled_out(f"{outcomes.joined(server.label for server in servers)} answers without an error.", *_ids(servers))
    if not resolution.asks_dns(case):
        return not_relevant("Programs here do not ask the DNS.", *outcomes.ids(outcomes.name_sources(case)))
    if system.addresses:
        return _resolves(case, system, servers, failing)
    return _fails(case, system, servers, failing)


def _fails(
    case: Case, system: SystemAnswer, servers: tuple[NameserverRecord, ...], failing: list[tuple[NameserverRecord, Word]]
) -> Finding:
    server, word = failing[0]
    helped = next((other for other in servers if other.resolved), None)
    denied = {
        other.name
        for asked in servers
        for other in asked.words
        if other.result in {NameserverAnswers.NXDOMAIN, NameserverAnswers.NO_DATA}
    }
    code = _code(word)
    unsigned = _unsigned(case, server, word)
    evidence = outcomes.ids(system, *word.answers, *unsigned)
    if helped is None and all(name in denied for name in resolution.deciding(case)):
        return still_open(f"{server.label} answers {code}; another server answers that there is no address.", *evidence)
    name = word.name.rstrip(".")
    detail = next((answer.detail for answer in word.answers if answer.detail), "")
    summary = f"{server.label} answers {code} for {_records(word)}{name}{f' ({detail})' if detail else ''}."
    if unsigned:
        summary = (
            f"{summary} Without the check of DNSSEC it gives {outcomes.joined(unsigned[0].addresses)}: the signatures are wrong."
        )
    culprit = Culprit(kind="nameserver", address=server.address, port=server.port, name=name)
    refuted_by = f"`dig @{server.address} -p {server.port} {quoted(name)}` is answered with NOERROR or NXDOMAIN."
    remedies = tuple(_remedies(case, server, word, dnssec=bool(unsigned)))
    waiting = resolution.unasked(case)
    if helped or waiting or system.error in resolution.HARD_ERRORS:
        other = f"{helped.label} gives an address" if helped else f"the lookup ends with {system.error or 'no address'}"
        return claim(
            summary,
            *evidence,
            reason=f"{server.label} answers {code}; {other}.",
            missing=f"`getent ahosts {case.tcp.host}` again, and with {server.label} taken out of resolv.conf.",
            explains={outcomes.NAME},
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary,
        *evidence,
        reason=f"{server.label} answers {code}, no other server helps, and the lookup ends with {system.error or 'no address'}.",
        explains={outcomes.NAME},
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _resolves(
    case: Case, system: SystemAnswer, servers: tuple[NameserverRecord, ...], failing: list[tuple[NameserverRecord, Word]]
) -> Finding:
    """A server that fails on the very name that another, asked after it, resolves."""
    giving = next((server for server in servers if server.resolved), None)
    name = giving.resolved.name if giving and giving.resolved else None
    hit = next(
        ((server, word) for server, word in failing if word.name == name and all(map(resolution.failed, word.answers))), None
    )
    by_dns = system.source in {None, *resolution.DNS_SOURCES} and not set(system.addresses) & set(resolution.hosts_entries(case))
    if hit is None or giving is None or not by_dns or servers.index(hit[0]) > servers.index(giving):
        server, word = failing[0]
        return still_open(
            f"{server.label} answers {_code(word)} for {word.name}; the name resolves without it.", *_ids((server,))
        )
    server, word = hit
    return claim(
        f"{server.label}, a nameserver of this machine, answers {_code(word)} for {word.name}; {giving.label}, the next, helps.",
        *outcomes.ids(system, *word.answers, *giving.answers),
        reason=f"{server.label} answers {_code(word)}, {giving.label} gives the address.",
        missing=f"`dig @{server.address} -p {server.port} {quoted(word.name)}` again: the same failure shows that it lasts.",
        culprit=Culprit(kind="nameserver", address=server.address, port=server.port),
        refuted_by=f"`dig @{server.address} -p {server.port} {quoted(word.name)}` is answered with NOERROR.",
        remedies=_remedies(case, server, word, dnssec=False),
    )


def _ids(servers: tuple[NameserverRecord, ...]) -> tuple[str, ...]:
    return outcomes.ids(*(answer for server in servers for answer in server.answers))


def _code(word: Word) -> str:
    codes = [
        answer.rcode if answer.outcome == "answered" and answer.rcode else "what no resolver can use"
        for answer in word.answers
        if resolution.failed(answer)
    ]
    return outcomes.joined(dict.fromkeys(codes))


def _records(word: Word) -> str:
    """`the AAAA records of ` where one type alone fails: then the other may have no addresses, and the name none at all."""
    failing = {answer.rtype for answer in word.answers if resolution.failed(answer)}
    return f"the {failing.pop()} records of " if len(failing) == 1 and len(word.answers) > 1 else ""


def _unsigned(case: Case, server: NameserverRecord, word: Word) -> tuple[NameserverAnswer, ...]:
    """The answers that the same server gives when it does not check signatures (CD, RFC 4035, 3.2.2)."""
    return tuple(
        answer
        for answer in outcomes.nameserver_answers(case, name=word.name)
        if answer.checking_disabled and (answer.server, answer.port) == (server.address, server.port) and answer.addresses
    )


def _remedies(case: Case, server: NameserverRecord, word: Word, *, dnssec: bool) -> Iterator[Remedy]:
    name = word.name.rstrip(".")
    ask = f"dig @{server.address} -p {server.port} {quoted(name)}"
    if dnssec:
        yield Remedy(
            do="Check this resolver's clock, then the zone's signatures and its DS record; whoever runs the zone mends those.",
            command=f"{commands.clock(case)}; delv {quoted(name)}; {ask} +cd",
            verify=f"`{ask}` answers NOERROR without +cd.",
        )
    else:
        yield Remedy(
            do=f"Read the log of {server.label}; SERVFAIL: it can't reach the zone, REFUSED: it does not serve this client.",
            command=f"{ask}; dig +trace {quoted(name)}",
            verify=f"`{ask}` answers NOERROR.",
        )
    other = next((one for one in resolution.nameservers(case) if one.resolved and one.address != server.address), None)
    asked = quoted(case.target.label)
    sources = outcomes.name_sources(case)
    conf = sources.resolv_conf if sources else "/etc/resolv.conf"
    yield Remedy(
        do=f"Until then, use {other.label}, which answers for this name."
        if other
        else "Until then, use another nameserver, if one answers for this name; these are set.",
        command=f"refused check {asked} --nameserver {quoted(other.label)}" if other else f"cat {quoted(conf)}",
        verify=f"`getent ahosts {quoted(case.tcp.host)}` prints an address.",
    )


HYPOTHESIS = Hypothesis(
    place=40,
    before_attempts=True,
    onset="change",
    title="no DNS failure",
    question="Do the nameservers answer without a failure?",
    why="A nameserver that answers SERVFAIL or REFUSED is alive and can't help. The name itself may be fine.",
    meaning="The nameserver answers with a failure.",
    proof="SERVFAIL, REFUSED or NOTIMP for the name, and no other server helps; SERVFAIL that vanishes with CD is DNSSEC.",
    mistaken_for=("name.nameserver-down",),
    shown_by=(NameserverAnswer,),
    looks=(),
    needs=needs,
    judge=judge,
)
