"""The service listens, on another address than the one that is asked."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import NAMESPACES, SERVICES, SOCKETS, TRANSLATIONS
from tui.diagnosis.readings import (
    checks,
    commands,
    containers,
    forwarding,
    hosts,
    intention,
    led,
    namespaces,
    outcomes,
    spoken,
    standing,
)
from tui.diagnosis.readings.no_refusal import no_refusal
from tui.model.address import endpoint, ip_family, is_loopback, is_unspecified, peer_address
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Forwarder, Listener, Listeners, OtherNamespaces, TcpAttempt
from tui.model.judgement import Remedy
from tui.model.requests import AnyRequest


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table here and at the other end, and the first words of what has the port elsewhere here."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from forwarding.checks(case)
    if any(outcomes.is_local(case, address) for address in outcomes.refused_by_reset(case)):
        for row in outcomes.on_port(outcomes.listeners(case), case.tcp.port):
            yield from spoken.questions(case, peer_address(row.address), (row.port,))
    if any(_may_be_ours(case, address) for address in outcomes.refused_by_reset(case)):
        yield containers.look(case)
    for address in outcomes.refused_by_reset(case):
        yield from standing.second_look(case, address)


def judge(case: Case) -> Finding:
    """A listener on the port whose own address does not take connections to the one that refused, here or where it leads."""
    behind = led.bound_elsewhere(case)
    if behind:
        return behind
    refused = outcomes.refused_by_reset(case)
    if not refused:
        return no_refusal(case)
    unseen = {address: attempt for address, attempt in refused.items() if hosts.table(case, address) is None}
    for address in refused:
        table = hosts.table(case, address)
        rows = outcomes.on_port(table, case.tcp.port)
        if table and rows:
            return _held_against(case, address, table, rows)
    unseen |= {address: attempt for address, attempt in refused.items() if _is_anothers(case, address)}
    if unseen:
        return _in_a_namespace(case, unseen) or _from_outside(case, unseen)
    first = next(iter(refused))
    return ruled_out(f"Nothing listens on port {case.tcp.port}, on any address.", *outcomes.ids(hosts.table(case, first)))


def _may_be_ours(case: Case, address: str) -> bool:
    """Whether the address may be another namespace's of this machine: its host's for a container, a container's for its host."""
    return not outcomes.is_local(case, address) and (case.options.as_another or containers.may_have(case, address))


def _in_a_namespace(case: Case, refused: dict[str, TcpAttempt]) -> Finding | None:
    """The namespace of this machine that has the address has the port too, on another address of its own."""
    others = outcomes.other_namespaces(case)
    for address, attempt in refused.items():
        location = namespaces.bound_elsewhere(case, address)
        if others is None or location is None or location.listener is None:
            continue
        row, asked = location.listener, endpoint(address, case.tcp.port)
        return claim(
            f"{hosts.owner(row)} listens on {_bound_to(row)} in {location.words}, and not on {asked}, which is an address there.",
            *outcomes.ids(attempt, others),
            reason=f"A reset came back from {asked}; {location.words} has that address, and the port on {_bound_to(row)} only.",
            missing=containers.missing_run(case, (address,)),
            intention=intention.of_same_port_inside(case, location, others),
            looks=(NAMESPACES,),
            explains=(address,),
            culprit=hosts.listener_culprit("listener", row),
            refuted_by=f"A listener on {asked} there, in `ss -ltn`.",
            remedies=(next(_remedies(case, address, row, here=False)),),  # a tunnel would lead to where we are
        )
    return None


def _held_against(case: Case, address: str, table: Listeners, rows: tuple[Listener, ...]) -> Finding:
    here = outcomes.is_local(case, address)
    same = {other: attempt for other, attempt in outcomes.refused_by_reset(case).items() if hosts.table(case, other) is table}
    taking = next((row for row in rows if any(hosts.reaches(row, other, here=here) for other in same)), None)
    if taking:
        return ruled_out(
            f"{hosts.owner(taking)} listens on {endpoint(taking.address, taking.port)}, which takes the connection.",
            *outcomes.ids(table),
        )
    fitting = [row for row in rows if not (here and spoken.is_another(case, row))]
    if not fitting:
        return still_open(
            f"The port is open on {_bound_to(rows[0])} only, and what listens there speaks another protocol than is meant.",
            *outcomes.ids(*same.values(), table),
            *spoken.evidence(case, peer_address(rows[0].address), rows[0].port),
        )
    row = next((row for row in fitting if not hosts.contradicts(case, row)), fitting[0])
    if hosts.contradicts(case, row):
        return _another_service(case, same, table, row)
    if here or _is_beyond_doubt(row, address, table):
        return _proved(case, same, table, row, here=here)
    return _perhaps_translated(case, same, table, row)


