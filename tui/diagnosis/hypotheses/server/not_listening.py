"""The machine is there and nothing listens on the port."""

from collections.abc import Iterable, Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import NAMESPACES, SOCKETS, TRANSLATIONS
from tui.diagnosis.readings import (
    checks,
    commands,
    containers,
    counters,
    ends,
    forwarding,
    hosts,
    led,
    namespaces,
    outcomes,
    reset_origin,
    rules,
    services,
    spoken,
    starting,
    varying_rules,
)
from tui.diagnosis.readings.answers import service_name
from tui.diagnosis.readings.no_refusal import no_refusal
from tui.diagnosis.readings.reset_origin import ResetSource
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Firewall, Listeners, OtherNamespaces, Rule, Service, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and the socket table here and at the other end."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from services.checks(case)
    yield from forwarding.checks(case)
    yield from (look for look in ends.looks(case) if look.vantage)


def judge(case: Case) -> Finding:
    """A reset from the host itself, and no listener in its table; or nothing where a rule or a forwarder leads."""
    behind = led.not_listening(case)
    if behind:
        return behind
    refused = outcomes.refused_by_reset(case)
    if not refused:
        return no_refusal(case)
    at_times = varying_rules.stopping(case) | varying_rules.stopping_there(case)
    if refused.keys() <= at_times.keys():
        return still_open("It connects at other times, and a rule stops some connections so.", *outcomes.ids(*refused.values()))
    foreign = [address for address in refused if _is_of_no_socket(case, address)]
    refused = {address: attempt for address, attempt in refused.items() if address not in foreign}
    if not refused:
        attempts = (outcomes.latest(case)[address] for address in foreign)
        return still_open(
            "This machine's own TCP sent no reset: a rule answers for it, or leads it elsewhere.", *outcomes.ids(*attempts)
        )
    absent = {address: attempt for address, attempt in refused.items() if _nothing_in(hosts.tables(case, address), case)}
    proved = {address: attempt for address, attempt in absent.items() if _all_read(case, address)}
    if proved:
        return _proved(case, proved)
    unseen = {address: attempt for address, attempt in refused.items() if address in absent or not hosts.tables(case, address)}
    own = {address: attempt for address, attempt in unseen.items() if not _came_from_nearer(case, address)}
    if own:
        return _from_outside(case, own)
    if unseen:
        return _in_its_name(case, unseen)
    table, row = next(
        (table, row)
        for address in refused
        for table in hosts.tables(case, address)
        for row in outcomes.on_port(table, case.tcp.port)
    )
    return ruled_out(f"{hosts.owner(row)} listens on {endpoint(row.address, row.port)}.", *outcomes.ids(table))


def _is_of_no_socket(case: Case, address: str) -> bool:
    """Whether the reset of an own address was not sent by this machine's own TCP, as it is where nothing listens."""
    return outcomes.is_local(case, address) and counters.sent_by_this_kernel(case, address) is False


def _nothing_in(tables: tuple[Listeners, ...], case: Case) -> bool:
    """Whether there is a socket table that speaks for the address, and no TCP listener on the port but of another kind."""
    rows = [(table, row) for table in tables for row in outcomes.on_port(table, case.tcp.port)]
    return bool(tables) and all(table.vantage is None and spoken.is_another(case, row) for table, row in rows)


def _all_read(case: Case, address: str) -> bool:
    """Whether every table that may speak for the address was read, and read to its end."""
    tables = hosts.tables(case, address)
    wanted = 1 if outcomes.is_local(case, address) else len(case.options.servers)
    whole = len(tables) == wanted or (bool(tables) and all(outcomes.has_address(table, address) for table in tables))
    return whole and not any(table.omitted for table in tables)


