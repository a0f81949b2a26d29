"""The service listens inside a container or another network namespace of the machine that is asked, not published there."""

from collections.abc import Iterator

from msgspec import UNSET

from tui.diagnosis.hypothesis import Claim, Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.looks import NAMESPACES, SOCKETS, TRANSLATIONS
from tui.diagnosis.readings import checks, commands, containers, ends, hosts, intention, namespaces, outcomes
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
    """Attempts and the socket table; where this machine refuses without a listener, the other namespaces, and their words."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    for look in ends.looks(case):
        yield look
        if look.vantage is None:
            yield from namespaces.questions(case)


def judge(case: Case) -> Finding:
    """Nothing listens on the port, here or at the other end, and something that fits does in another namespace there."""
    findings = [_at(case, vantage, refused) for vantage, refused in ends.refused(case).items()]
    held = (finding for finding in findings if isinstance(finding, Claim))
    return next(held, findings[0]) if findings else _not_here(case)


def _at(case: Case, vantage: str | None, refused: dict[str, TcpAttempt]) -> Finding:
    """What is at one end, this machine (None) or a vantage's, whose addresses refused."""
    table = outcomes.listeners(case, vantage)
    if table is None:
        return not_looked_at("The socket table has not been seen.")
    if outcomes.on_port(table, case.tcp.port):
        return ruled_out(f"Port {case.tcp.port} has a listener in {_this(vantage)} namespace.", *outcomes.ids(table))
    others = outcomes.other_namespaces(case, vantage)
    if others is None:
        return not_looked_at("The other network namespaces have not been looked at.")
    candidates = namespaces.candidates(case, vantage)
    if candidates:
        return _located(case, others, refused, candidates)
    return _nowhere(case, others, refused)


def _this(vantage: str | None) -> str:
    return "that" if vantage else "this"


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
    table = outcomes.listeners(case, others.vantage)
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in refused)
    said = () if others.vantage else namespaces.words(case)
    evidence = (*outcomes.ids(*refused.values(), table, others), *said)
    summary, reason = _sentence(case, best, asked, others.vantage)
    where = f"At `{others.vantage}`" if others.vantage else "Here"
    reason = f"{reason} {where}, nothing listens on port {case.tcp.port}."
    remedies = tuple(_remedies(case, best, others, next(iter(refused))))
    listed = behind(others.vantage, "ss -ltn")
    refuted_by = f"A listener on port {case.tcp.port} in `{listed}`, or {case.target.label} stands for another service."
    if best.published and best.published[1] != case.tcp.port and best.listener and not (best.named or best.fits):
        return still_open(
            f"{reason} Its engine publishes it under another number, and nothing says that it is meant.",
            *evidence,
            summary=summary,
            next_check=_tell_apart(case, best, others.vantage),
            explains=refused,
        )
    # Outside the first namespace, another one that no container or cable ties to ours may be a stranger's.
    ran = best.container is None or containers.ran_before(others, best.container, refused.values())
    proved = best.listener and ran and not rivals and not (table and table.omitted)
    related = best.named or best.is_known or others.initial is True or (others.initial is None and best.fits)
    meant = intention.of_location(case, best, others)
    if best.listener and hosts.meant_family(case) and not (meant or best.fits or best.container):
        return still_open(
            f"{reason} Neither its program nor its words tell what kind of service it is.",
            *evidence,
            summary=summary,
            next_check=_tell_apart(case, best, others.vantage),
            explains=refused,
        )
    if proved and related and not (best.namespace and best.namespace.initial):
        return claim(
            summary,
            *evidence,
            reason=reason,
            intention=meant,
            explains=refused,
            culprit=_culprit(best),
            refuted_by=refuted_by,
            remedies=remedies,
        )
    if best.listener and not (related or best.fits or namespaces.sole(case)):
        return still_open(
            f"{reason} Nothing ties that namespace to {'the one that is asked' if others.vantage else 'this one'}, "
            "so it may be unrelated.",
            *evidence,
            summary=summary,
            next_check=_tell_apart(case, best, others.vantage),
            explains=refused,
        )
    more = f" {len(rivals)} more namespaces have a listener on this port." if rivals else ""
    return claim(
        summary,
        *evidence,
        reason=f"{reason}{more}",
        missing=_tell_apart(case, best, others.vantage),
        explains=refused,
        culprit=_culprit(best),
        refuted_by=refuted_by,
        remedies=remedies,
    )


