"""A packet filter on the way, or on the server, rejects the connection."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import TRANSLATIONS
from tui.diagnosis.readings import (
    checks,
    commands,
    filters,
    forwarding,
    hosts,
    led,
    led_away,
    outcomes,
    reset_origin,
    rule_remedies,
    rules,
)
from tui.diagnosis.readings.reset_origin import ResetSource
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import Firewall, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ListAddresses, TraceHops


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts and their ICMP errors; our own addresses; the hops, to place the sender; the server's sockets and rules."""
    yield from checks.basics(case)
    for address, attempt in hosts.icmp_rejections(case).items():
        yield ListAddresses()
        if attempt.icmp and not hosts.is_itself(address, attempt.icmp.sender) and outcomes.is_remote(case, address):
            yield TraceHops(address=address, port=case.tcp.port)
    yield from checks.life_signs(case)
    yield from checks.tables(case)
    yield from rules.checks_there(case)
    yield from forwarding.checks(case)


def judge(case: Case) -> Finding:
    """An ICMP error that forbids, and its sender; or the word of a filter where a rule or a forwarder leads."""
    behind = led.rejected(case)
    if behind:
        return behind
    by_rule = rules.stopped_there(case, Outcome.REFUSED, Outcome.REJECTED, Outcome.UNREACHABLE)
    if by_rule:
        return rule_remedies.judged_there(case, by_rule)
    reported = {
        address: attempt
        for address, attempt in hosts.icmp_rejections(case).items()
        if hosts.sent_here(case, attempt) is not True and not forwarding.ways(case, address)
    }
    forbidden = {
        address: attempt for address, attempt in reported.items() if attempt.outcome in {Outcome.REFUSED, Outcome.REJECTED}
    }
    proved = {address: attempt for address, attempt in forbidden.items() if hosts.sent_here(case, attempt) is False}
    if proved:
        return _proved(case, proved)
    if forbidden:
        return _perhaps_ours(case, forbidden)
    nowhere = led_away.without_a_route(case)
    if nowhere:
        return _or_led_away(nowhere)
    feigned = {address: attempt for address, attempt in reported.items() if _is_feigned(case, address, attempt)}
    if feigned:
        return _feigned(case, feigned)
    return _by_reset(case)


def _is_feigned(case: Case, address: str, attempt: TcpAttempt) -> bool:
    """Whether `unreachable` is not true: the host says it about itself, or it comes at once and the host answers otherwise."""
    if not hosts.says_unreachable(attempt.icmp) or attempt.icmp is None:
        return False
    return not hosts.came_late(case, address) and (
        hosts.is_itself(address, attempt.icmp.sender) or bool(hosts.signs_of_life(case, address))
    )


