"""Readings of a case: who answered for a host, whether it is alive, and which socket table speaks for it.

Law: silence is not an answer, one lost packet is not silence, and an ICMP error is the word of its sender alone.
"""

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from tui.diagnosis.readings import outcomes, rules
from tui.diagnosis.readings.answers import CONSENT_PORTS, service_name
from tui.diagnosis.readings.likely_ports import likely_ports
from tui.model.address import ip_version, is_link_local, is_loopback, literal_address, peer_address, same_address
from tui.model.case import Case, remembered
from tui.model.facts import (
    Addresses,
    AnyFact,
    Echo,
    Hop,
    IcmpError,
    Listener,
    Listeners,
    Neighbour,
    Outcome,
    ResetOrigin,
    TcpAttempt,
)
from tui.model.judgement import Culprit, CulpritKind
from tui.model.program_names import LONGEST_COMM, script
from tui.model.requests import AnyRequest, LookUpNeighbour, TraceHops, TryPorts
from tui.model.schemes import Family, family_of_port, family_of_program, family_of_scheme

RESOLVED_AFTER_MS = 2500.0
"""Linux asks three times, a second apart, before it calls a neighbour failed (measured: 3.05 to 3.1 s); a filter or a
route answers within a round trip."""
AT_ONCE_MS = 900.0
"""An answer within this time is one to the first SYN; the second is sent after a second."""
FEWEST_SYNS = 3
"""This many unanswered SYNs are silence; where one packet in ten is lost, chance does that once in a thousand times."""
COMPARED, COMPARED_ELSE = 443, 80
"""Ports that are hardly ever filtered on the way out, to compare the first hop with."""
_ACCEPTED = frozenset({Outcome.CONNECTED, Outcome.CLOSED, Outcome.RESET, Outcome.SILENT})
_UNREACHABLE_HOST = frozenset({(4, 3, 1), (6, 1, 3)})
_UNREACHABLE = _UNREACHABLE_HOST | {(4, 3, code) for code in (0, 5, 6, 7, 8, 11, 12)} | {(6, 1, 0), (6, 1, 2)}
_TIME_EXCEEDED = frozenset({(4, 11, 0), (6, 3, 0)})


def silent(case: Case) -> dict[str, tuple[TcpAttempt, ...]]:
    """The addresses whose attempts have all run out of time, with these attempts."""
    by_address = {address: outcomes.attempts(case, address) for address in outcomes.failing(case, Outcome.TIMEOUT)}
    return {
        address: attempts
        for address, attempts in by_address.items()
        if all(attempt.outcome is Outcome.TIMEOUT for attempt in attempts)
    }


def loopback_is_down(case: Case) -> Addresses | None:
    """The newest list of interfaces, if the loopback interface is down in it: then nothing reaches an address of this machine."""
    here = case.last(Addresses)
    return here if here and "lo" in here.down else None


def is_repeated(attempts: Iterable[TcpAttempt]) -> bool:
    """Whether enough packets went unanswered to speak of silence."""
    return sum(1 + (attempt.retransmits or 0) for attempt in attempts) >= FEWEST_SYNS


def icmp_rejections(case: Case) -> dict[str, TcpAttempt]:
    """For each failing address the newest attempt that brought an ICMP error, if all that came later was silence.

    Senders limit the rate of their errors, so an attempt after a rejection may run out of time.
    """
    newest: dict[str, TcpAttempt] = {}
    for address in outcomes.failing(case):
        for attempt in reversed(outcomes.attempts(case, address)):
            if attempt.icmp is not None:
                newest[address] = attempt
            if attempt.outcome is not Outcome.TIMEOUT:
                break
    return newest


def came_late(case: Case, address: str) -> bool:
    """Whether the ICMP errors for `address` took as long as asking a neighbour in vain: at least one of them the whole time.

    The others may come sooner, because the neighbour was already being asked; a filter or a route answers at once.
    """
    waits = [attempt.latency_ms for attempt in outcomes.attempts(case, address) if attempt.icmp is not None]
    return bool(waits) and max(waits) >= RESOLVED_AFTER_MS and min(waits) >= AT_ONCE_MS


def says_host_unreachable(attempt: TcpAttempt) -> bool:
    """Whether it brought the error that a failed neighbour causes: host, or address, unreachable."""
    return attempt.icmp is not None and _code(attempt.icmp) in _UNREACHABLE_HOST


def says_unreachable(icmp: IcmpError | None) -> bool:
    """Whether the error says that a host or network is out of reach, and not that something is forbidden or expired."""
    return icmp is not None and _code(icmp) in _UNREACHABLE


