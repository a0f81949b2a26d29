"""The name does not exist for this machine."""

from collections.abc import Iterator

from msgspec import UNSET

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import RESOLUTION
from tui.diagnosis.readings import checks, containers, outcomes, resolution
from tui.diagnosis.readings.resolution import NameserverAnswers
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Container, NameserverAnswer, NameSources, OtherNamespaces, SystemAnswer
from tui.model.judgement import Culprit, Remedy
from tui.model.nameserver import Nameserver
from tui.model.requests import AnyRequest

NSSWITCH = "/etc/nsswitch.conf"
"""Where the hosts line is (nsswitch.conf(5)), if its file was not recorded."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """The lookup, its sources, each nameserver's own answer; and the containers, where an engine's resolver is asked."""
    yield from checks.names(case)
    system = outcomes.system_answer(case)
    if containers.resolver(outcomes.name_sources(case)) and system and not system.addresses:
        yield containers.look(case)


def judge(case: Case) -> Finding:
    """NXDOMAIN for every name that is tried and nothing in hosts; or an nsswitch.conf that leaves out a source that knows it."""
    settled = resolution.settled(case)
    system = outcomes.system_answer(case)
    if settled or system is None:
        return settled or not_relevant("There is no name.")
    host = case.tcp.host
    if system.addresses:
        return ruled_out(f"{host} leads to {outcomes.joined(system.addresses)}.", *outcomes.ids(system))
    sources = outcomes.name_sources(case)
    left_out = resolution.left_out(case)
    if sources and left_out:
        return _left_out(case, system, sources, left_out)
    container = containers.of_name(case)
    if container:
        return _without_a_name(case, system, container)
    if resolution.hosts_entries(case):
        return still_open(f"{sources.hosts[0].path if sources else 'hosts'} names {host}, and the lookup still fails.")
    return _from_nameservers(case, system)


def _without_a_name(case: Case, system: SystemAnswer, meant: containers.MeantContainer) -> Finding:
    """The name of a container that does not run, or runs in another network: its engine gives it to no one here."""
    host, one = case.tcp.host, meant.container
    engine = containers.resolver(outcomes.name_sources(case)).capitalize()
    apart = containers.networks_apart(meant)
    runs = meant.is_running or meant.is_paused
    why = apart or (f"it {containers.state_in_words(meant)}" if not runs else "no network that it shares with this one was seen")
    knowing = f"{engine}'s own resolver knows running containers of the same network only"
    return claim(
        f"{host} is not found: {meant.label} has that name, and {why}. {knowing}.{'' if runs else containers.quoted_end(one)}",
        *outcomes.ids(system, outcomes.name_sources(case), meant.fact),
        reason=f"The lookup ends with {system.error or 'no address'}; {one.engine} says that {one.label} is {one.state}.",
        missing=""
        if apart or not runs
        else f"`{containers.command(one, 'inspect')}`: its networks, against those of the client.",
        explains={outcomes.NAME},
        culprit=containers.culprit(case, meant),
        refuted_by=f"`getent ahosts {host}` finds no address while {one.label} runs in the same network.",
        remedies=_joined(case, meant) if runs else containers.remedies(case, meant),
    )


def _joined(case: Case, meant: containers.MeantContainer) -> Iterator[Remedy]:
    one = meant.container
    yield Remedy(
        do=f"See which networks {one.label} is in, and which the client is in.",
        command=containers.command(one, "inspect --format '{{json .NetworkSettings.Networks}}'"),
        verify="Both name one network.",
    )
    yield Remedy(
        do=f"Put both into one network: {one.label} into the client's, or the client into {outcomes.joined(one.networks, 'or')}.",
        command=_connect(case, one),
        changes=bool(_connect(case, one)),
        verify=f"`getent ahosts {quoted(case.tcp.host)}` prints an address.",
    )


def _connect(case: Case, one: Container) -> str:
    """The command that puts the client's container into the network of the other one; empty where either is not known."""
    client = containers.client(case)
    if not client or not one.networks:
        return ""
    return f"{containers.tool(one)} network connect {quoted(one.networks[0])} {quoted(client)}"