def _proved(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    sender = _sender(attempt)
    hop = hosts.hop_of(case, first, sender)
    itself = hosts.is_itself(first, sender)
    who = f"{_who(first, sender)}, or what it forwards the port to," if itself else _who(first, sender)
    addresses = outcomes.joined(sorted({attempt.address for attempt in reported.values()}))
    remark = "a closed port sends a reset" if itself else "that is neither the target nor this machine"
    return claim(
        f"{who} rejects {_what(first, sender, reported)} (ICMP {_meaning(attempt)}).",
        *outcomes.ids(*reported.values(), hop),
        reason=f"ICMP `{_meaning(attempt)}` came from {sender}" + (f", seen at hop {hop.ttl}" if hop else "") + f"; {remark}.",
        # Behind a translation of ours its target signs what is sent back.
        looks=(TRANSLATIONS,) if itself else (),
        explains=reported,
        culprit=Culprit(kind="address", address=sender),
        refuted_by=f"No rule or route on {sender} rejects {addresses} with this error.",
        remedies=_remedies(case, first, attempt),
    )


def _perhaps_ours(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    sender = _sender(attempt)
    return claim(
        f"{sender} rejects port {attempt.port} of {first} (ICMP {_meaning(attempt)}).",
        *outcomes.ids(*reported.values()),
        reason=f"ICMP `{_meaning(attempt)}` came from {sender}; whether that is this machine itself is not known.",
        missing=f"`ip -brief address`: if {sender} is there, it is this machine's own filter (path.local-firewall).",
        explains=reported,
        culprit=Culprit(kind="address", address=sender),
        refuted_by=f"{sender} is an address of this machine.",
        remedies=_remedies(case, first, attempt),
    )


def _feigned(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    sender = _sender(attempt)
    life = hosts.signs_of_life(case, first)
    lives = f"{first} {hosts.life_in_words(life)}" if life else f"{first} says it about itself"
    return claim(
        f"{_who(first, sender)} answers port {attempt.port} with `{_meaning(attempt)}`, but the host is there: that is a filter.",
        *outcomes.ids(*reported.values(), *life),
        reason=f"ICMP `{_meaning(attempt)}` came from {sender} after {attempt.latency_ms:.1f} ms, and {lives}.",
        missing=f"On {sender}: `nft list ruleset`, or `iptables-save`, has a rule that rejects port {attempt.port} so.",
        explains=reported,
        culprit=Culprit(kind="address", address=sender),
        refuted_by=f"{sender} forwards the port to a machine that it can't reach.",
        remedies=_remedies(case, first, attempt),
    )


def _or_led_away(nowhere: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(nowhere.items()))
    return still_open(
        f"ICMP `{_meaning(attempt)}` came from {first} itself, as where it leads the port to a network without a way.",
        *outcomes.ids(*nowhere.values()),
        summary=f"A packet filter on {first} answers port {attempt.port} with `{_meaning(attempt)}`.",
        next_check=f"On {first}: `nft list ruleset; iptables-save` has a rule that rejects port {attempt.port} so.",
        explains=nowhere,
    )


def _by_reset(case: Case) -> Finding:
    """A filter on the server may answer with a reset, which from outside looks like a closed port."""
    resets = {
        address: attempt
        for address, attempt in outcomes.refused_by_reset(case).items()
        if outcomes.is_remote(case, address) and not rules.is_stopped_here(case, address)
    }
    if not resets:
        return ruled_out("No ICMP error says that the port is rejected.", *outcomes.ids(*outcomes.latest(case).values()))
    port = case.tcp.port
    for address, attempt in resets.items():
        table = hosts.table(case, address)
        serving = next((row for row in outcomes.on_port(table, port) if hosts.reaches(row, address, here=False)), None)
        if table and serving and not serving.device:
            who = f"{hosts.owner(serving)} listens on {endpoint(serving.address, port)}"
            if led_away.nothing_there_says_no(case, address):
                return still_open(
                    f"A reset came back, though in the socket table there, {who}; no rule of that machine sends it.",
                    *outcomes.ids(attempt, table, *rules.far_filters(case, address)),
                    summary=f"A packet filter before {address} answers port {port} with a reset, although {who} there.",
                    next_check=led_away.who_answers(case, address, table.vantage),
                    explains=resets,
                )
            return claim(
                f"A packet filter on {address} answers with a reset, although {who} there.",
                *outcomes.ids(attempt, table),
                reason=f"A reset came back, and in the socket table there, {who}.",
                missing="On the server, as root: `nft list ruleset; iptables-save` has a rule that answers with a tcp reset.",
                explains=resets,
                culprit=Culprit(kind="address", address=address, port=port),
                refuted_by=f"{address} is not the machine whose table was read, or the service started after the attempt.",
                remedies=_remedies(case, address, attempt),
            )
        if table:
            return still_open(
                "The other end's table has no listener; a filter could still answer first.", *outcomes.ids(attempt, table)
            )
    nearer = {ResetSource.NEARER, ResetSource.SEEMS_NEARER}
    own = [address for address in resets if not ((origin := reset_origin.origin(case, address)) and origin.source in nearer)]
    if not own:
        return still_open("A reset came back, from nearer than the host.", *outcomes.ids(*resets.values()))
    first = own[0]
    origin = reset_origin.origin(case, first)
    where = first if origin and origin.source is ResetSource.ITSELF else f"{first}, or before it,"
    return still_open(
        "A plain reset came back; a filter on the server can send one too.",
        *outcomes.ids(*resets.values()),
        summary=f"A packet filter on {where} answers port {port} with a reset.",
        next_check=f"On {first}: `ss -ltn 'sport = :{port}'` shows a listener, and `nft list ruleset` a rule with `tcp reset`.",
        explains=own,
    )


def _who(address: str, sender: str) -> str:
    return f"{sender} itself" if hosts.is_itself(address, sender) else f"{sender}, a machine in between,"


def _what(address: str, sender: str, reported: dict[str, TcpAttempt]) -> str:
    port = f"port {reported[address].port}"
    return port if hosts.is_itself(address, sender) and len(reported) == 1 else f"{port} of {outcomes.joined(reported)}"


def _sender(attempt: TcpAttempt) -> str:
    return attempt.icmp.sender if attempt.icmp else attempt.address


def _meaning(attempt: TcpAttempt) -> str:
    return attempt.icmp.meaning if attempt.icmp else "unreachable"


def _remedies(case: Case, address: str, attempt: TcpAttempt) -> Iterator[Remedy]:
    port, sender = case.tcp.port, _sender(attempt)
    source = attempt.local_address or "this machine"
    after = f"{case.target.label} connects, or answers with a plain reset."
    if commands.is_in_pod(case):
        yield from filters.in_a_cluster(case, after)
        return
    prefix = commands.prefix_to(case, address) if sender == address else None
    yield Remedy(
        do=f"On {sender}: find the rule (or the `prohibit` route) that rejects {source}.",
        command=behind(prefix, "nft list ruleset; iptables-save; ip route show table all type prohibit"),
        verify=f"A rule or route there matches TCP from {source} to {endpoint(address, port)}.",
    )
    yield from filters.allowed_there(case, sender, attempt.local_address, after)


HYPOTHESIS = Hypothesis(
    place=40,
    title="not rejected",
    question="Does a packet filter on the way or on the server reject it?",
    why="A filter that rejects answers with ICMP, and the answer carries the address of the box that sent it.",
    meaning="A packet filter on the way, or on the server, answers with ICMP, or on the server itself with a reset.",
    proof="The ICMP error with its sender, which is not this machine; a reset by the server's filter only by its rule.",
    mistaken_for=("server.not-listening", "path.host-unreachable", "path.local-firewall"),
    supersedes=frozenset({"server.not-listening"}),
    shown_by=(TcpAttempt, Firewall),
    looks=(),
    needs=needs,
    judge=judge,
)
