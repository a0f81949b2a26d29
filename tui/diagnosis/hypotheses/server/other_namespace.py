"""The service listens inside a container or another network namespace of this machine, and the port is not published here."""

from collections.abc import Iterator

from msgspec import UNSET

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import NAMESPACES, SOCKETS, TRANSLATIONS
from tui.diagnosis.readings import checks, commands, containers, hosts, intention, namespaces, outcomes, rules
from tui.diagnosis.readings.answers import service_name
from tui.diagnosis.readings.namespaces import ServiceLocation
from tui.diagnosis.readings.no_refusal import no_refusal
from tui.model.address import endpoint, is_loopback, is_unspecified, peer_address
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import OtherNamespaces, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

NAMELESS = frozenset({"bridge", "podman", "host", "none"})
"""The networks that engines make by themselves; their resolvers know no names there (docker-network(1), podman-network(1))."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts and the socket table; the other namespaces where this machine refuses and has no listener on the port."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    if _refused_here(case) and outcomes.listeners(case) and not _listens_here(case):
        yield containers.look(case)


def judge(case: Case) -> Finding:
    """Nothing listens on the port here, and something that fits does in another namespace of this machine."""
    refused = _refused_here(case)
    if not refused:
        return _not_here(case)
    table = outcomes.listeners(case)
    if table is None:
        return not_looked_at("The socket table has not been seen.")
    if _listens_here(case):
        return ruled_out(f"Port {case.tcp.port} has a listener in this namespace.", *outcomes.ids(table))
    others = case.last(OtherNamespaces)
    if others is None:
        return not_looked_at("The other network namespaces have not been looked at.")
    candidates = namespaces.candidates(case)
    if candidates:
        return _located(case, others, refused, candidates)
    return _nowhere(case, others, refused)


def _refused_here(case: Case) -> dict[str, TcpAttempt]:
    """The addresses of this machine that refused by a reset, where no rule decides before its sockets do."""
    return {
        address: attempt
        for address, attempt in outcomes.refused_by_reset(case).items()
        if outcomes.is_local(case, address) and not rules.dnat(case, address) and not rules.is_reset_by_rule(case, address)
    }


def _listens_here(case: Case) -> bool:
    return bool(outcomes.on_port(outcomes.listeners(case), case.tcp.port))


def _not_here(case: Case) -> Finding:
    refused = outcomes.refused_by_reset(case)
    if not refused:
        return no_refusal(case)
    if all(outcomes.is_local(case, address) for address in refused):
        return not_relevant(
            "A rule of this machine's packet filter decides before its sockets do.", *outcomes.ids(*refused.values())
        )
    return still_open(
        "Another machine refused; its namespaces and containers can't be seen from here.", *outcomes.ids(*refused.values())
    )


def _located(case: Case, others: OtherNamespaces, refused: dict[str, TcpAttempt], candidates: list[ServiceLocation]) -> Finding:
    best = candidates[0]
    rivals = namespaces.rivals(best, candidates)
    table = outcomes.listeners(case)
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in refused)
    evidence = outcomes.ids(*refused.values(), table, others)
    summary, reason = _sentence(case, best, asked)
    reason = f"{reason} Here, nothing listens on port {case.tcp.port}."
    remedies = tuple(_remedies(case, best))
    refuted_by = (
        f"A listener on port {case.tcp.port} in this namespace's `ss -ltn`, or {case.target.label} stands for another service."
    )
    # Outside the first namespace, another one that no container or cable ties to ours may be a stranger's.
    ran = best.container is None or containers.ran_before(others, best.container, refused.values())
    proved = best.listener and ran and not rivals and not (table and table.omitted)
    related = best.named or best.is_known or others.initial is True or (others.initial is None and best.fits)
    if proved and related and not (best.namespace and best.namespace.initial):
        return claim(
            summary,
            *evidence,
            reason=reason,
            intention=intention.of_location(case, best, others),
            explains=refused,
            culprit=_culprit(best),
            refuted_by=refuted_by,
            remedies=remedies,
        )
    if best.listener and not (related or best.fits or namespaces.sole(case)):
        return still_open(
            f"{reason} Nothing ties that namespace to this one, so it may be unrelated.",
            *evidence,
            summary=summary,
            next_check=_tell_apart(case, best),
            explains=refused,
        )
    more = f" {len(rivals)} more namespaces have a listener on this port." if rivals else ""
    return claim(
        summary,
        *evidence,
        reason=f"{reason}{more}",
        missing=_tell_apart(case, best),
        explains=refused,
        culprit=_culprit(best),
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _sentence(case: Case, location: ServiceLocation, asked: str) -> tuple[str, str]:
    """The verdict's sentence, and the fact that decides."""
    port = case.tcp.port
    where = _in_words(location)
    if location.listener is None:
        host, outside = location.published or ("", 0)
        summary = (
            f"{outcomes.capital(where)} has port {port} inside, and publishes it on {_published(host, outside)}, not on {asked}."
        )
        return summary, f"{location.container.engine if location.container else 'The engine'} names the port of {where}."
    row = location.listener
    listens = f"{hosts.owner(row) if row.process else 'A service'} listens on {endpoint(row.address, row.port)} in {where}"
    if location.published and location.published[1] == port and row.port != port:
        tail = f"which the engine publishes on port {port}, and {asked} is refused"
    elif location.published and location.published[1] == port and is_unspecified(location.published[0]):
        inner = "on loopback alone, " if is_loopback(row.address) else ""
        tail = f"{inner}and is published on port {port}; {asked} is refused all the same"
    elif location.published:
        tail = f"which publishes it on {_published(*location.published)}, and not on {asked}"
    else:
        tail = f"and nothing listens here, where {asked} leads"
    if location.namespace and location.namespace.initial:
        tail = f"and nothing listens in the one of this process, where {asked} leads"
    return f"{listens}, {tail}.", f"{outcomes.capital(where)} has a listener on port {row.port}."


