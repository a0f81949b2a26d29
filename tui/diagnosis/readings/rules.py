"""Readings of a case about packet filters: which rule stops a connection, and whether that fits the attempts.

Law: a rule that matches is the cause only where the attempts ended as it makes them end.
"""

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from tui.diagnosis.readings import outcomes
from tui.model import command_line
from tui.model.case import Case, remembered
from tui.model.facts import Firewall, Hop, Outcome, ResetOrigin, Rule, TcpAttempt
from tui.model.judgement import Culprit
from tui.model.requests import AnyRequest, ReadFirewall

MOST_ADDRESSES = 4
"""At most this many failing addresses are checked against the rules; a name with more has one cause for all."""
LISTING = "nft list ruleset; iptables-save"
"""The commands, as root, that show every rule of a machine."""
STOPPED = (Outcome.TIMEOUT, Outcome.REFUSED, Outcome.REJECTED, Outcome.UNREACHABLE)
"""How an attempt can end that a packet filter stops."""
NO_ENDPOINTS = " has no endpoints"
"""The end of kube-proxy's comment on the rule that rejects a service without ready endpoints."""
_IPTABLES = {"ip": "iptables", "ip6": "ip6tables"}


def checks_here(case: Case) -> Iterator[AnyRequest]:
    """This machine's rules, where an attempt ended as one of them could make it end."""
    for address in troubled(case)[:MOST_ADDRESSES]:
        request = ReadFirewall(address=address, port=case.tcp.port, source=case.options.source, pid=case.options.pid)
        yield request
        if is_counting(case, address):
            yield replace(request, again=1)


def troubled(case: Case) -> list[str]:
    """The addresses that fail as a rule could make them, now or at times."""
    at_times = [attempt.address for attempt in outcomes.attempts(case) if attempt.outcome in STOPPED]
    return list(dict.fromkeys((*outcomes.failing(case, *STOPPED), *(at_times if outcomes.connecting(case) else ()))))


def checks_there(case: Case) -> Iterator[AnyRequest]:
    """The other end's rules, through each command prefix."""
    for address, attempt in list(outcomes.failing(case, *STOPPED).items())[:MOST_ADDRESSES]:
        if outcomes.is_remote(case, address):
            for prefix in case.options.servers:
                yield ReadFirewall(address=address, port=case.tcp.port, source=attempt.local_address, vantage=prefix)


def is_counting(case: Case, address: str) -> bool:
    """Whether a rule that may stop it counts packets, and attempts came after it was read: then a second look tells."""
    first = next(iter(_readings(case, address)), None)
    rules = (first.deciding, *first.undecided) if first else ()
    counted = any(rule is not None and rule.packets is not None for rule in rules)
    later = any(attempt.at > first.at for attempt in outcomes.attempts(case, address)) if first else False
    return counted and later and outcomes.schedule_ended(case)


def growth(case: Case, address: str, rule: Rule) -> int | None:
    """By how many packets a rule's counter rose between two readings with attempts in between; None where that is not known."""
    counts = [
        (reading.at, other.packets)
        for reading in _readings(case, address)
        for other in (reading.deciding, *reading.undecided)
        if other is not None and other.packets is not None and _is_same(rule, other)
    ]
    if len(counts) < 2:  # noqa: PLR2004 -- before and after
        return None
    (before, first), (after, last) = counts[0], counts[-1]
    between = [attempt for attempt in outcomes.attempts(case, address) if before < attempt.at < after]
    return last - first if between else None


def _readings(case: Case, address: str) -> list[Firewall]:
    """All readings of this machine's rules for the target's port of the address, oldest first."""
    port = case.tcp.port
    return [fact for fact in case.all(Firewall) if (fact.address, fact.port, fact.vantage) == (address, port, None)]


def _is_same(rule: Rule, other: Rule) -> bool:
    return all(getattr(rule, key) == getattr(other, key) for key in ("family", "table", "chain", "handle", "line", "text"))


