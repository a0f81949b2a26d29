"""Resolvers give different addresses, and the one in use fails."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import RESOLUTION
from tui.diagnosis.readings import checks, commands, outcomes, resolution
from tui.diagnosis.readings.resolution import NameserverRecord
from tui.model.address import endpoint, ip_family, is_loopback
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import NameserverAnswer, SystemAnswer, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

FLUSH = "`resolvectl flush-caches` or `nscd -i hosts`, then `getent ahosts {}`: another answer shows a stale cache."
"""What tells a stale cache from a server whose answers rotate."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Names, attempts, and one attempt on what another resolver gives once the address in use has failed."""
    yield from checks.basics(case)
    if not outcomes.connecting(case):
        yield from resolution.try_others(case, tuple(_instead(case)))


def judge(case: Case) -> Finding:
    """Two nameservers, or this machine's cache and a nameserver, disagree about the address that fails."""
    settled = resolution.settled(case)
    system = outcomes.system_answer(case)
    if settled or system is None:
        return settled or not_relevant("There is no name.")
    servers = resolution.nameservers(case)
    if not servers:
        return not_looked_at("No nameserver has been asked.")
    if not system.addresses:
        return _denied_by_one(case, system, servers)
    if set(system.addresses) <= set(resolution.hosts_entries(case)):
        return ruled_out("The address comes from the hosts file.", *outcomes.ids(outcomes.name_sources(case)))
    if not outcomes.attempts(case):
        return not_looked_at("Nothing has been tried yet.")
    if not _disputed(case):
        return ruled_out("No address fails that the nameservers differ about.", *_ids(servers))
    return _weighed(case, servers)


def _instead(case: Case) -> dict[str, NameserverRecord]:
    """What nameservers give instead of a disputed address, in its family, each with the server that gives it.

    Another family is no dispute: the lookup may have left it out on purpose (AI_ADDRCONFIG).
    """
    disputed = _disputed(case)
    families = {ip_family(address) for address in disputed}
    instead: dict[str, NameserverRecord] = {}
    for server in resolution.nameservers(case):
        if server.resolved and any(_lacking(address, server) for address in disputed):
            for address in server.resolved.addresses:
                if address not in outcomes.failing(case) and ip_family(address) in families:
                    instead.setdefault(address, server)
    return instead


def _lacking(address: str, server: NameserverRecord) -> bool:
    """Whether the server gives addresses of the same family, and not this one."""
    given = server.resolved.addresses if server.resolved else ()
    return address not in given and any(ip_family(other) == ip_family(address) for other in given)


def _disputed(case: Case) -> dict[str, TcpAttempt]:
    """The failing addresses in use that some nameserver's answer lacks; addresses of the hosts file are nobody's answer."""
    entries = resolution.hosts_entries(case)
    servers = resolution.nameservers(case)
    return {
        address: attempt
        for address, attempt in outcomes.failing(case).items()
        if address in outcomes.addresses(case) and address not in entries and any(_lacking(address, server) for server in servers)
    }