def _published(host: str, port: int) -> str:
    return f"port {port}" if is_unspecified(host) else endpoint(host, port)


def _in_words(location: ServiceLocation) -> str:
    """The namespace in words."""
    if location.container:
        engine = f" ({location.container.engine})" if location.container.engine != "unknown" else ""
        return f"container {location.container.label}{engine}"
    space = location.namespace
    if space and space.initial:
        return "this machine's first network namespace"
    if space and space.name:
        return f"network namespace {space.name}"
    if space and space.pid:
        return f"the network namespace of {space.process or 'process'} (pid {space.pid})"
    return "another network namespace"


def _tell_apart(case: Case, location: ServiceLocation) -> str:
    meant = service_name(case) or case.target.label
    if location.listener is None:
        return f"`docker port {quoted(location.container.label if location.container else '')}`: where the port is published."
    return (
        f"Whether what listens in {_in_words(location)} is the service that {meant} stands for: `{_enter(location, 'ss -ltnp')}`."
    )


def _culprit(location: ServiceLocation) -> Culprit:
    row, space = location.listener, location.namespace
    pid = next(
        (pid for pid in (row and row.pid, space and space.pid, location.container and location.container.pid) if pid), None
    )
    name = (row.process if row else None) or (space.name if space and not location.container else None)
    return Culprit(
        kind="container" if location.container else "listener",
        container=location.container.label if location.container else UNSET,
        address=row.address if row else UNSET,
        port=row.port if row else UNSET,
        pid=pid if pid is not None else UNSET,
        name=name or UNSET,
    )


def _enter(location: ServiceLocation, command: str) -> str:
    """The command, run in that namespace."""
    space = location.namespace
    if space and space.name and not location.container:
        return behind(f"ip netns exec {quoted(space.name)}", command)
    pid = (space.pid if space else None) or (location.container.pid if location.container else None)
    if pid:
        return behind(f"nsenter -t {pid} -n", command)
    return behind(f"docker exec {quoted(location.container.label)}", command) if location.container else command


def _check_from_there(case: Case, location: ServiceLocation) -> str:
    """The command that checks the same target from there."""
    pid = location.namespace.pid if location.namespace else None
    target = quoted(case.target.label)
    return f"refused check --pid {pid} {target}" if pid else _enter(location, f"refused check {target}")


