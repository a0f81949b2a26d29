"""A packet filter on the way, or on the server, says no."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Hypothesis, confirmed, likely, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes, reset_origin, rules
from tui.diagnosis.readings.reset_origin import ResetSource
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Outcome, TcpAttempt
from tui.model.judgement import Culprit, Judgement, Remedy
from tui.model.requests import AnyRequest, ListAddresses, TraceHops


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts and their ICMP errors; our own addresses; the hops, to place the sender; a look from the server."""
    yield from checks.basics(case)
    for address, one in hosts.icmp_rejections(case).items():
        yield ListAddresses()
        if one.icmp and not hosts.is_itself(address, one.icmp.sender) and outcomes.is_remote(case, address):
            yield TraceHops(address=address, port=case.tcp.port)
    yield from checks.life_signs(case)
    yield from checks.tables(case)
    yield from rules.checks_there(case)


def judge(case: Case) -> Judgement:
    """An ICMP error that forbids, and its sender."""
    by_rule = rules.stopped_there(case, Outcome.REFUSED, Outcome.REJECTED, Outcome.UNREACHABLE)
    if by_rule:
        return rules.judged_there(case, by_rule)
    told = {address: one for address, one in hosts.icmp_rejections(case).items() if hosts.sent_here(case, one) is not True}
    forbidden = {address: one for address, one in told.items() if one.outcome in {Outcome.REFUSED, Outcome.REJECTED}}
    proved = {address: one for address, one in forbidden.items() if hosts.sent_here(case, one) is False}
    if proved:
        return _proved(case, proved)
    if forbidden:
        return _perhaps_ours(case, forbidden)
    feigned = {address: one for address, one in told.items() if _is_feigned(case, address, one)}
    if feigned:
        return _feigned(case, feigned)
    return _by_reset(case)


def _is_feigned(case: Case, address: str, one: TcpAttempt) -> bool:
    """Whether `unreachable` is a lie: the host says it of itself, or at once although the host answers elsewhere."""
    if not hosts.says_unreachable(one.icmp) or one.icmp is None:
        return False
    return not hosts.came_late(case, address) and (
        hosts.is_itself(address, one.icmp.sender) or bool(hosts.signs_of_life(case, address))
    )


def _proved(case: Case, told: dict[str, TcpAttempt]) -> Judgement:
    first, one = next(iter(told.items()))
    sender = _sender(one)
    hop = hosts.hop_of(case, first, sender)
    itself = hosts.is_itself(first, sender)
    whose = "a closed port sends a reset" if itself else "that is neither the target nor this machine"
    return confirmed(
        f"{_who(first, sender)} rejects {_what(first, sender, told)} (ICMP {_meaning(one)}).",
        *outcomes.ids(*told.values(), hop),
        reason=f"ICMP `{_meaning(one)}` came from {sender}" + (f", seen at hop {hop.ttl}" if hop else "") + f"; {whose}.",
        explains=told,
        culprit=Culprit(kind="address", address=sender),
        refuted_by=f"No rule or route on {sender} answers {outcomes.joined(sorted({one.address for one in told.values()}))} so.",
        remedies=_remedies(case, first, one),
    )


def _perhaps_ours(case: Case, told: dict[str, TcpAttempt]) -> Judgement:
    first, one = next(iter(told.items()))
    sender = _sender(one)
    return likely(
        f"{sender} rejects port {one.port} of {first} (ICMP {_meaning(one)}).",
        *outcomes.ids(*told.values()),
        reason=f"ICMP `{_meaning(one)}` came from {sender}; whether that is this machine itself is not known.",
        next_check=f"`ip -brief address`: if {sender} is there, it is this machine's own filter (path.local-firewall).",
        explains=told,
        culprit=Culprit(kind="address", address=sender),
        refuted_by=f"{sender} is an address of this machine.",
        remedies=_remedies(case, first, one),
    )


def _feigned(case: Case, told: dict[str, TcpAttempt]) -> Judgement:
    first, one = next(iter(told.items()))
    sender = _sender(one)
    life = hosts.signs_of_life(case, first)
    lives = f"{first} {hosts.life_in_words(life)}" if life else f"{first} says it of itself"
    return likely(
        f"{_who(first, sender)} answers port {one.port} with `{_meaning(one)}`, although the host is there: a filter's words.",
        *outcomes.ids(*told.values(), *life),
        reason=f"ICMP `{_meaning(one)}` came from {sender} after {one.latency_ms:.1f} ms, and {lives}.",
        next_check=f"On {sender}: `nft list ruleset`, or `iptables-save`, has a rule that rejects port {one.port} so.",
        explains=told,
        culprit=Culprit(kind="address", address=sender),
        refuted_by=f"{sender} forwards the port to a machine that it can't reach.",
        remedies=_remedies(case, first, one),
    )