def _left_out(case: Case, system: SystemAnswer, sources: NameSources, left_out: resolution.LeftOut) -> Finding:
    host = case.tcp.host
    path, _, line = (sources.nsswitch_line or f"{NSSWITCH}:").rpartition(":")
    knowing = [server for server in resolution.nameservers(case) if server.resolved]
    known = f" {knowing[0].label} knows the name." if knowing else ""
    evidence = outcomes.ids(system, sources, *(answer for server in knowing for answer in server.answers))
    summary = f"{host} is not found: the hosts line of {path} decides, and {left_out.words}.{known}"
    reason = f"The hosts line reads `{' '.join(sources.nsswitch)}`: {left_out.words}."
    culprit = Culprit(kind="file", path=path, line=int(line) if line.isdigit() else UNSET)
    refuted_by = f"`getent ahosts {host}` finds it with the line as it is."
    remedies = (
        Remedy(
            do=f"Let the hosts line ask the source that knows the name, in {path}, as `hosts: files dns` does.",
            command=f"grep -n '^hosts' {quoted(path)}",
            verify=f"`getent ahosts {quoted(host)}` prints an address.",
        ),
        *_spelling(case, sources),
    )
    if left_out.source == "dns-after-mdns":
        return claim(
            summary,
            *evidence,
            reason=reason,
            missing=f"`getent -s dns hosts {host}` finds the address and `getent hosts {host}` does not.",
            explains={outcomes.NAME},
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    return claim(
        summary, *evidence, reason=reason, explains={outcomes.NAME}, culprit=culprit, refuted_by=refuted_by, remedies=remedies
    )


def _from_nameservers(case: Case, system: SystemAnswer) -> Finding:
    """Judge by the nameservers' own answers."""
    every = resolution.nameservers(case)
    giving = next((server for server in every if server.resolved), None)
    if giving:
        return ruled_out(f"{giving.label} gives an address for it.", *outcomes.ids(*giving.answers))
    names = resolution.deciding(case)
    words = [word for server in every if server.configured for word in server.words if word.name in names]
    existing = next((word for word in words if word.result is NameserverAnswers.NO_DATA), None)
    if existing:
        return ruled_out(f"{existing.name} exists, without an address.", *outcomes.ids(*existing.answers))
    denied = {word.name: word for word in words if word.result is NameserverAnswers.NXDOMAIN}
    missing = [name for name in names if name not in denied]
    hard = system.error in resolution.HARD_ERRORS
    if not words and not hard:
        return still_open(f"The lookup fails with {system.error or 'no address'}, and no nameserver's answer was seen.")
    if words and missing:
        return still_open(f"No nameserver says NXDOMAIN for {outcomes.joined(missing)}.", *outcomes.ids(system))
    return _denied(case, system, every, list(denied), certain=bool(denied) and hard and outcomes.name_sources(case) is not None)


def _denied(
    case: Case, system: SystemAnswer, every: tuple[resolution.NameserverRecord, ...], names: list[str], *, certain: bool
) -> Finding:
    host = case.tcp.host
    sources = outcomes.name_sources(case)
    answers = [
        answer
        for server in every
        if server.configured
        for word in server.words
        if word.result is NameserverAnswers.NXDOMAIN
        for answer in word.answers
        if answer.rcode == "NXDOMAIN"
    ]
    evidence = outcomes.ids(system, sources, *answers)
    near = sources.near_names if sources else ()
    hint = f" Did you mean {near[0].name} ({near[0].where})?" if near else ""
    alias = next((answer.cnames[-1] for answer in answers if answer.cnames), None)
    engine = containers.resolver(sources)
    if engine and not alias:
        hint = f" {engine.capitalize()}'s own resolver knows running containers of the same network only.{hint}"
    if alias:
        summary = f"{host} is an alias of {alias}, and {alias} does not exist.{hint}"
    elif answers:
        server = Nameserver(address=answers[0].server, port=answers[0].port).label
        summary = f"{host} does not exist: {server} answers NXDOMAIN for {outcomes.joined(names)}.{hint}"
    else:
        summary = f"{host} does not exist for this machine: the lookup ends with {system.error}.{hint}"
    culprit = Culprit(kind="name", name=host)
    refuted_by = f"`getent ahosts {host}` prints an address, or a nameserver of this machine knows the name."
    remedies = tuple(_spelling(case, sources))
    if certain:
        return claim(
            summary,
            *evidence,
            reason="Every name that the lookup tries is answered NXDOMAIN, and the hosts file does not have it.",
            explains={outcomes.NAME},
            culprit=culprit,
            refuted_by=refuted_by,
            remedies=remedies,
        )
    missing = f"`dig {host} A`: NXDOMAIN confirms it" if not answers else f"`getent ahosts {host}` again: not found confirms it"
    return claim(
        summary,
        *evidence,
        reason=f"The lookup ends with {system.error or 'no address'}, and no answer speaks for the name.",
        missing=f"{missing}.",
        explains={outcomes.NAME},
        culprit=culprit,
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _spelling(case: Case, sources: NameSources | None) -> Iterator[Remedy]:
    host, port = case.tcp.host, case.tcp.port
    for near in (sources.near_names if sources else ())[:3]:
        yield Remedy(
            do=f"Use {near.name} (from {near.where}), if that was meant.",
            command=f"refused check {quoted(f'{near.name}:{port}')}",
            verify=f"`getent ahosts {quoted(near.name)}` prints an address.",
        )
    searched = (
        f" This machine completes short names with {outcomes.joined(sources.search, 'or')}." if sources and sources.search else ""
    )
    yield Remedy(
        do=f"Check the spelling of {host}, or use its full name.{searched}",
        command=f"getent ahosts {quoted(host)}",
        verify="It prints an address.",
    )
    yield Remedy(
        do=f"If {host} is right, ask whoever runs its zone to publish it.",
        command=f"dig {quoted(host)} A",
        verify="The status is NOERROR, with an address.",
    )


HYPOTHESIS = Hypothesis(
    place=10,
    before_attempts=True,
    onset="setting",
    title="name exists",
    question="Does the name exist for this machine?",
    why="A name that no source here knows leads nowhere. The nameserver's own answer tells it from a lookup that broke.",
    meaning="The name does not exist for this machine.",
    proof="NXDOMAIN from a nameserver and nothing in the hosts file; or a hosts line in nsswitch.conf that asks no DNS.",
    mistaken_for=("name.search-domain", "name.no-address"),
    shown_by=(NameserverAnswer, NameSources, OtherNamespaces),
    looks=(RESOLUTION,),
    needs=needs,
    judge=judge,
)