def is_time_exceeded(icmp: IcmpError | None) -> bool:
    """Whether the packet's time to live ran out (RFC 792, RFC 4443)."""
    return icmp is not None and _code(icmp) in _TIME_EXCEEDED


def sent_here(case: Case, attempt: TcpAttempt) -> bool | None:
    """Whether the ICMP error of `attempt` came from this machine; None where its addresses are not known well enough."""
    sender = attempt.icmp.sender if attempt.icmp else ""
    if literal_address(sender) is None:
        return None
    its_own = same_address(sender, attempt.local_address or "") or (
        is_itself(attempt.address, sender) and outcomes.is_local(case, attempt.address)
    )
    if its_own or is_loopback(sender):
        return True
    own = case.last(Addresses)
    if own is None:
        return None
    if not outcomes.has_address(own, sender):
        return False
    # Every link may have its own fe80::1, so a link-local address that was not our source may be the router's.
    return None if is_link_local(sender) else True


def signs_of_life(case: Case, address: str) -> tuple[AnyFact, ...]:
    """What shows that the host itself lives: an echo, another port that accepts or resets, its own ICMP error, a shell on it."""
    return (*answers(case, address), *((there,) if (there := looked_at(case, address)) else ()))


def looked_at(case: Case, address: str) -> Listeners | None:
    """The socket table of the other end, where it has the address: that machine was looked at by a shell, so it lives."""
    return next((table for table in tables(case, address) if table.vantage and outcomes.has_address(table, address)), None)


def answers(case: Case, address: str) -> tuple[AnyFact, ...]:
    """What has come back from the host itself over the network."""
    echoes = [echo for echo in case.all(Echo) if echo.address == address and echo.received]
    ports = [attempt for attempt in other_attempts(case, address) if _answered(attempt)]
    hops_ = [hop for hop in hops(case, address) if is_itself(address, hop.sender) and hop.outcome != "time-exceeded"]
    return (*echoes[-1:], *ports, *hops_[:1])


def life_in_words(facts: Iterable[AnyFact]) -> str:
    """`answers to ping, on port 22 and with resets on 3 other ports`; of many ports only how many."""
    known = tuple(facts)
    ports = [attempt for attempt in known if isinstance(attempt, TcpAttempt)]
    accepting = [str(attempt.port) for attempt in ports if attempt.outcome in _ACCEPTED]
    resetting = [str(attempt.port) for attempt in ports if attempt.outcome not in _ACCEPTED]
    words = ["to ping"] if any(isinstance(fact, Echo) for fact in known) else []
    words += [_on_ports(accepting)] if accepting else []
    words += [f"with a reset {_on_ports(resetting)}"] if resetting else []
    words += [f"through {fact.vantage!r}" for fact in known if isinstance(fact, Listeners)]
    return f"answers {outcomes.joined(words or ['for itself'])}"


def _on_ports(ports: list[str]) -> str:
    return f"on port {ports[0]}" if len(ports) == 1 else f"on {len(ports)} other ports"


def dead_echo(case: Case, address: str) -> Echo | None:
    """The newest echo to `address`, if it was sent and nothing came back."""
    newest = next((echo for echo in reversed(case.all(Echo)) if echo.address == address), None)
    return newest if newest and newest.sent and not newest.received and not newest.error else None


def other_attempts(case: Case, address: str) -> tuple[TcpAttempt, ...]:
    """The attempts on other ports of `address`."""
    return tuple(attempt for attempt in case.all(TcpAttempt) if attempt.purpose == "other-port" and attempt.address == address)


def other_ports(case: Case) -> Iterator[AnyRequest]:
    """One attempt on each likely port of the first remote address that stays silent or refuses, if the person agreed.

    An address that has been quiet for a while counts as silent, so that its ports need not wait until its attempt ends.
    """
    agreed = case.answer(CONSENT_PORTS) or ("yes" if case.options.probe_ports else "no")
    ports = likely_ports(case.tcp)
    for address in (*outcomes.failing(case, Outcome.REFUSED, Outcome.TIMEOUT), *outcomes.quiet(case)):
        if agreed == "yes" and ports and outcomes.is_remote(case, address):
            yield TryPorts(address=address, ports=ports)
            return


def hops(case: Case, address: str) -> tuple[Hop, ...]:
    """The newest result for each hop on the way to the target's port of `address`, nearest first."""
    newest = {hop.ttl: hop for hop in case.all(Hop) if hop.address == address and hop.port == case.tcp.port}
    return tuple(newest[ttl] for ttl in sorted(newest))


