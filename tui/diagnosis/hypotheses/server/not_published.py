"""A container runs, and its port is not led here: it is not published, or the engine's rules are gone."""

from collections.abc import Iterator

from msgspec import UNSET

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out
from tui.diagnosis.looks import TRANSLATIONS
from tui.diagnosis.readings import (
    checks,
    commands,
    containers,
    forwarding,
    intention,
    namespaces,
    outcomes,
    rules,
    talk,
    translation,
)
from tui.diagnosis.readings.namespaces import ServiceLocation
from tui.model.address import endpoint, is_unspecified, same_address
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, Container, Forwarder, Forwarders, OtherNamespaces
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ReadFirewall

_HOLDS_ONLY = "conmon"
"""podman's monitor keeps a published port from others and never accepts; rules lead the connections (podman-run(1))."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, the containers, the forwarders and the rules, where an address of this machine fails."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from rules.checks_here(case)
    yield from forwarding.checks(case)
    yield from translation.checks(case)
    if any(outcomes.is_local(case, address) for address in outcomes.refused_by_reset(case)):
        yield containers.look(case)
    for address in _held_in_vain(case):
        yield containers.look(case)
        yield ReadFirewall(address=address, port=case.tcp.port, source=case.options.source, pid=case.options.pid)


def judge(case: Case) -> Finding:
    """An engine's word that a container runs and publishes the port, against the rules and programs that would lead it there."""
    failing = [address for address in outcomes.refused_by_reset(case) if outcomes.is_local(case, address)]
    held = list(_held_in_vain(case))
    if not failing and not held:
        return not_relevant(
            "No address of this machine refuses, or is held in vain.", *outcomes.ids(*outcomes.latest(case).values())
        )
    others = outcomes.other_namespaces(case)
    if others is None:
        return not_looked_at("The containers have not been looked at.")
    mine = containers.own(others)
    if mine:
        return not_relevant(f"This check runs in container {mine.label}: what is published is published on its host.", others.id)
    unled = {
        address: container
        for address in (*failing, *held)
        if not _is_led(case, address) and (container := _publisher(case, others, address))
    }
    if unled:
        return _rules_gone(case, others, unled)
    location = next(iter(_unpublished(case, others)), None)
    if location and failing and not any(forwarding.ways(case, address) for address in failing):
        return _not_published(case, others, failing, location)
    return ruled_out("No container that ran meanwhile has this port without its being led here.", *outcomes.ids(others))


def _held_in_vain(case: Case) -> Iterator[str]:
    """The addresses of this machine that connect, stay silent, and are held by a program that never accepts."""
    fact = next((fact for fact in reversed(case.all(Forwarders)) if fact.port == case.tcp.port), None)
    if fact and any(forwarder.program == _HOLDS_ONLY for forwarder in fact.forwarders):
        yield from (address for address in talk.mute(case, ended=False) if outcomes.is_local(case, address))


def _is_led(case: Case, address: str) -> bool:
    """Whether a rule, or a program that accepts connections, leads the port of the address elsewhere."""
    return any(not isinstance(way.by, Forwarder) or way.by.program != _HOLDS_ONLY for way in forwarding.ways(case, address))


def _publisher(case: Case, others: OtherNamespaces, address: str) -> Container | None:
    """The running container whose engine says that it publishes the port on the address."""
    return next(
        (
            container
            for container in others.containers
            if _ran(case, others, container, address)
            for host, outside, _ in container.published
            if outside == case.tcp.port and (is_unspecified(host) or same_address(host, address))
        ),
        None,
    )


def _unpublished(case: Case, others: OtherNamespaces) -> Iterator[ServiceLocation]:
    """Where a running container listens on the port inside, and its engine publishes none for it."""
    for location in namespaces.candidates(case):
        container = location.container
        if location.listener and container and location.published is None and _ran(case, others, container):
            yield location


def _ran(case: Case, others: OtherNamespaces, container: Container, address: str | None = None) -> bool:
    """Whether the container runs, and ran while the address, or any of them, failed."""
    latest = outcomes.latest(case)
    attempts = latest.values() if address is None else [latest[address]] if address in latest else []
    return container.state == "running" and containers.ran_before(others, container, attempts)