def _is_anothers(case: Case, address: str) -> bool:
    """Whether the machine whose table was seen does not have the address itself: then its table says nothing about it."""
    table = hosts.table(case, address)
    return bool(table and table.addresses and not outcomes.has_address(table, address))


def _is_beyond_doubt(row: Listener, address: str, table: Listeners) -> bool:
    """Whether no translation of addresses on the way could lead from `address` to this socket at the other end."""
    bound_to_target = outcomes.has_address(table, address) or any(listener.address == address for listener in table.listeners)
    other_family = not is_unspecified(row.address) and ip_family(row.address) != ip_family(address)
    only_v6 = row.address == "::" and row.v6_only and ip_family(address) == "IPv4"
    return row.device is None and (is_loopback(row.address) or bound_to_target or other_family or only_v6)


def _proved(case: Case, refused: dict[str, TcpAttempt], table: Listeners, row: Listener, *, here: bool) -> Finding:
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in refused)
    return claim(
        f"{hosts.owner(row)} listens on {_bound_to(row)}, and not on {asked}.",
        *outcomes.ids(*refused.values(), table),
        reason=f"A reset came back from {asked}; the socket table has the port on {_bound_to(row)} only.",
        missing=standing.missing(case, row, refused),
        intention=intention.of_same_port(case, next(iter(refused)), table, row),
        explains=refused,
        culprit=hosts.listener_culprit("listener", row),
        refuted_by=f"A listener on {asked} in `ss -ltn`.",
        remedies=_remedies(case, next(iter(refused)), row, here=here),
    )


def _another_service(case: Case, refused: dict[str, TcpAttempt], table: Listeners, row: Listener) -> Finding:
    return claim(
        f"{hosts.owner(row)} listens on {_bound_to(row)}, and not on {outcomes.joined(refused)}; another service may be meant.",
        *outcomes.ids(*refused.values(), table),
        reason=f"The port is open on {_bound_to(row)} only, and {row.process or 'it'} does not fit the target.",
        missing=f"Whether {hosts.owner(row)} is the service that {case.target.label} stands for.",
        explains=refused,
        culprit=hosts.listener_culprit("listener", row),
        refuted_by=f"The service that is meant is not {hosts.owner(row)}.",
        remedies=_remedies(case, next(iter(refused)), row, here=False),
    )


def _perhaps_translated(case: Case, refused: dict[str, TcpAttempt], table: Listeners, row: Listener) -> Finding:
    first = next(iter(refused))
    return claim(
        f"{hosts.owner(row)} listens on {_bound_to(row)} at the other end, which does not take connections to {first}.",
        *outcomes.ids(*refused.values(), table),
        reason=f"A reset came back, and the other end's socket table has the port on {_bound_to(row)} only.",
        missing=f"At the other end: `ip -brief address` shows {first}. If not, addresses are translated on the way.",
        explains=refused,
        culprit=hosts.listener_culprit("listener", row),
        refuted_by=f"{first} is translated on the way to {row.address}.",
        remedies=_remedies(case, first, row, here=False),
    )


def _from_outside(case: Case, refused: dict[str, TcpAttempt]) -> Finding:
    first = next(iter(refused))
    port = case.tcp.port
    if outcomes.is_local(case, first) or not outcomes.is_remote(case, first):
        return still_open("The socket table has not been seen.", *outcomes.ids(*refused.values()))
    return still_open(
        "A reset came back, and the other end's socket table was not read.",
        *outcomes.ids(*refused.values()),
        summary=f"The service on {first} listens on another address, such as 127.0.0.1 only.",
        next_check=f"On {first}: `ss -ltnp 'sport = :{port}'` shows the address that it listens on.",
        explains=refused,
    )