def trail(case: Case, address: str) -> tuple[Hop, ...]:
    """The hops that said who they are: proof that packets for the target's port leave this machine."""
    return tuple(hop for hop in hops(case, address) if hop.outcome == "time-exceeded" and hop.sender)


def hop_of(case: Case, address: str, sender: str) -> Hop | None:
    """The nearest hop on the way to `address` that answered from `sender`."""
    return next((hop for hop in hops(case, address) if hop.sender == sender), None)


def leaves(case: Case, address: str) -> bool | None:
    """Whether packets for the target's port leave this machine; None where nothing shows it.

    They do if a hop answered for this port, or if no retransmission failed here. They don't if all of them failed, or
    if the first router answers for another port and no hop does for this one.
    """
    read = [
        attempt for attempt in silent(case).get(address, ()) if attempt.local_send_failures is not None and attempt.retransmits
    ]
    if trail(case, address) or (read and not any(attempt.local_send_failures for attempt in read)):
        return True
    all_failed = bool(read) and all((attempt.local_send_failures or 0) >= (attempt.retransmits or 0) for attempt in read)
    return False if all_failed or (hops(case, address) and first_hop_elsewhere(case, address)) else None


def first_hop_elsewhere(case: Case, address: str) -> Hop | None:
    """The first router's answer to a packet for another port of `address`."""
    return next(
        (
            hop
            for hop in case.all(Hop)
            if hop.address == address and hop.port != case.tcp.port and hop.ttl == 1 and hop.outcome == "time-exceeded"
        ),
        None,
    )


def first_hop_checks(case: Case) -> Iterator[AnyRequest]:
    """The first hop alone, for this port and for another: packets with TTL 1, which no machine behind it sees.

    Asked where the trail is silent from the start, or may be, as an attempt has been quiet for a while; and where a reset
    from behind a gateway comes even with TTL 1.
    """
    other = COMPARED if case.tcp.port != COMPARED else COMPARED_ELSE
    mute = [address for address in silent(case) if hops(case, address) and not trail(case, address)]
    near = {origin.address for origin in case.all(ResetOrigin) if origin.port == case.tcp.port and origin.smallest_ttl == 1}
    mute += outcomes.quiet(case)
    for address in (*mute, *(refusing for refusing in outcomes.refused_by_reset(case) if refusing in near)):
        route = outcomes.route_to(case, address)
        if route and route.gateway:
            yield TraceHops(address=address, port=other, max_hops=1)
            if address not in mute:
                yield TraceHops(address=address, port=case.tcp.port, max_hops=1)


def neighbour_checks(case: Case) -> Iterator[AnyRequest]:
    """The neighbour entry behind each attempt that reached nobody: the host's own, or its gateway's."""
    for address, attempt in outcomes.failing(case, Outcome.TIMEOUT, Outcome.UNREACHABLE).items():
        route = outcomes.route_to(case, address)
        if route and route.type == "unicast" and route.device:
            yield LookUpNeighbour(address=route.gateway or address, device=route.device, after=attempt.id)


def next_on_link(case: Case, address: str) -> str:
    """The address that our own link must reach: the gateway's, or that of the host where there is none."""
    route = outcomes.route_to(case, address)
    return (route.gateway if route else None) or address


def is_on_link(case: Case, address: str) -> bool:
    """Whether the host is on a link of this machine, without a gateway."""
    route = outcomes.route_to(case, address)
    return bool(route and route.type == "unicast" and not route.gateway and route.device)


def neighbours(case: Case, address: str) -> tuple[Neighbour, ...]:
    """All readings of the neighbour entry that leads to `address`, oldest first."""
    wanted = next_on_link(case, address)
    return tuple(entry for entry in case.all(Neighbour) if entry.address == wanted)


def failed_neighbour(case: Case, address: str) -> Neighbour | None:
    """The newest reading with the entry FAILED, unless a later one differs; that it is being asked again does not count."""
    for entry in reversed(neighbours(case, address)):
        if entry.state == "failed":
            return entry
        if entry.state not in {"incomplete", "none"}:
            return None
    return None


@remembered
def tables(case: Case, address: str) -> tuple[Listeners, ...]:
    """The socket tables that speak for `address`: this machine's, or those that were read on the other end.

    Where some of these are of machines that have the address, they alone do.
    None does where a rule answers with a reset before the kernel looks for a socket, or redirects the connection.
    """
    if rules.dnat(case, address) or rules.is_reset_by_rule(case, address):
        return ()
    if outcomes.is_local(case, address):
        here = outcomes.listeners(case)
        return (here,) if here else ()
    if not outcomes.is_remote(case, address):
        return ()
    remote = tuple(table for prefix in case.options.servers if (table := outcomes.listeners(case, prefix)))
    return tuple(table for table in remote if outcomes.has_address(table, address)) or remote