def _rules_gone(case: Case, others: OtherNamespaces, unled: dict[str, Container]) -> Finding:
    first, container = next(iter(unled.items()))
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in unled)
    inside = next(inside for _, outside, inside in container.published if outside == case.tcp.port)
    read = [rules.filter_of(case, address) for address in unled]
    return claim(
        f"{_named(container)} runs and publishes its port {inside} as {case.tcp.port}, "
        f"and nothing leads {asked} there: the rules that {container.engine} made for it are gone.",
        *_evidence(case, unled, others),
        *outcomes.ids(*read),
        reason=f"{container.engine} names the published port, and neither a rule nor a program of this machine leads it there.",
        looks=(TRANSLATIONS,),
        missing="" if all(reading and reading.translates is False for reading in read) else "As root: `nft list ruleset`.",
        intention=intention.of_container(case, container, others),
        explains=[address for address in unled if address in outcomes.failing(case)],
        culprit=_culprit(container),
        refuted_by=f"A rule that leads {asked} to {container.label}.",
        remedies=_remedies_for_rules(case, first, container),
    )


def _not_published(case: Case, others: OtherNamespaces, failing: list[str], location: ServiceLocation) -> Finding:
    container, row = location.container, location.listener
    assert container is not None and row is not None  # noqa: PT018, S101 -- chosen so by `_unpublished`
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in failing)
    return claim(
        f"{_named(container)} listens on port {row.port} inside and publishes it nowhere, so nothing leads {asked} there.",
        *_evidence(case, failing, others),
        reason=f"{container.engine} names no published port for port {row.port} of {container.label}.",
        looks=(TRANSLATIONS,),
        intention=intention.of_location(case, location, others),
        explains=failing,
        culprit=_culprit(container),
        refuted_by=f"{container.label} is not the service that is meant, or it publishes the port after all.",
        remedies=_remedies_for_publishing(case, container, row.port, location),
    )


def _evidence(case: Case, addresses: dict[str, Container] | list[str], others: OtherNamespaces) -> tuple[str, ...]:
    latest = outcomes.latest(case)
    facts: list[AnyFact] = [latest[address] for address in addresses if address in latest]
    return outcomes.ids(*facts, outcomes.listeners(case), others, case.last(Forwarders))


def _named(container: Container) -> str:
    return f"Container {container.label} ({container.engine})"


def _culprit(container: Container) -> Culprit:
    return Culprit(kind="container", container=container.label, pid=container.pid if container.pid is not None else UNSET)


def _remedies_for_rules(case: Case, address: str, container: Container) -> Iterator[Remedy]:
    again = f"`refused check {endpoint(address, case.tcp.port)}` is answered."
    yield Remedy(
        do="See that the rules are gone; a firewall that was reloaded removes those of others as well.",
        command=f"{container.engine} port {quoted(container.label)}; nft list ruleset | grep -c dnat",
        verify=f"{container.engine} names the port, and no rule has it.",
    )
    if container.engine == "podman":
        yield Remedy(
            do="Have podman make the rules of this container again; the container keeps running.",
            command=f"podman network reload {quoted(container.label)}",
            changes=True,
            verify=again,
        )
        return
    yield Remedy(
        do="Have the engine make the rules of this container again: it does so when the container is started.",
        command=f"{container.engine} restart {quoted(container.label)}",
        changes=True,
        verify=again,
    )


def _remedies_for_publishing(case: Case, container: Container, inside: int, location: ServiceLocation) -> Iterator[Remedy]:
    tool = container.engine if container.engine in commands.ENGINES else "docker"
    yield containers.publish(tool, container, case.tcp.port, inside, verify=f"{case.target.label} connects.")
    own = next(iter(location.namespace.addresses if location.namespace else ()), None)
    if own:
        yield Remedy(
            do=f"Or use its own address from this machine, {own}.",
            command=f"refused check {endpoint(own, inside)}",
            verify="It connects.",
        )


HYPOTHESIS = Hypothesis(
    place=33,
    title="published",
    question="Is the container's port led to this machine's?",
    why="A container's port is closed outside until its engine publishes it, by rules that another program can remove.",
    meaning="The container runs and its port is not led here: not published, or the engine's rules are gone.",
    proof="The engine's word that the container runs and what it publishes, against this machine's rules and forwarders.",
    mistaken_for=("server.not-listening", "server.other-namespace", "server.unresponsive"),
    supersedes=frozenset({"server.not-listening", "server.other-namespace", "server.unresponsive", "path.local-firewall"}),
    shown_by=(OtherNamespaces,),
    is_meant=True,
    looks=(),
    needs=needs,
    judge=judge,
)
