"""A configured nameserver does not answer, and that is why resolution fails or is slow."""

from collections.abc import Iterable, Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, commands, containers, hosts, outcomes, resolution
from tui.diagnosis.readings.resolution import NameserverAnswers, NameserverRecord
from tui.model.address import endpoint, is_loopback
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import NameserverAnswer, SystemAnswer
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

SLOW_MS = 1000
"""The shortest time that a lookup waits for a silent server before it asks the next (`options timeout:1`, resolv.conf(5))."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """The lookup, its sources, and each nameserver's own answer."""
    yield from checks.names(case)


def judge(case: Case) -> Finding:
    """Silence or a closed port from a configured server, and a lookup that fails or waits because of it."""
    settled = resolution.settled(case)
    system = outcomes.system_answer(case)
    if settled or system is None:
        return settled or not_relevant("There is no name.")
    servers = resolution.nameservers(case, configured=True)
    if not servers:
        return not_looked_at("No configured nameserver has been asked.")
    down = [server for server in servers if server.silent]
    if not down:
        return _half_silent(case, system, servers)
    if not resolution.asks_dns(case):
        return not_relevant("Programs here do not ask the DNS.", *outcomes.ids(outcomes.name_sources(case)))
    if system.addresses:
        return _resolves(case, system, servers, down)
    return _fails(case, system, servers, down)


def _fails(case: Case, system: SystemAnswer, servers: tuple[NameserverRecord, ...], down: list[NameserverRecord]) -> Finding:
    host = case.tcp.host
    living = [server for server in servers if not server.silent]
    evidence = outcomes.ids(system, *_answers(down))
    names = outcomes.joined(server.label for server in down)
    if any(server.denies for server in living):
        return still_open(
            f"{_how(down)}; another server answers that there is no address.",
            *evidence,
            summary=f"{names}, a nameserver of this machine, does not answer; it may know {host}, which the others do not.",
            next_check=f"`dig @{down[0].address} -p {down[0].port} {host}` from a machine that reaches it.",
            explains={outcomes.NAME},
        )
    engine = containers.resolver(outcomes.name_sources(case))
    if engine and all(_is_silent(server) for server in down):
        # What it does not know it asks the host's nameservers: their silence looks like its own.
        return still_open(
            f"{_how(down)}; {names} is {engine.capitalize()}'s own resolver, which asks others for what is no container's name.",
            *evidence,
            summary=f"{host} is no running container of this network, and the nameservers that {names} asks do not answer.",
            next_check=f"`dig @{down[0].address} NAME`, with the name of a running container: an answer shows that it is well.",
            explains={outcomes.NAME},
        )
    unasked = resolution.unasked(case)
    cut_off = next((server for server in down if not _was_asked(server)), None)
    if cut_off:
        return _cut_off(case, system, down, cut_off)
    if living or unasked or system.error != "EAI_AGAIN":
        return claim(
            f"{host} can't be resolved, and {names} does not answer.",
            *evidence,
            reason=f"{_how(down)}; the lookup ends with {system.error or 'no address'}.",
            missing=f"`getent ahosts {host}` once {names} answers again, or with another server in resolv.conf.",
            explains={outcomes.NAME},
            culprit=_culprit(down[0]),
            refuted_by=f"`getent ahosts {host}` still fails when {names} answers.",
            remedies=_remedies(case, down[0]),
        )
    who = (
        f"no nameserver of this machine answers ({names})" if len(down) > 1 else f"the only nameserver, {names}, does not answer"
    )
    return claim(
        f"{host} can't be resolved: {who}.",
        *evidence,
        reason=f"{_how(down)}, and the lookup ends with EAI_AGAIN (try again later).",
        explains={outcomes.NAME},
        culprit=_culprit(down[0]),
        refuted_by=f"`dig @{down[0].address} -p {down[0].port} {host}` gets any answer from here.",
        remedies=_remedies(case, down[0]),
    )


def _is_silent(server: NameserverRecord) -> bool:
    """Whether it just does not answer: a closed port, or no way to it, is its own fault."""
    return all(answer.outcome == "timeout" for answer in server.answers)