@remembered
def table(case: Case, address: str) -> Listeners | None:
    """The one socket table that speaks for `address`; None where there is none, or it is not clear which of several does."""
    candidates = tables(case, address)
    if not candidates or outcomes.is_local(case, address) or len(case.options.servers) == 1:
        return candidates[0] if candidates else None
    return candidates[0] if len(candidates) == 1 and outcomes.has_address(candidates[0], address) else None


def vantage(case: Case, address: str) -> str | None:
    """The command prefix that leads to the machine of `address`; None for this machine, and where it is not clear."""
    speaking = table(case, address)
    return speaking.vantage if speaking else None


def reaches(listener: Listener, address: str, *, here: bool) -> bool:
    """Whether a connection to `address` would arrive at this socket; one bound to a device takes only what comes in there."""
    return outcomes.covers(listener, peer_address(address)) and not (here and listener.device not in {None, "lo"})


def serving(case: Case, address: str) -> list[Listener]:
    """The listeners of this machine that take connections to the target's port of one of its own addresses."""
    if not outcomes.is_local(case, address):
        return []
    rows = outcomes.on_port(outcomes.listeners(case), case.tcp.port)
    return [row for row in rows if reaches(row, address, here=True)]


def has_full_queue(listener: Listener) -> bool:
    """Whether the accept queue has no room left, so that the kernel drops SYNs without a word."""
    return listener.queue is not None and listener.queue_limit is not None and listener.queue >= max(listener.queue_limit, 1)


def is_itself(address: str, sender: str | None) -> bool:
    """Whether `sender` is the target itself: messages carry no zone, and never a mapped IPv4 address."""
    return bool(sender) and same_address(sender or "", peer_address(address))


def meant_family(case: Case) -> Family | None:
    """The kind of service that the target's scheme, or else its port, stands for."""
    return family_of_scheme(case.tcp.scheme) or family_of_port(case.tcp.port)


def serves(listener: Listener | None) -> Family | None:
    """The kind of service that a listener's program is known for, by any of its names."""
    return next(filter(None, map(family_of_program, listener.programs if listener else ())), None)


def is_named(case: Case, listener: Listener) -> bool:
    """Whether the listener belongs to the unit, container or process that the person named."""
    name = (service_name(case) or "").lower().removesuffix(".service")
    unit = (listener.unit or "").lower().removesuffix(".service").removesuffix(".socket")
    program = (listener.process or "").lower()
    borne = {unit, unit.partition("@")[0], *map(str.lower, listener.programs), (listener.container or "").lower()} - {""}
    return name in borne or (len(program) == LONGEST_COMM and name.startswith(program))


def contradicts(case: Case, listener: Listener) -> bool:
    """Whether the listener is known to be another service than the one meant."""
    if service_name(case):
        return not is_named(case, listener)
    meant, served = meant_family(case), serves(listener)
    return bool(meant and served and meant != served)


def owner(listener: Listener, *, opens: bool = True) -> str:
    """Who listens: `nginx (pid 812)`; where no more is known `A service`, or `a service` where it does not open the sentence."""
    if listener.is_systemds:
        unit = listener.unit or f"{'A' if opens else 'a'} socket unit"
        return f"{unit} (held by systemd{f', for {listener.activates}' if listener.activates else ''})"
    name = listener.process or listener.unit
    if name is None:
        name = f"{'A' if opens else 'a'} service{f' of user {listener.user}' if listener.user else ''}"
    where = f" in container {listener.container}" if listener.container else ""
    runs = f", {given}" if (given := script((listener.command or "").split())) and given != name else ""
    return f"{name}{where} (pid {listener.pid}{runs})" if listener.pid else f"{name}{where}"


def listener_culprit(kind: CulpritKind, listener: Listener) -> Culprit:
    """A listener, by all the names that are known of it; without a process of its own it is a `listener`."""
    process, pid = (None, None) if listener.is_systemds else (listener.process, listener.pid)
    return Culprit(
        kind=kind if process else "listener",
        address=listener.address,
        port=listener.port,
        pid=pid if pid is not None else UNSET,
        name=process or UNSET,
        unit=listener.unit or UNSET,
    )


def _answered(attempt: TcpAttempt) -> bool:
    return attempt.outcome in _ACCEPTED or (
        attempt.outcome is Outcome.REFUSED and attempt.icmp is None and attempt.error_queue == "empty"
    )


def _code(icmp: IcmpError) -> tuple[int, int, int]:
    return ip_version(icmp.sender), icmp.type, icmp.code