def _remedies(case: Case, location: ServiceLocation) -> Iterator[Remedy]:
    port = case.tcp.port
    row, container = location.listener, location.container
    connects = f"{case.target.label} connects."
    others = case.last(OtherNamespaces)
    if container and others and containers.own(others):
        yield from _from_a_container(case, location, others)
        return
    if row and is_loopback(row.address) and not (location.namespace and location.namespace.initial):
        yield Remedy(
            do=f"It listens only on {row.address} of that namespace, which nothing else reaches: let it listen on 0.0.0.0.",
            command=_enter(location, f"ss -ltnp 'sport = :{row.port}'"),
            verify=f"That shows 0.0.0.0:{row.port}, *:{row.port} or the namespace's own address.",
        )
    if location.published and (location.published[1] != port or not is_unspecified(location.published[0])):
        host, outside = location.published
        yield Remedy(
            do="Use the port that is published.",
            command=f"refused check {quoted(endpoint('127.0.0.1' if is_unspecified(host) else host, outside))}",
            verify="It connects.",
        )
    elif container and not location.published:
        inside = row.port if row else port
        tool = container.engine if container.engine in commands.ENGINES else "docker"
        yield containers.publish(tool, container, port, inside, connects)
    reachable = [
        address
        for address in (location.namespace.addresses if location.namespace and not location.namespace.initial else ())
        if row and (outcomes.covers(row, address))
    ]
    if reachable:
        yield Remedy(
            do=f"Or use its own address from this machine, {reachable[0]}.",
            command=f"refused check {endpoint(reachable[0], row.port if row else port)}",
            verify="It connects, if this machine has a route there.",
        )
    if not container:
        yield Remedy(
            do="Start client and service in the same network namespace, or run the client in that one.",
            command=_check_from_there(case, location),
            verify="It connects there.",
        )
    yield Remedy(
        do="See for yourself what listens there (as root).",
        command=_enter(location, "ss -ltnp"),
        verify=f"It shows port {row.port if row else port}.",
    )


def _from_a_container(case: Case, location: ServiceLocation, others: OtherNamespaces) -> Iterator[Remedy]:
    """In a container localhost is the container itself; publishing a port on the host changes nothing there."""
    container, row = location.container, location.listener
    mine = containers.own(others)
    if container is None or mine is None:
        return
    port = row.port if row else case.tcp.port
    name = container.label
    shared = [network for network in containers.shared_networks(others, container) if network not in NAMELESS]
    tool = containers.tool(container)
    if not shared:
        network = next((one for one in container.networks if one not in NAMELESS), None)
        yield Remedy(
            do=f"Put {mine.label} and {name} into one network of their own: in the default one containers have no names.",
            command=f"{tool} network connect {quoted(network)} {quoted(mine.label)}" if network else f"{tool} network ls",
            changes=network is not None,
            verify=f"`{tool} exec {quoted(mine.label)} getent hosts {quoted(name)}` prints an address.",
        )
    where = f" (both are in {shared[0]})" if shared else ""
    yield Remedy(
        do=f"Say {name} instead of {case.tcp.host}: inside {mine.label}, localhost is {mine.label} itself{where}.",
        command=f"refused check --container {quoted(mine.label)} {quoted(endpoint(name, port))}",
        verify="It connects.",
    )


def _nowhere(case: Case, others: OtherNamespaces, refused: dict[str, TcpAttempt]) -> Finding:
    port = case.tcp.port
    inside = others.inside if others.inside and any(is_loopback(peer_address(address)) for address in refused) else None
    if inside or others.initial is False:
        what = f"container {inside}" if inside else "a network namespace of its own"
        return still_open(
            f"This process is in {what}, and not all of its host's namespaces can be seen.",
            *outcomes.ids(*refused.values(), others),
            summary=f"The service is outside of {what} that this process is in: localhost is the container, not its host.",
            next_check=f"On the host: `ss -ltnp 'sport = :{port}'`. From here: the host's address, or the other container's.",
            explains=refused,
        )
    if others.hidden:
        return still_open(
            f"{others.hidden} network namespaces could not be read; in the others, nothing listens on port {port}.",
            *outcomes.ids(others),
        )
    return ruled_out(
        f"Nothing that fits listens on port {port} in any other network namespace that can be seen.", *outcomes.ids(others)
    )


HYPOTHESIS = Hypothesis(
    place=35,
    onset="setting",
    title="same namespace",
    question="Does the service listen in a container or another network namespace?",
    why="A container and a network namespace have ports and a loopback of their own. What is not published is closed here.",
    meaning="The service listens inside a container or another network namespace and the port is not published here.",
    proof="A listener in another namespace of this machine, its container's name, and none on the port here.",
    mistaken_for=("server.not-listening", "server.bound-elsewhere"),
    supersedes=frozenset({"server.not-listening"}),
    shown_by=(OtherNamespaces,),
    is_meant=True,
    looks=(SOCKETS, TRANSLATIONS, NAMESPACES),
    needs=needs,
    judge=judge,
)