def _by_reset(case: Case) -> Judgement:
    """A filter on the server may answer with a reset, which from outside nothing tells from a closed port."""
    resets = {
        address: one
        for address, one in outcomes.refused_by_reset(case).items()
        if outcomes.is_remote(case, address) and not rules.is_stopped_here(case, address)
    }
    if not resets:
        return ruled_out("No ICMP error says that the port is rejected.", *outcomes.ids(*outcomes.latest(case).values()))
    port = case.tcp.port
    for address, one in resets.items():
        far = hosts.table(case, address)
        serving = next((row for row in outcomes.on_port(far, port) if hosts.reaches(row, address, here=False)), None)
        if far and serving and not serving.device:
            who = f"{hosts.owner(serving)} listens on {endpoint(serving.address, port)}"
            return likely(
                f"A packet filter on {address} answers with a reset, although {who} there.",
                *outcomes.ids(one, far),
                reason=f"A reset came back, and in the socket table of the far end {who}.",
                next_check="On the server, as root: `nft list ruleset; iptables-save` has a rule that answers with a tcp reset.",
                explains=resets,
                culprit=Culprit(kind="address", address=address, port=port),
                refuted_by=f"{address} is not the machine that was looked at, or the service started after the attempt.",
                remedies=_remedies(case, address, one),
            )
        if far:
            return still_open(
                "Nothing listens in the far end's table; a filter could still answer first.", *outcomes.ids(one, far)
            )
    nearer = {ResetSource.NEARER, ResetSource.SEEMS_NEARER}
    own = [one for one in resets if not ((found := reset_origin.origin(case, one)) and found.source in nearer)]
    if not own:
        return still_open("A reset came back, from nearer than the host.", *outcomes.ids(*resets.values()))
    first = own[0]
    found = reset_origin.origin(case, first)
    where = first if found and found.source is ResetSource.ITSELF else f"{first}, or before it,"
    return still_open(
        "A plain reset came back; a filter on the server can send one too.",
        *outcomes.ids(*resets.values()),
        summary=f"A packet filter on {where} answers port {port} with a reset.",
        next_check=f"On {first}: `ss -ltn 'sport = :{port}'` shows a listener, and `nft list ruleset` a rule with `tcp reset`.",
        explains=own,
    )


def _who(address: str, sender: str) -> str:
    return f"{sender} itself" if hosts.is_itself(address, sender) else f"{sender}, a machine in between,"


def _what(address: str, sender: str, told: dict[str, TcpAttempt]) -> str:
    port = f"port {told[address].port}"
    return port if hosts.is_itself(address, sender) and len(told) == 1 else f"{port} of {outcomes.joined(told)}"


def _sender(one: TcpAttempt) -> str:
    return one.icmp.sender if one.icmp else one.address


def _meaning(one: TcpAttempt) -> str:
    return one.icmp.meaning if one.icmp else "unreachable"


def _remedies(case: Case, address: str, one: TcpAttempt) -> Iterator[Remedy]:
    port, sender = case.tcp.port, _sender(one)
    source = one.local_address or "this machine"
    yield Remedy(
        do=f"On {sender}: find the rule (or the `prohibit` route) that says no to {source}.",
        command="nft list ruleset; iptables-save; ip route show table all type prohibit",
        verify=f"A rule or route there matches TCP from {source} to {endpoint(address, port)}.",
    )
    yield Remedy(
        do=f"Have TCP port {port} allowed for {source} there; with firewalld or ufw on {sender}:",
        command=f"firewall-cmd --permanent --add-port={port}/tcp && firewall-cmd --reload   # or: ufw allow {port}/tcp",
        verify=f"{case.target.label} connects, or answers with a plain reset.",
    )


HYPOTHESIS = Hypothesis(
    place=40,
    title="not rejected",
    question="Does a packet filter on the way or on the server say no?",
    why="A filter that rejects answers with ICMP, and the answer carries the address of the box that sent it.",
    meaning="A packet filter on the way, or on the server, answers with ICMP, or on the server itself with a reset.",
    proof="The ICMP error with its sender, which is not this machine; a reset by the server's filter only by its rule.",
    mistaken_for=("server.not-listening", "path.host-unreachable", "path.local-firewall"),
    supersedes=frozenset({"server.not-listening"}),
    needs=needs,
    judge=judge,
)