def _bound_to(row: Listener) -> str:
    alone = f" of {row.device} alone" if row.device else " (IPv6 alone)" if row.v6_only and row.address == "::" else ""
    return f"{endpoint(row.address, row.port)}{alone}"


def _remedies(case: Case, address: str, row: Listener, *, here: bool) -> Iterator[Remedy]:
    port = case.tcp.port
    forwarder = forwarding.holder(case, row) if here else None
    if forwarder:
        yield from _led_remedies(case, address, row, forwarder)
        return
    every = "::" if ip_family(address) == "IPv6" else "0.0.0.0"  # noqa: S104 -- named, not bound
    setting = _SETTINGS.get(row.process or "", "bind, listen or host in its configuration")
    prefix = commands.prefix_to(case, address)
    again = commands.apply(case, row, prefix=prefix)
    yield Remedy(
        do=commands.opening(
            commands.on(case, address),
            f"Let {row.process or 'the service'} listen on {address}, or on {every} for every address: {setting}. Then have it "
            "read that.",
        ),
        command=again or commands.listeners(port, prefix),
        changes=bool(again),
        verify=f"ss -ltn 'sport = :{port}' shows {endpoint(address, port)} or {endpoint(every, port)}.",
    )
    if here:
        yield Remedy(
            do=f"Or let the client use the address where it listens, {peer_address(row.address)}.",
            command=f"refused check {endpoint(peer_address(row.address), port)}",
            verify="It connects.",
        )
    elif is_loopback(row.address):
        yield Remedy(
            do="Or, if it should stay private, go through a tunnel.",
            command=f"ssh -N -L {port}:{endpoint(row.address, port)} {quoted(case.tcp.host)}",
            changes=True,
            verify=f"refused check {endpoint('127.0.0.1', port)} connects while the tunnel is up.",
        )


def _led_remedies(case: Case, address: str, row: Listener, forwarder: Forwarder) -> Iterator[Remedy]:
    """What listens only leads elsewhere: where it listens is said to the engine, or in its arguments."""
    port = case.tcp.port
    inside = next((inside for _, inside in forwarder.leads_to if inside), None)
    if forwarder.program in forwarding.OF_ENGINES:
        tool = forwarding.OF_ENGINES[forwarder.program]
        again = f"`refused check {endpoint(address, port)}` connects."
        yield containers.publish(tool, containers.publishing(case, port), port, inside, verify=again)
    else:
        yield Remedy(
            do=f"{forwarder.program} leads the port on {row.address} alone: give it {address}, or every address, to listen on.",
            command=f"ps -o args= -p {forwarder.pid}",
            verify=f"`refused check {endpoint(address, port)}` connects.",
        )
    yield Remedy(
        do=f"Or let the client use the address where it listens, {peer_address(row.address)}.",
        command=f"refused check {endpoint(peer_address(row.address), port)}",
        verify="It connects.",
    )


_SETTINGS = {
    "postgres": "listen_addresses in postgresql.conf",
    "mysqld": "bind-address in my.cnf",
    "mariadbd": "bind-address in my.cnf",
    "redis-server": "bind in redis.conf",
    "valkey-server": "bind in valkey.conf",
    "mongod": "net.bindIp in mongod.conf",
    "nginx": "listen in its server block",
    "sshd": "ListenAddress in sshd_config",
    "memcached": "-l in memcached.conf",
    "mosquitto": "listener in mosquitto.conf",
}

HYPOTHESIS = Hypothesis(
    place=30,
    onset="setting",
    title="on this address",
    question="Does the service listen on this address?",
    why="A service can listen on loopback only, on one interface, or on one address family. Elsewhere its port is closed.",
    meaning="The service listens, on another address: loopback only, another interface, the other family.",
    proof="The listener's own address, as read on this machine or on the server.",
    mistaken_for=("server.not-listening", "name.family-mismatch"),
    supersedes=frozenset({"server.not-listening"}),
    shown_by=(Listeners, OtherNamespaces),
    is_meant=True,
    looks=(SOCKETS, TRANSLATIONS, SERVICES),
    needs=needs,
    judge=judge,
)