def is_clean(case: Case, address: str, vantage: str | None = None) -> bool:
    """Whether all rules here, or at a vantage, were read, and none stops the connection or may stop it."""
    reading = filter_of(case, address, vantage)
    return bool(reading and reading.answer == "does-not-match" and not reading.unread)


def doubt_of_answers(case: Case, address: str) -> str:
    """What of this machine's rules may drop the answers and could not be followed, as a clause; empty where all was."""
    reading = filter_of(case, address)
    if reading is None:
        return ""
    rule = next((rule for rule in reading.undecided if rule.on == "answer"), None)
    if rule:
        return f"whether {named(rule)} acts on the answers can't be told"
    return f"not all that acts on the answers was followed: {reading.unread[0].rstrip('.')}" if reading.unread else ""


@remembered
def filter_of(case: Case, address: str, vantage: str | None = None) -> Firewall | None:
    """The newest reading of this machine's rules, or of a vantage's, for the target's port of `address`."""
    wanted = address, case.tcp.port, vantage
    return next(
        (reading for reading in reversed(case.all(Firewall)) if (reading.address, reading.port, reading.vantage) == wanted), None
    )


def far_filters(case: Case, address: str) -> tuple[Firewall, ...]:
    """The readings of the other end's rules for `address`."""
    return tuple(reading for prefix in case.options.servers if (reading := filter_of(case, address, prefix)))


def makes(rule: Rule) -> frozenset[Outcome]:
    """How an attempt ends that the rule stops; `fits` tells a refusal by ICMP from one by a reset."""
    if rule.verdict == "drop" or rule.on == "answer":
        return frozenset({Outcome.TIMEOUT})
    if rule.verdict == "tcp-reset":
        return frozenset({Outcome.REFUSED})
    return frozenset({Outcome.REFUSED, Outcome.REJECTED, Outcome.UNREACHABLE})


def fits(rule: Rule, attempts: tuple[TcpAttempt, ...]) -> bool:
    """Whether every attempt ended as the rule makes them end; an error that a rate limit held back is silence."""
    if not attempts:
        return False
    ends = [attempt for attempt in attempts if attempt.outcome in makes(rule)]
    if rule.verdict == "reject" and rule.on == "request":
        with_icmp = [attempt for attempt in ends if attempt.icmp is not None or attempt.error_queue == "unknown"]
        return bool(with_icmp) and all(attempt in with_icmp or attempt.outcome is Outcome.TIMEOUT for attempt in attempts)
    return len(ends) == len(attempts) and not any(attempt.icmp for attempt in ends)


def stopped_there(case: Case, *ends: Outcome) -> dict[str, tuple[Firewall, Rule]]:
    """The addresses whose connection a rule of the other end stops, where every attempt ended as that rule makes them end."""
    stopping: dict[str, tuple[Firewall, Rule]] = {}
    for address in outcomes.failing(case, *ends):
        attempts = outcomes.attempts(case, address)
        another = [attempt for attempt in attempts if attempt.icmp and attempt.icmp.sender != address]
        for reading in () if another else far_filters(case, address):
            if reading.deciding and fits(reading.deciding, attempts):
                stopping.setdefault(address, (reading, reading.deciding))
    return stopping


def does(rule: Rule, what: str) -> str:
    """What the rule does to connections to `what`."""
    which = f"the answers from {what}" if rule.on == "answer" else f"connections to {what}"
    match rule.verdict:
        case "drop":
            return f"drops {which}"
        case "tcp-reset":
            return f"answers {which} with a reset"
        case _:
            return f"rejects {which}"


def is_stopped_here(case: Case, address: str) -> bool:
    """Whether a rule of this machine stops the connection, and the attempts ended as it makes them end.

    Not where its counter stands still while they fail; nor where a hop answered for this port, or the resets need more than
    one hop: then packets were seen beyond this machine, whatever the rules say.
    """
    reading = filter_of(case, address)
    rule = reading.deciding if reading else None
    if rule is None or not fits(rule, outcomes.attempts(case, address)) or growth(case, address, rule) == 0:
        return False
    beyond = any(
        hop.address == address and hop.port == case.tcp.port and hop.outcome == "time-exceeded" and hop.sender
        for hop in case.all(Hop)
    ) or any(
        (origin.address, origin.port) == (address, case.tcp.port) and (origin.smallest_ttl or 0) > 1
        for origin in case.all(ResetOrigin)
    )
    return rule.on == "answer" or not beyond