def _weighed(case: Case, servers: tuple[NameserverRecord, ...]) -> Finding:
    failing, others = _disputed(case), _instead(case)
    working = outcomes.connecting(case)
    if not others:
        return still_open("The answers differ, and every address in them fails.", *_ids(servers))
    if working and not working.keys() & others.keys():
        return still_open("The answers share no address that connects, as in a round robin.", *_ids(servers))
    connects, fails = resolution.split(case, tuple(others))
    good = [*(attempt for address, attempt in working.items() if address in others), *connects]
    if fails and not good:
        return still_open(
            f"The answers differ; the other resolver gives {fails[0].address}, {resolution.how_it_fails(fails[0])}.",
            *_ids(servers),
            *outcomes.ids(*fails),
        )
    address = next(iter(failing))
    giver = next((server for server in servers if server.resolved and address in server.resolved.addresses), None)
    other = good[0].address if good else next(iter(others))
    source = _source(case, giver)
    summary = (
        f"The resolvers disagree about {case.tcp.host}: {source} gives {address}, which fails; "
        f"{others[other].label} gives {other}{', which connects' if good else ''}."
    )
    evidence = outcomes.ids(outcomes.system_answer(case), *_answers(giver), *_answers(others[other]), *failing.values(), *good)
    culprit = (
        Culprit(kind="nameserver", address=giver.address, port=giver.port) if giver else Culprit(kind="name", name=case.tcp.host)
    )
    refuted_by = f"{address} is an address of the right machine, and {other} is not."
    remedies = tuple(_remedies(case, giver, others[other]))
    two_sides = giver is not None or len(servers) > 1
    if good and two_sides:
        return claim(
            summary,
            *evidence,
            reason=f"{address} fails, and {other}, which {others[other].label} gives instead, connects.",
            # Where an address in use connects as well, the service is not down.
            missing="" if working else resolution.doubt(case, others[other].address, address, "the two views differ on purpose"),
            explains=failing,
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary,
        *evidence,
        reason=f"{others[other].label} does not give {address}, and {other} {'connects' if good else 'was not tried'}.",
        missing=(
            FLUSH.format(case.tcp.host) if good else f"An attempt on {other}: refused check {endpoint(other, case.tcp.port)}"
        ),
        explains=failing,
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _source(case: Case, giver: NameserverRecord | None) -> str:
    if giver:
        return giver.label
    system = outcomes.system_answer(case)
    source = system.source if system else None
    return "a lookup here" if source in {None, *resolution.DNS_SOURCES} else f"a lookup here ({source})"


def _denied_by_one(case: Case, system: SystemAnswer, servers: tuple[NameserverRecord, ...]) -> Finding:
    """One nameserver says that there is no address and another gives one; or all give one, and a lookup here none."""
    giving = next((server for server in servers if server.resolved), None)
    if giving is None:
        return ruled_out("No nameserver gives an address.", *_ids(servers))
    if resolution.left_out(case) or not resolution.asks_dns(case):
        return ruled_out("The hosts line of nsswitch.conf decides, not the DNS.", *outcomes.ids(outcomes.name_sources(case)))
    host = case.tcp.host
    denying = next((server for server in servers if server.configured and server.denies), None)
    hard = system.error in resolution.HARD_ERRORS
    if denying is None and not hard:
        return still_open(f"{giving.label} gives an address; the lookup ends with {system.error}.", *_ids((giving,)))
    given = outcomes.joined(giving.resolved.addresses if giving.resolved else ())
    evidence = outcomes.ids(system, *_answers(denying), *_answers(giving))
    who = denying.label if denying else "a lookup on this machine"
    summary = f"The resolvers disagree about {host}: {who} has no address for it, {giving.label} gives {given}."
    culprit = (
        Culprit(kind="nameserver", address=denying.address, port=denying.port) if denying else Culprit(kind="name", name=host)
    )
    refuted_by = f"{who} gives the same address when it is asked again."
    remedies = tuple(_remedies(case, denying, giving))
    if denying and hard:
        return claim(
            summary,
            *evidence,
            reason=f"{denying.label}, which this machine asks, says that there is no address; {giving.label} gives one.",
            explains={outcomes.NAME},
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary,
        *evidence,
        reason=f"The lookup ends with {system.error}, and {giving.label} gives an address.",
        missing=FLUSH.format(host),
        explains={outcomes.NAME},
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _answers(server: NameserverRecord | None) -> tuple[object, ...]:
    return server.answers if server else ()


def _ids(servers: tuple[NameserverRecord, ...]) -> tuple[str, ...]:
    return outcomes.ids(*(answer for server in servers for answer in server.answers))


def _remedies(case: Case, wrong: NameserverRecord | None, right: NameserverRecord) -> Iterator[Remedy]:
    host = case.tcp.host
    compare = f"dig @{right.address} -p {right.port} {quoted(host)}"
    prints = f"`getent ahosts {quoted(host)}` prints"
    if wrong is None or is_loopback(wrong.address):
        yield Remedy(
            do="Empty this machine's cache of names.",
            command="resolvectl flush-caches" if commands.has_systemd(case) else "nscd -i hosts",
            changes=True,
            verify=f"{prints} what {right.label} gives.",
        )
    if wrong is not None:
        yield Remedy(
            do=f"Mend the record on {wrong.label}, or wait until its cached copy ends; a zone in two views needs both mended.",
            command=f"dig @{wrong.address} -p {wrong.port} {quoted(host)}; {compare}",
            verify="Both give the same addresses.",
        )
    yield Remedy(
        do="If this network should use the other resolver (a VPN, an inner zone), set that one.",
        command=f"resolvectl dns; {compare}" if commands.has_systemd(case) else compare,
        verify=f"{prints} its address, and {case.target.label} connects.",
    )


HYPOTHESIS = Hypothesis(
    place=60,
    before_attempts=True,
    title="resolvers agree",
    question="Do all resolvers give the address that is in use?",
    why="A stale cache, an inner and an outer zone, or one server with an old record lead to a machine that others do not see.",
    meaning="Resolvers give different addresses.",
    proof="Two nameservers, or cache and nameserver, disagree, and the address in use is the one that fails.",
    mistaken_for=("name.hosts-override", "name.dead-address"),
    supersedes=resolution.WRONG_MACHINE | {"name.not-found", "name.no-address"},
    shown_by=(NameserverAnswer,),
    looks=(RESOLUTION,),
    needs=needs,
    judge=judge,
)