def _was_asked(server: NameserverRecord) -> bool:
    """Whether the query can have reached the server: `unreachable` at once comes from this machine, or from one on the way."""
    return any(answer.outcome != "unreachable" or answer.rtt_ms >= hosts.RESOLVED_AFTER_MS for answer in server.answers)


def _cut_off(case: Case, system: SystemAnswer, down: list[NameserverRecord], first: NameserverRecord) -> Finding:
    detail = next((answer.detail for answer in first.answers if answer.detail), "unreachable at once")
    return claim(
        f"{case.tcp.host} can't be resolved: {first.label}, a nameserver of this machine, can't be reached ({detail}).",
        *outcomes.ids(system, *_answers(down)),
        reason=f"{_how(down)}; {first.label} itself may be well, since the query was turned away before it got there.",
        missing=f"`refused check {endpoint(first.address, first.port)}` says what stands in the way.",
        explains={outcomes.NAME},
        culprit=_culprit(first),
        refuted_by=f"`getent ahosts {case.tcp.host}` still fails when {first.label} can be reached.",
        remedies=_remedies(case, first),
    )


def _resolves(case: Case, system: SystemAnswer, servers: tuple[NameserverRecord, ...], down: list[NameserverRecord]) -> Finding:
    evidence = outcomes.ids(system, *_answers(down))
    giving = next((server for server in servers if server.resolved), None)
    first = down[0]
    elsewhere = system.source not in {None, *resolution.DNS_SOURCES} or set(system.addresses) <= set(
        resolution.hosts_entries(case)
    )
    if elsewhere or giving is None or servers.index(first) > servers.index(giving):
        return still_open(f"{_how(down)}, and the name resolves without it.", *evidence)
    summary = f"{first.label}, a nameserver of this machine, does not answer, and it is asked before {giving.label}, which does."
    evidence = (*evidence, *outcomes.ids(*giving.answers))
    waits = any(answer.outcome == "timeout" or answer.rtt_ms >= SLOW_MS for answer in first.answers)
    stub = "resolve" in (sources.nsswitch if (sources := outcomes.name_sources(case)) else ())
    if system.took_ms >= SLOW_MS and waits and not stub:
        return claim(
            f"{summary} So resolving {case.tcp.host} takes {system.took_ms / 1000:.1f} s.",
            *evidence,
            reason=f"{_how([first])}; the lookup took {system.took_ms:.0f} ms, and {giving.label} gives the address.",
            culprit=_culprit(first),
            refuted_by=f"`time getent ahosts {case.tcp.host}` stays as slow without {first.label} in resolv.conf.",
            remedies=_remedies(case, first),
        )
    return claim(
        summary,
        *evidence,
        reason=f"{_how([first])}; this lookup took {system.took_ms:.0f} ms.",
        missing=f"`time getent ahosts {case.tcp.host}`, several times: a second or more confirms the delay.",
        culprit=_culprit(first),
        refuted_by=f"`dig @{first.address} -p {first.port} {case.tcp.host}` gets an answer from here.",
        remedies=_remedies(case, first),
    )


def _half_silent(case: Case, system: SystemAnswer, servers: tuple[NameserverRecord, ...]) -> Finding:
    """A server that answers for one record type and stays silent for the other holds up every lookup that wants both."""
    for server in servers:
        for word in server.words:
            missing = {answer.rtype for answer in word.answers if answer.outcome == "timeout"}
            answered = {answer.rtype for answer in word.answers if answer.outcome == "answered"}
            waited = system.took_ms >= SLOW_MS or not system.addresses
            if (
                len(missing) == len(answered) == 1
                and word.result in {NameserverAnswers.ADDRESSES, NameserverAnswers.UNCLEAR}
                and waited
            ):
                return _no_answer_for(missing.pop(), case, system, server)
    answers = _answers(servers)
    giving = next((server for server in servers if server.resolved), None)
    if giving and system.error == "EAI_AGAIN":
        return still_open(
            f"The lookup ends with EAI_AGAIN, and {giving.label} gave an address when it was asked alone.",
            *outcomes.ids(system, *answers),
            summary=f"{giving.label} answers at times, or not as this machine's lookup asks: that ends with EAI_AGAIN.",
            next_check=f"`getent ahosts {case.tcp.host}` and `dig @{giving.address} -p {giving.port} {case.tcp.host}`, "
            "each several times; then `dig +tcp +keepopen` with A and AAAA, as a lookup asks when an answer does not fit UDP.",
            explains={outcomes.NAME},
        )
    if any(word.result is NameserverAnswers.UNCLEAR for server in servers for word in server.words) and not system.addresses:
        return still_open("Some queries were not answered.", *outcomes.ids(*answers))
    return ruled_out(f"{outcomes.joined(server.label for server in servers)} answered.", *outcomes.ids(*answers))