def _proved(case: Case, refused: dict[str, TcpAttempt]) -> Finding:
    port = case.tcp.port
    endpoints = outcomes.joined(endpoint(address, port) for address in refused)
    tables = tuple(dict.fromkeys(table for address in refused for table in hosts.tables(case, address)))
    places = dict.fromkeys(hosts.vantage(case, address) for address in refused)
    located = ((vantage, location) for vantage in places if (location := namespaces.sole(case, vantage)))
    vantage, elsewhere = next(located, (None, None))
    if elsewhere and elsewhere.listener:
        there = "the same machine" if vantage else "this machine"
        return claim(
            f"Nothing listens on {endpoints}: a reset came back, and the socket table of {'that' if vantage else 'this'} network "
            "namespace has no listener.",
            *outcomes.ids(*refused.values(), *tables, outcomes.other_namespaces(case, vantage)),
            reason=f"Nothing listens on port {port} {'there' if vantage else 'here'}; in another network namespace of {there}, "
            "something does.",
            missing=f"Whether {hosts.owner(elsewhere.listener)} in the other namespace is the service that is meant.",
            explains=refused,
            culprit=Culprit(kind="address", address=next(iter(refused)), port=port),
            refuted_by=f"A listener on TCP port {port} in `{behind(vantage, 'ss -ltn')}`.",
            remedies=_remedies(case, next(iter(refused))),
        )
    container = _stopped_container(case, refused)
    note = _container_note(container) if container else _service_note(case, refused)
    stopped = None if container else _stopped(case, refused)
    at_fault = containers.culprit(case, container) if container else None
    return claim(
        f"Nothing listens on {endpoints}: a reset came back, and the socket table has no listener.{note}",
        *outcomes.ids(*refused.values(), *tables, container.fact if container else stopped or _unknown_unit(case)),
        reason=f"A reset came back, and the socket table has no TCP listener on port {port}.{_missing_service(case, tables)}",
        looks=(NAMESPACES,) if any(places) else (),
        explains=refused,
        culprit=at_fault or Culprit(kind="address", address=next(iter(refused)), port=port),
        refuted_by=f"A listener on TCP port {port} in `ss -ltn` on that machine, or a rule that redirects it to another machine.",
        remedies=containers.remedies(case, container) if container else _remedies(case, next(iter(refused)), stopped),
    )


def _stopped_container(case: Case, refused: Iterable[str]) -> containers.MeantContainer | None:
    """The container that is meant and does not run, where no unit belongs on the port as well."""
    if any(services.is_meant(case, address, service) for address in refused for service in services.services(case, address)):
        return None
    known = (containers.meant(case, address) for address in refused)
    return next((meant for meant in known if meant and (meant.has_ended or meant.never_started)), None)


def _container_note(meant: containers.MeantContainer) -> str:
    """What became of the container, as a sentence with a space before it."""
    one = meant.container
    label = outcomes.capital(meant.label)
    return f" {label}, which is set to this port, {containers.state_in_words(meant)}.{containers.quoted_end(one)}"


def _stopped(case: Case, refused: Iterable[str]) -> Service | None:
    """The service that belongs on the port and is stopped, if there is exactly one."""
    candidates = {
        service.name: service
        for address in refused
        for service in services.services(case, address)
        if services.is_stopped(service) and services.is_meant(case, address, service)
    }
    return next(iter(candidates.values())) if len(candidates) == 1 else None


def _runs(case: Case, refused: Iterable[str]) -> str:
    """That the service which belongs on the port runs, or is being started, and does not listen there."""
    candidates = {
        service.name: service
        for address in refused
        for service in services.services(case, address)
        if service.active in {"active", "activating"}
        and not services.ended(service)
        and services.is_meant(case, address, service)
    }
    if len(candidates) != 1:
        return ""
    service = next(iter(candidates.values()))
    since = f" since {services.clock(service.since)}" if service.since else ""
    if services.is_starting(service):
        return f" {service.name}, which belongs there, is still being started ({service.sub}{since})."
    return f" {service.name}, which belongs there, is active ({service.sub}{since}) and does not listen on this port."


def _unknown_unit(case: Case) -> Service | None:
    """The answer of systemd for the name that the person gave, if it knows no such unit."""
    return next((service for service in case.all(Service) if service.load == "not-found" and service_name(case)), None)


def _service_note(case: Case, refused: Iterable[str]) -> str:
    """That the service which belongs on the port is stopped, as a sentence with a space before it."""
    service = _stopped(case, refused)
    unknown = _unknown_unit(case)
    if service is None and unknown:
        return f" systemd knows no unit {unknown.name}."
    if service is None:
        return _runs(case, refused)
    since = f" since {services.clock(service.since)}" if service.since else ""
    if service.load == "masked":
        return f" {service.name}, which belongs there, is masked: it cannot be started."
    never = "" if service.since else "; it has not been started since boot"
    disabled = ", and does not start at boot (disabled)" if service.enabled == "disabled" else ""
    return f" {service.name}, which belongs there, is stopped (inactive{since}{never}){disabled}."


def _missing_service(case: Case, tables: tuple[Listeners, ...]) -> str:
    """That the service which was named listens nowhere, if the owners are known well enough to say so."""
    service = service_name(case)
    rows = [row for table in tables for row in table.listeners]
    if service is None or not all(table.owners_known for table in tables) or any(hosts.is_named(case, row) for row in rows):
        return ""
    hidden = sum(row.process is None and row.unit is None for row in rows)
    but = f" ({hidden} listeners have owners that this user may not see)" if hidden else ""
    return f" Nothing named {service} listens on any port{but}."


