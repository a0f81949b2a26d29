"""This machine's own packet filter refuses or drops the connection."""

from collections.abc import Iterator, Mapping

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import TRANSLATIONS
from tui.diagnosis.readings import (
    checks,
    commands,
    filters,
    foreign_answers,
    forwarding,
    hosts,
    outcomes,
    queues,
    rewritten_source,
    rule_remedies,
    rules,
    silence,
    varying_rules,
)
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Echo, Firewall, Hop, Outcome, Rule, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ListAddresses


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts and their ICMP errors, our own addresses, the neighbour entry, the hops, the socket table, the rules."""
    yield from checks.basics(case)
    if hosts.icmp_rejections(case):
        yield ListAddresses()
    yield from hosts.neighbour_checks(case)
    yield from checks.life_signs(case)
    yield from hosts.first_hop_checks(case)
    yield from checks.tables(case)
    yield from rules.checks_here(case)
    yield from rewritten_source.checks(case)


def judge(case: Case) -> Finding:
    """A rule that matches and explains what is seen; an ICMP error from an own address; signs that packets never left."""
    by_rule = dict(_by_rule(case))
    if by_rule:
        return _ruled(case, by_rule)
    strangers = rewritten_source.strangers(case)
    if strangers:
        return rewritten_source.finding(case, strangers)
    sometimes = varying_rules.stopping(case)
    if sometimes:
        return varying_rules.finding(case, sometimes)
    ours = {
        address: attempt
        for address, attempt in hosts.icmp_rejections(case).items()
        if hosts.sent_here(case, attempt) and not forwarding.ways(case, address)
    }
    proved = {address: attempt for address, attempt in ours.items() if _is_a_filters(case, address, attempt)}
    signed = {address: attempt for address, attempt in proved.items() if foreign_answers.may_be_signed(case, address)}
    if proved:
        return foreign_answers.signed(case, signed) if signed == proved else _proved(case, dict(proved.items() - signed.items()))
    perhaps = {address: attempt for address, attempt in ours.items() if _may_be_a_filters(case, address, attempt)}
    if perhaps:
        return _perhaps(case, perhaps)
    held = {address: attempts for address, attempts in hosts.silent(case).items() if hosts.leaves(case, address) is False}
    if held:
        return _not_by_rules(case, held, "This machine keeps the packets back") or _held(case, held)
    swallowed = {
        address: attempt
        for address, attempt in hosts.silent(case).items()
        if outcomes.is_local(case, address) and not forwarding.ways(case, address)
    }
    if swallowed:
        plain = _without_a_filter(case, swallowed)
        return plain or _not_by_rules(case, swallowed, "An address of this machine stays silent") or _swallowed(case, swallowed)
    near = {
        address: hop
        for address in outcomes.refused_by_reset(case)
        if (hop := _reset_without_a_hop(case, address)) and not rules.is_clean(case, address)
    }
    if near:
        return _reset_here(case, near)
    foreign = dict(foreign_answers.refused(case))
    if foreign:
        return foreign_answers.finding(case, foreign, tuple(_remedies(case)))
    return _in_silence(case)


def _by_rule(case: Case) -> Iterator[tuple[str, tuple[Firewall, Rule]]]:
    """The addresses whose connection a rule here stops, where every attempt ended as that rule makes them end."""
    for address in outcomes.failing(case, *rules.STOPPED):
        reading = rules.filter_of(case, address)
        rule = reading.deciding if reading else None
        if reading is None or rule is None or not rules.is_stopped_here(case, address):
            continue
        if any(hosts.sent_here(case, attempt) is False for attempt in outcomes.attempts(case, address) if attempt.icmp):
            continue  # another machine reported it
        yield address, (reading, rule)


def _ruled(case: Case, ruled: dict[str, tuple[Firewall, Rule]]) -> Finding:
    first, (_, rule) = next(iter(ruled.items()))
    port = case.tcp.port
    service = rules.service_without_endpoints(rule)
    what = outcomes.joined(endpoint(address, port) for address in ruled)
    if service:
        summary = f"The Kubernetes service {service} has no endpoints, so a rule of kube-proxy here rejects {what}."
    else:
        summary = f"This machine's own packet filter {rules.does(rule, what)}: {rules.named(rule)}."
    effect = "silence" if rules.makes(rule) == {Outcome.TIMEOUT} else "the refusal"
    return claim(
        summary,
        *outcomes.ids(*(reading for reading, _ in ruled.values())),
        *outcomes.ids(*(attempt for each in ruled for attempt in outcomes.attempts(case, each))),
        reason=f"`{rules.quoted(rule)}` ({rules.location(rule)}) matches this connection and explains {effect}."
        f"{rules.counted(case, first, rule)}",
        explains=ruled,
        culprit=rules.culprit(rule, first, port),
        refuted_by="Without that rule, the same attempt ends the same way.",
        remedies=rule_remedies.remedies(case, rule, first),
    )


def _not_by_rules(case: Case, silent: Mapping[str, tuple[TcpAttempt, ...]], what: str) -> Finding | None:
    """That something here keeps the packets and no rule does; None where the rules were not all read."""
    if not all(rules.is_clean(case, address) for address in silent):
        return None
    first = next(iter(silent))
    reading = rules.filter_of(case, first)
    return still_open(
        f"{what}, and none of the {reading.rules if reading else 0} rules of this machine stops the connection.",
        *outcomes.ids(*(attempt for attempts in silent.values() for attempt in attempts), reading),
        summary=f"Something on this machine that no rule shows (a BPF program, traffic control) drops {outcomes.joined(silent)}.",
        next_check="As root: `bpftool net; bpftool cgroup tree; tc filter show dev DEVICE egress; ip link show lo` (is it UP?)",
        explains=silent,
    )


def _is_a_filters(case: Case, address: str, attempt: TcpAttempt) -> bool:
    """Whether nothing but a filter can have sent the error from here: no failed neighbour, no tunnel without a peer."""
    if not hosts.says_host_unreachable(attempt):
        return not hosts.is_time_exceeded(attempt.icmp)
    entries = hosts.neighbours(case, address)
    near = outcomes.is_local(case, address) or (bool(entries) and entries[-1].state == "reachable")
    return near and not hosts.came_late(case, address)


def _may_be_a_filters(case: Case, address: str, attempt: TcpAttempt) -> bool:
    quick = not hosts.came_late(case, address)
    return quick and not hosts.is_time_exceeded(attempt.icmp) and not hosts.failed_neighbour(case, address)


def _proved(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    sender, meaning = (attempt.icmp.sender, attempt.icmp.meaning) if attempt.icmp else ("", "")
    return claim(
        f"This machine's own packet filter rejects port {case.tcp.port} of {outcomes.joined(reported)} (ICMP {meaning}).",
        *outcomes.ids(*reported.values()),
        reason=f"ICMP `{meaning}` came after {attempt.latency_ms:.1f} ms from {sender}, an address of this machine.",
        explains=reported,
        culprit=Culprit(kind="address", address=sender),
        refuted_by=f"No rule here rejects TCP to {endpoint(first, case.tcp.port)}.",
        remedies=_remedies(case),
    )


def _perhaps(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    meaning = attempt.icmp.meaning if attempt.icmp else ""
    return claim(
        f"This machine's own packet filter seems to reject port {attempt.port} of {first} (ICMP {meaning}).",
        *outcomes.ids(*reported.values()),
        reason=f"ICMP `{meaning}` came from this machine itself after {attempt.latency_ms:.1f} ms, sooner than neighbours fail.",
        missing=f"As root: `{rules.LISTING}` has a rule that rejects it. `ip neigh show {first}` FAILED speaks against it.",
        explains=reported,
        culprit=Culprit(kind="address", address=attempt.icmp.sender if attempt.icmp else first),
        refuted_by="No rule here rejects it.",
        remedies=_remedies(case),
    )


def _held(case: Case, held: dict[str, tuple[TcpAttempt, ...]]) -> Finding:
    first, attempts = next(iter(held.items()))
    elsewhere = hosts.first_hop_elsewhere(case, first)
    if elsewhere:
        sign = f"{elsewhere.sender}, the first router, answers for port {elsewhere.port} and never for this one."
    else:
        number = sum(attempt.retransmits or 0 for attempt in attempts)
        sign = f"All {number} retransmissions failed in this machine (TCPRetransFail)."
    return claim(
        f"This machine itself keeps back the packets to port {case.tcp.port} of {outcomes.joined(held)}.",
        *outcomes.ids(*(fact for facts in held.values() for fact in facts), elsewhere, *hosts.hops(case, first)),
        reason=sign,
        missing=f"As root: `{rules.LISTING}` has a rule that drops it. A unit's IPAddressDeny= would be client.blocked.",
        explains=held,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"`tcpdump -ni any host {first}` shows SYNs to the port on their way out.",
        remedies=_remedies(case),
    )


def _without_a_filter(case: Case, silent: dict[str, tuple[TcpAttempt, ...]]) -> Finding | None:
    """That a full queue, or a loopback interface that is down, alone explains the silence of an own address."""
    first = next(iter(silent))
    full = [row for row in hosts.serving(case, first) if hosts.has_full_queue(row)]
    evidence = outcomes.ids(*(attempt for attempts in silent.values() for attempt in attempts), outcomes.listeners(case))
    watch = queues.watch(case, first)
    if full and not (watch and queues.never_came(watch)):
        return still_open(f"The queue of {hosts.owner(full[0])} is full; that alone explains the silence.", *evidence)
    if hosts.loopback_is_down(case):
        return still_open("The loopback interface is down; that alone explains the silence.", *evidence)
    return None


def _swallowed(case: Case, silent: dict[str, tuple[TcpAttempt, ...]]) -> Finding:
    """On this machine a closed port answers and an open one accepts, so something here causes the silence."""
    first = next(iter(silent))
    table, rows = outcomes.listeners(case), hosts.serving(case, first)
    evidence = outcomes.ids(*(attempt for attempts in silent.values() for attempt in attempts), table)
    summary = f"This machine's own packet filter drops connections to {outcomes.joined(silent)}, its own address."
    apart = f"As root: `{rules.LISTING}` has a rule that drops them; `ip link show lo` without UP would explain it too."
    if table is None or not hosts.is_repeated(silent[first]):
        return still_open(
            "An address of this machine stays silent.", *evidence, summary=summary, next_check=apart, explains=silent
        )
    room = "with a full queue that no attempt reached" if any(map(hosts.has_full_queue, rows)) else "with room in its queue"
    state = f"{hosts.owner(rows[0])} listens there {room}" if rows else "nothing listens there, so a reset was due"
    return claim(
        summary,
        *evidence,
        reason=f"{first} is this machine's own, {state}, and no answer came.",
        missing=apart,
        explains=silent,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by="No rule here drops it, and the loopback interface is up.",
        remedies=_remedies(case),
    )


def _reset_without_a_hop(case: Case, address: str) -> Hop | None:
    """The reset that came for a packet with TTL 1, from behind a gateway that counts the TTL of packets for another port.

    Without that comparison it may be an address translation in user space, which ends every connection at the first hop.
    """
    route = outcomes.route_to(case, address)
    first = next((hop for hop in hosts.hops(case, address) if hop.ttl == 1 and hop.outcome == "refused"), None)
    compared = route and route.gateway and hosts.first_hop_elsewhere(case, address)
    return first if first and hosts.is_itself(address, first.sender) and compared else None


def _reset_here(case: Case, near: dict[str, Hop]) -> Finding:
    first, hop = next(iter(near.items()))
    elsewhere = hosts.first_hop_elsewhere(case, first)
    return claim(
        f"This machine's own packet filter seems to answer port {hop.port} of {outcomes.joined(near)} with a reset.",
        *outcomes.ids(*(outcomes.latest(case)[address] for address in near), *near.values(), elsewhere),
        reason=f"The reset comes even with TTL 1; another port's packet ends at {elsewhere.sender if elsewhere else '?'}.",
        missing=f"As root: `{rules.LISTING}` has a rule with `tcp reset`. If not, the first router filters before it routes.",
        explains=near,
        culprit=Culprit(kind="address", address=first, port=hop.port),
        refuted_by=f"`tcpdump -ni any host {first}` shows SYNs to the port on their way out.",
        remedies=_remedies(case),
    )


def _in_silence(case: Case) -> Finding:
    """Silence from another machine: a drop here looks like a drop there until a packet is seen to leave."""
    silent = hosts.silent(case)
    unseen = {
        address: attempts
        for address, attempts in silent.items()
        if hosts.leaves(case, address) is None and outcomes.is_remote(case, address)
    }
    clean = [address for address in unseen if rules.is_clean(case, address)]
    if clean and len(clean) == len(unseen):
        readings = [rules.filter_of(case, address) for address in clean]
        return ruled_out(
            f"None of the {readings[0].rules if readings[0] else 0} rules of this machine stops it.", *outcomes.ids(*readings)
        )
    if not silent:
        return ruled_out("No attempt was answered or kept back by this machine.", *outcomes.ids(*outcomes.latest(case).values()))
    if not unseen:
        hops = [hop for address in silent for hop in hosts.trail(case, address)]
        evidence = outcomes.ids(*hops, *(attempt for attempts in silent.values() for attempt in attempts))
        doubts = [doubt for address in silent if (doubt := rules.doubt_of_answers(case, address))]
        if not foreign_answers.rules_hidden(case) and not doubts:
            return ruled_out("Packets for this port leave this machine.", *evidence)
        doubt = doubts[0] if doubts else "whether a rule drops the answers was not seen"
        return still_open(
            f"Packets for this port leave this machine; {doubt}.",
            *evidence,
            *outcomes.ids(*(rules.filter_of(case, address) for address in silent)),
            summary=f"A rule of this machine may drop the answers that come back from {outcomes.joined(silent)}.",
            next_check=f"As root: `{rules.LISTING}` has a rule of INPUT that drops them.",
            # A rule that swallows each port's answers and the echo's is not how anybody filters what comes in.
            explains={address for address in silent if outcomes.is_remote(case, address) and not silence.is_total(case, address)},
        )
    first = next(iter(unseen))
    echo = next((echo for echo in case.all(Echo) if echo.address == first and echo.error == "EPERM"), None)
    evidence = outcomes.ids(*(attempt for attempts in unseen.values() for attempt in attempts), echo)
    summary = f"This machine's own packet filter drops what it sends to port {case.tcp.port} of {outcomes.joined(unseen)}."
    maybe = [reading for address in unseen if (reading := rules.filter_of(case, address))]
    perhaps = next((rule for reading in maybe for rule in reading.undecided), None)
    if perhaps:
        quote = f"`{rules.quoted(perhaps)}` ({rules.location(perhaps)})"
        return still_open(
            f"It is not known whether {quote} matches. {perhaps.why}".strip(),
            *evidence,
            *outcomes.ids(*maybe),
            summary=f"A rule of this machine may stop it: `{rules.quoted(perhaps)}`{rules.who_made(perhaps)}.",
            next_check=f"Its counter, in `nft -a list ruleset` or `iptables-save -c`, grows with each attempt on {first}.",
            explains=unseen,
        )
    apart = f"As root: `{rules.LISTING}` has a rule that drops it; or `nstat -az TcpExtTCPRetransFail` grows with each attempt."
    if echo is None:
        reason = "No packet for this port was seen to leave this machine."
        # Nothing at all comes back from a host that is down; a drop here is worth naming where other packets get through.
        alive = {address: attempts for address, attempts in unseen.items() if hosts.signs_of_life(case, address)}
        if not alive:
            return still_open(reason, *evidence)
        return still_open(reason, *evidence, summary=summary, next_check=apart, explains=alive)
    return claim(
        summary,
        *evidence,
        reason="No answer came, and an echo request to the same address was forbidden on the spot (EPERM).",
        missing=apart,
        explains={first},
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"No rule here drops TCP to {first}.",
        remedies=_remedies(case),
    )


def _remedies(case: Case) -> Iterator[Remedy]:
    port = case.tcp.port
    if commands.is_in_pod(case):
        yield from filters.in_a_cluster(case, "The attempts end differently.")
        return
    yield Remedy(
        do="Find the rule, as root. Its comment may name who set it: firewalld, Docker, a Kubernetes service without endpoints.",
        command=f"nft -a list ruleset; iptables-save -c | grep -e {port} -e REJECT -e DROP",
        verify="A rule's counter grows with each attempt.",
    )
    host = commands.own_container(case)
    yield Remedy(
        do="See in the settings of what set it where to change it"
        + (f"; the host of container {host} has its own." if host else "."),
        command="" if host else "firewall-cmd --list-all; ufw status numbered",
        verify="The attempts end differently.",
    )


HYPOTHESIS = Hypothesis(
    place=5,
    title="own filter",
    question="Does this machine's own packet filter let it out?",
    why="A filter here can say no before anything leaves. Its ICMP error is signed with one of our own addresses.",
    meaning="This machine's own packet filter refuses or drops the connection on the way out.",
    proof="ICMP from one of our own addresses, where no failed neighbour explains it; or the rule that matches.",
    mistaken_for=("client.blocked", "path.filtered", "path.rejected"),
    supersedes=frozenset({"server.flapping", "path.filtered", "path.rejected", "server.not-listening", "server.down"}),
    shown_by=(Firewall, TcpAttempt),
    looks=(TRANSLATIONS,),
    needs=needs,
    judge=judge,
)