def _sentence(case: Case, location: ServiceLocation, asked: str, vantage: str | None) -> tuple[str, str]:
    """The verdict's sentence, and the fact that decides."""
    port = case.tcp.port
    where, at = _in_words(location), ends.at(vantage)
    if location.listener is None:
        host, outside = location.published or ("", 0)
        summary = f"{where} has port {port} inside, and publishes it on {_published(host, outside)}, not on {asked}."
        return outcomes.capital(
            f"{at}{summary}"
        ), f"{location.container.engine if location.container else 'The engine'} names the port of {where}."
    row = location.listener
    listens = f"{at}{hosts.owner(row) if row.process else 'A service'} listens on {endpoint(row.address, row.port)} in {where}"
    if location.published and location.published[1] == port and row.port != port:
        tail = f"which the engine publishes on port {port}, and {asked} is refused"
    elif location.published and location.published[1] == port and is_unspecified(location.published[0]):
        inner = "on loopback alone, " if is_loopback(row.address) else ""
        tail = f"{inner}and is published on port {port}; {asked} is refused all the same"
    elif location.published:
        tail = f"which publishes it on {_published(*location.published)}, and not on {asked}"
    else:
        nowhere = "published nowhere, " if location.container and location.container.engine in commands.ENGINES else ""
        tail = f"{nowhere}and nothing listens {'on that machine itself' if vantage else 'here'}, where {asked} leads"
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


def _tell_apart(case: Case, location: ServiceLocation, vantage: str | None) -> str:
    meant = service_name(case) or case.target.label
    if location.listener is None:
        name = quoted(location.container.label if location.container else "")
        return f"`{behind(vantage, f'docker port {name}')}`: where the port is published."
    inside = behind(vantage, _enter(location, "ss -ltnp"))
    return f"Whether what listens in {_in_words(location)} is the service that {meant} stands for: `{inside}`."


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


def _remedies(case: Case, location: ServiceLocation, others: OtherNamespaces, asked: str) -> Iterator[Remedy]:
    port, vantage = case.tcp.port, others.vantage
    row, container = location.listener, location.container
    connects = f"{case.target.label} connects."
    if container and containers.own(others) and not vantage:
        yield from _from_a_container(case, location, others)
        return
    if row and is_loopback(row.address) and not (location.namespace and location.namespace.initial):
        yield Remedy(
            do=f"It listens only on {row.address} of that namespace, which nothing else reaches: let it listen on 0.0.0.0.",
            command=behind(vantage, _enter(location, f"ss -ltnp 'sport = :{row.port}'")),
            verify=f"That shows 0.0.0.0:{row.port}, *:{row.port} or the namespace's own address.",
        )
    if location.published and (location.published[1] != port or not is_unspecified(location.published[0])):
        host, outside = location.published
        reached = (asked if vantage else "127.0.0.1") if is_unspecified(host) else host
        yield Remedy(
            do="Use the port that is published.",
            command=f"refused check {quoted(endpoint(reached, outside))}",
            verify="It connects.",
        )
    elif container and not location.published:
        inside = row.port if row else port
        tool = container.engine if container.engine in commands.ENGINES else "docker"
        yield containers.publish(tool, container, port, inside, verify=connects, vantage=vantage)
    own = location.namespace.addresses if location.namespace and not location.namespace.initial else ()
    reachable = [address for address in own if row and outcomes.covers(row, address)]
    if reachable and not vantage:
        yield Remedy(
            do=f"Or use its own address from this machine, {reachable[0]}.",
            command=f"refused check {endpoint(reachable[0], row.port if row else port)}",
            verify="It connects, if this machine has a route there.",
        )
    if not container and vantage:
        yield Remedy(
            do="Start the service in the machine's own network namespace, or lead the port from there into the other one.",
            command=behind(vantage, "ss -ltnp"),
            verify=f"That shows a listener on port {port}, and {connects}",
        )
    elif not container:
        yield Remedy(
            do="Start client and service in the same network namespace, or run the client in that one.",
            command=_check_from_there(case, location),
            verify="It connects there.",
        )
    yield Remedy(
        do="See for yourself what listens there (as root).",
        command=behind(vantage, _enter(location, "ss -ltnp")),
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
    if others.vantage and others.initial is False:
        return still_open(
            f"`{others.vantage}` leads into a network namespace of its own, and not all of its machine's can be seen.",
            *outcomes.ids(*refused.values(), others),
        )
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
        f"Nothing that fits listens on port {port} in any other network namespace that can be seen.",
        *outcomes.ids(others),
        *namespaces.words(case),
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