def _from_outside(case: Case, refused: dict[str, TcpAttempt]) -> Finding:
    port = case.tcp.port
    host = next(iter(refused))
    reading = rules.dnat(case, host)
    if reading and reading.translated:
        return _dnat(case, refused, reading, reading.translated)
    tables = hosts.tables(case, host)
    unread = "the socket table was read only in part" if tables else "the socket table of that machine was not read"
    distance, measured = _distance(case, host)
    origin = reset_origin.origin(case, host)
    farther = origin is not None and origin.source is ResetSource.FARTHER
    who = f"What {host} forwards port {port} to" if farther else host
    where = "there" if farther else f"on port {port}"
    return claim(
        f"{who} answered with a reset: the machine is there, and most likely nothing listens {where}.",
        *outcomes.ids(*refused.values(), *tables),
        *measured,
        reason=f"A reset came back, and {unread}.{distance}",
        missing=f"On {host}: `ss -ltn 'sport = :{port}'`; no line confirms it. Or give --server 'ssh {host}'.",
        explains=refused,
        culprit=Culprit(kind="address", address=host, port=port),
        refuted_by=f"A listener on {endpoint(host, port)} in that machine's `ss -ltn`, or a filter there that sends resets.",
        remedies=_remedies(case, host),
    )


def _dnat(case: Case, refused: dict[str, TcpAttempt], reading: Firewall, rule: Rule) -> Finding:
    """A rule redirects the connection, so this machine's table says nothing about it: most likely nothing listens there."""
    host = next(iter(refused))
    address, port = rule.leads_to or (None, None)
    there = "another address" if address is None else address if port is None else endpoint(address, port)
    asked = endpoint(host, case.tcp.port)
    return claim(
        f"A rule{rules.who_made(rule)} redirects {asked} to {there}, and most likely nothing listens there.",
        *outcomes.ids(*refused.values(), reading),
        reason=f"A reset came back, and `{rules.quoted(rule)}` ({rules.location(rule)}) redirects the connection to {there}.",
        missing=f"In the container, or on the machine, that has {there}: `ss -ltn`; no line for the port confirms it.",
        explains=refused,
        culprit=Culprit(kind="address", address=address or host, port=port or case.tcp.port),
        refuted_by=f"A listener on {there}.",
        remedies=_remedies(case, host),
    )


def _came_from_nearer(case: Case, address: str) -> bool:
    origin = reset_origin.origin(case, address)
    return origin is not None and origin.source is ResetSource.NEARER


def _in_its_name(case: Case, refused: dict[str, TcpAttempt]) -> Finding:
    """A machine in between answered, so nothing is known about the host's port."""
    first = next(iter(refused))
    origin = reset_origin.origin(case, first)
    return still_open(
        f"A machine in between answered in the name of {first}, so the reset says nothing about the host.",
        *outcomes.ids(*refused.values(), origin.fact if origin else None),
    )


def _distance(case: Case, address: str) -> tuple[str, tuple[str, ...]]:
    """What the reset's distance says, in a sentence, and the evidence for it."""
    origin = reset_origin.origin(case, address)
    if origin is None:
        return "", ()
    sentences = {
        ResetSource.ITSELF: f" Its distance is the host's own: {reset_origin.in_words(origin)}.",
        ResetSource.FARTHER: f" It comes from beyond the host, as from a forwarded port: {reset_origin.in_words(origin)}.",
    }
    return sentences.get(origin.source, ""), outcomes.ids(origin.fact) if origin.source in sentences else ()


def _remedies(case: Case, address: str, stopped: Service | None = None) -> Iterator[Remedy]:
    if stopped:
        words = ("unmask", "start") if stopped.load == "masked" else ("start",)
        yield Remedy(
            do=f"Start {stopped.name}, if it was not stopped on purpose.",
            command=services.command(stopped, *words),
            changes=True,
            verify=f"`{services.command(stopped, 'is-active')}` says active, and {case.target.label} connects.",
        )
        return
    unknown = _unknown_unit(case)
    if unknown:
        pattern = quoted(f"*{unknown.name.partition('.')[0]}*")
        yield Remedy(
            do=f"See how the unit of {service_name(case)} is really called.",
            command=behind(unknown.vantage, f"systemctl list-unit-files {pattern}"),
            verify=f"`refused check {quoted(case.target.label)} --service` with that name shows its state.",
        )
    yield from starting.remedies(case, address, unit="" if unknown else commands.unit(case))
    yield Remedy(
        do="If it runs, compare the port in its configuration with the one that the client uses.",
        command=behind(commands.prefix_to(case, address), "ss -ltnp"),
        verify="Both name the same port.",
    )


HYPOTHESIS = Hypothesis(
    place=20,
    title="listens",
    question="Does anything listen on this port?",
    why="A reset is an answer: the machine is up and its kernel found no socket for the port.",
    meaning="The machine is there and nothing listens.",
    proof="A reset from the host itself, and no listener in its socket table, read here or on the server.",
    mistaken_for=("port.wrong-port", "server.bound-elsewhere"),
    shown_by=(Listeners, OtherNamespaces),
    looks=(SOCKETS, TRANSLATIONS),
    needs=needs,
    judge=judge,
)