def _no_answer_for(kind: str, case: Case, system: SystemAnswer, server: NameserverRecord) -> Finding:
    return claim(
        f"{server.label} answers, and stays silent for {kind} records, so a lookup of both families waits for it.",
        *outcomes.ids(system, *server.answers),
        reason=f"The {kind} query to {server.label} was not answered; the lookup took {system.took_ms:.0f} ms.",
        missing=f"`dig @{server.address} -p {server.port} {case.tcp.host} {kind}` three times: silence each time confirms it.",
        explains=() if system.addresses else {outcomes.NAME},
        culprit=_culprit(server),
        refuted_by=f"The {kind} query is answered when it is sent again.",
        remedies=_remedies(case, server),
    )


def _answers(servers: Iterable[NameserverRecord]) -> list[object]:
    return [answer for server in servers for answer in server.answers]


def _how(down: list[NameserverRecord]) -> str:
    """How the servers fail, in words."""
    return outcomes.joined(f"{server.label} {_manner(server)}" for server in down)


def _manner(server: NameserverRecord) -> str:
    if any(answer.truncated for answer in server.answers):
        return "has a longer answer than fits UDP, and its TCP port does not answer"
    answers = {answer.outcome for answer in server.answers}
    if answers == {"refused"}:
        return "refuses on its port"
    return "can't be reached" if answers == {"unreachable"} else "stays silent"


def _culprit(server: NameserverRecord) -> Culprit:
    return Culprit(kind="nameserver", address=server.address, port=server.port)


def _remedies(case: Case, server: NameserverRecord) -> Iterator[Remedy]:
    host = case.tcp.host
    sources = outcomes.name_sources(case)
    conf = sources.resolv_conf if sources else "/etc/resolv.conf"
    ask = f"dig @{server.address} -p {server.port} {quoted(host)}"
    if is_loopback(server.address):
        yield Remedy(
            do=f"See what should listen on {server.label} of this machine, the resolver, and start that.",
            command=f"{commands.listeners(server.port, proto='udp')}; {commands.status(case, _resolver(server))}",
            verify=f"`{ask}` gets an answer.",
        )
    else:
        yield Remedy(
            do=f"See whether {server.label} is up, and whether a filter or a lost VPN stands in between.",
            command=f"ip route get {server.address}; {ask}; {ask} +tcp",
            verify=f"`{ask}` gets an answer.",
        )
    yield Remedy(
        do=f"Or take {server.label} out of {conf} (if a program writes that file, in its settings), and name one that answers.",
        command=f"grep -n nameserver {quoted(conf)}",
        verify=f"`time getent ahosts {quoted(host)}` prints an address at once.",
    )


def _resolver(server: NameserverRecord) -> str:
    """The unit that has this address of loopback: systemd-resolved has two, others 127.0.0.1; empty where it is not clear."""
    return "systemd-resolved" if server.address in {"127.0.0.53", "127.0.0.54"} else ""


HYPOTHESIS = Hypothesis(
    place=30,
    before_attempts=True,
    onset="change",
    title="nameserver answers",
    question="Does every nameserver of this machine answer?",
    why="A silent nameserver makes each lookup wait, and if it is the only one no name resolves. The name is not at fault.",
    meaning="A configured nameserver does not answer.",
    proof="A query to that server times out or its port refuses, and so the lookup fails (EAI_AGAIN) or waits for it.",
    mistaken_for=("name.not-found", "name.nameserver-error"),
    shown_by=(NameserverAnswer,),
    looks=(),
    needs=needs,
    judge=judge,
)