@remembered
def dnat(case: Case, address: str) -> Firewall | None:
    """The reading, here or on the other end, in which a rule redirects the connection to another address or port."""
    readings = (filter_of(case, address), *far_filters(case, address))
    return next((reading for reading in readings if reading and reading.translated), None)


@remembered
def is_reset_by_rule(case: Case, address: str) -> Firewall | None:
    """The reading, here or on the other end, in which a rule stops the connection before the kernel looks for a socket."""
    if is_stopped_here(case, address):
        return filter_of(case, address)
    attempts = outcomes.attempts(case, address)
    far = far_filters(case, address)
    return next((reading for reading in far if reading.deciding and fits(reading.deciding, attempts)), None)


def quoted(rule: Rule) -> str:
    """The rule as its tool prints it, or a chain's policy."""
    return rule.text or f"policy {rule.verdict}"


def named(rule: Rule) -> str:
    """The rule quoted, with whose it is; a policy with its chain."""
    chain = "" if rule.text else f" of chain {rule.chain}"
    return f"`{quoted(rule)}`{chain}{who_made(rule)}"


def location(rule: Rule) -> str:
    """Where the rule is: `table inet filter, chain output, handle 7`."""
    number = f", handle {rule.handle}" if rule.handle is not None else f", rule {rule.line}" if rule.line else ""
    return f"table {rule.family} {rule.table}, chain {rule.chain}{number}"


def who_made(rule: Rule) -> str:
    """Whose rule it is, for a sentence: ` of ufw`, or nothing."""
    return f" of {rule.made_by}" if rule.made_by else ""


def service_without_endpoints(rule: Rule) -> str | None:
    """The Kubernetes service that kube-proxy rejects because nothing serves it, by the rule's comment."""
    comment = rule.comment or ""
    return comment.removesuffix(NO_ENDPOINTS) if comment.endswith(NO_ENDPOINTS) else None


def culprit(rule: Rule, address: str, port: int) -> Culprit:
    """The rule, by the names that find it again."""
    return Culprit(
        kind="rule",
        rule=quoted(rule),
        table=f"{rule.family} {rule.table}",
        chain=rule.chain,
        handle=rule.handle if rule.handle is not None else UNSET,
        name=rule.made_by or UNSET,
        address=address,
        port=port,
    )


def counted_packets(rule: Rule) -> str:
    """What its counter says, as a sentence, or nothing."""
    if not rule.packets:
        return ""
    return f" Its counter stands at {rule.packets} packet{'' if rule.packets == 1 else 's'}."


def counted(case: Case, address: str, rule: Rule) -> str:
    """What its counter says, as a sentence: how much it rose with the attempts, or how it stands."""
    risen = growth(case, address, rule)
    if not risen:
        return counted_packets(rule)
    return f" Its counter rose by {risen} packet{'' if risen == 1 else 's'} with the attempts."


def show_all(reading: Firewall) -> str:
    """The command, as root, that shows every rule of a reading's machine."""
    return command_line.behind(reading.vantage, "nft list ruleset")


def show(rule: Rule) -> str:
    """The command that shows the rule in its chain."""
    family, table, chain = map(command_line.quoted, (rule.family, rule.table, rule.chain))
    if rule.backend == "nft":
        return f"nft -a list chain {family} {table} {chain}"
    return f"{tool(rule)} -t {table} -vnL {chain} --line-numbers"


def tool(rule: Rule) -> str:
    """The iptables program that shows the rule and can change it."""
    name = _IPTABLES.get(rule.family, "iptables")
    return f"{name}-legacy" if rule.backend == "iptables-legacy" else name
