"""Packets vanish: no answer on this port although the host lives."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.looks import RULES
from tui.diagnosis.readings import (
    checks,
    commands,
    counters,
    filters,
    forwarding,
    hosts,
    led,
    outcomes,
    queues,
    rule_remedies,
    rules,
    silence,
    talk,
)
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import DropWatch, Listener, Listeners, Neighbour, OtherNamespaces, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

PATIENCE_MS = 9500.0
"""Retransmissions for so long are no accident: the sixth goes out after some six seconds (RFC 6298)."""
Silent = dict[str, tuple[TcpAttempt, ...]]


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts; echo, hops and other ports, to see whether the host lives; the other end's socket table."""
    yield from checks.basics(case)
    yield from hosts.neighbour_checks(case)
    yield from checks.life_signs(case)
    yield from hosts.other_ports(case)
    yield from checks.tables(case)
    yield from rules.checks_there(case)
    yield from counters.drop_checks(case)
    yield from forwarding.checks(case)


def judge(case: Case) -> Finding:
    """Repeated silence to packets that left this machine, from a host that answers otherwise, and not for a full queue."""
    behind = led.silent(case)
    if behind:
        return behind
    silent = {address: attempts for address, attempts in hosts.silent(case).items() if not outcomes.is_local(case, address)}
    if not silent:
        nothing = ruled_out("No address of another machine stays silent.", *outcomes.ids(*outcomes.latest(case).values()))
        return _after_the_handshake(case) or nothing
    by_rule = rules.stopped_there(case, Outcome.TIMEOUT)
    if by_rule:
        return rule_remedies.judged_there(case, by_rule)
    reachable = {address: attempts for address, attempts in silent.items() if not hosts.failed_neighbour(case, address)}
    if not reachable:
        return ruled_out("The next machine on our own link does not answer at all.", *outcomes.ids(*_flat(silent)))
    left = {
        address: attempts
        for address, attempts in reachable.items()
        if hosts.leaves(case, address) is not False and not rules.is_stopped_here(case, address)
    }
    if not left:
        return _held_back(case, reachable)
    full = [row for address in left for row in _full_queues(case, address) if not _comes_to_no_queue(case, address)]
    if full:
        return still_open(
            f"The queue of {hosts.owner(full[0])} is full; that alone explains the silence.", *outcomes.ids(*_flat(left))
        )
    return _dropped(case, left)


def _after_the_handshake(case: Case) -> Finding | None:
    """It connects, and nothing that is sent then is acknowledged, however long: the host's own kernel would do that at once."""
    for address, talks in talk.mute(case, ended=False).items():
        lost = talks and all(exchange.acknowledged is False for exchange in talks)
        if lost and not outcomes.is_local(case, address) and max(map(talk.waited_ms, talks)) >= PATIENCE_MS:
            where = endpoint(address, case.tcp.port)
            return claim(
                f"{where} connects, and whatever is sent then vanishes: a filter, here or on the way, lets the handshake through "
                "and nothing after it.",
                *outcomes.ids(outcomes.latest(case).get(address), *talks),
                reason=f"{len(talks)} requests in {talks[0].spoken} were sent, and no byte of them was acknowledged.",
                missing=f"`nft list ruleset` as root, here and on {address}: a rule for established connections; or a box before "
                "it that shakes hands for a machine that is gone.",
                culprit=Culprit(kind="address", address=address, port=case.tcp.port),
                refuted_by=f"A byte of a request to {where} that is acknowledged.",
                remedies=_remedies(case, address),
            )
    return None


def _dropped(case: Case, left: Silent) -> Finding:
    """Silence to packets that may have left this machine and were dropped after that."""
    repeated = {address: attempts for address, attempts in left.items() if hosts.is_repeated(attempts)}
    half_open = {address: watch for address in repeated if (watch := counters.half_open(case, address))}
    if half_open:
        return _answers_vanish(case, repeated, half_open)
    alive = {address: attempts for address, attempts in repeated.items() if hosts.signs_of_life(case, address)}
    proved = {
        address: attempts
        for address, attempts in alive.items()
        if hosts.answers(case, address) and hosts.leaves(case, address) and _is_no_queue(case, address)
    }
    if proved:
        return _proved(case, proved)
    if alive:
        return _alive(case, alive)
    on_link = {address: entry for address in repeated if (entry := silence.there_on_link(case, address))}
    if on_link:
        return _there_on_link(case, on_link, repeated)
    return _open(case, left)


def _full_queues(case: Case, address: str) -> list[Listener]:
    """The listeners at the other end, where its table was seen, that can take no more connections (ss(8): Recv-Q, Send-Q)."""
    rows = outcomes.on_port(hosts.table(case, address), case.tcp.port)
    return [row for row in rows if hosts.has_full_queue(row)]


def _is_no_queue(case: Case, address: str) -> bool:
    """Whether a full accept queue can't explain the silence: only the other end's table tells.

    Other ports that are silent too show that something filters, and not that it filters this one.
    """
    return hosts.table(case, address) is not None and not _full_queues(case, address)


def _comes_to_no_queue(case: Case, address: str) -> bool:
    """Whether it was seen that attempts do not reach the queue, full or not."""
    watch = queues.watch(case, address)
    return watch is not None and queues.never_came(watch)


def _held_back(case: Case, silent: Silent) -> Finding:
    if all(rules.is_stopped_here(case, address) for address in silent):
        return ruled_out("A rule of this machine stops it first.", *outcomes.ids(*_flat(silent)))
    first = next(iter(silent))
    return still_open(
        "Packets for this port do not seem to leave this machine.",
        *outcomes.ids(*_flat(silent), *hosts.hops(case, first)),
        summary=f"A filter next to this machine (a security group, the first router) drops port {case.tcp.port} of {first}.",
        next_check="As root, here: `nft list ruleset; iptables-save`. If no rule drops it, the filter is beyond this machine.",
        explains=silent,
    )


def _proved(case: Case, silent: Silent) -> Finding:
    first = next(iter(silent))
    life = hosts.signs_of_life(case, first)
    return claim(
        f"Packets to port {case.tcp.port} of {outcomes.joined(silent)} vanish, while the host {hosts.life_in_words(life)}.",
        *outcomes.ids(*_flat(silent), *life, *hosts.trail(case, first), hosts.table(case, first)),
        reason=f"{_count(silent[first])} got no answer; {first} {hosts.life_in_words(life)}. {_trail_ends(case, first)}",
        looks=(RULES,),
        explains=silent,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by="On the server a listener whose queue is full (`ss -ltn`: Recv-Q above Send-Q) would be just as silent.",
        remedies=_remedies(case, first),
    )


def _answers_vanish(case: Case, silent: Silent, half_open: dict[str, DropWatch]) -> Finding:
    first, watch = next(iter(half_open.items()))
    back = f" Its way back is `{watch.way_back}`." if watch.way_back else ""
    return claim(
        f"What is sent to port {case.tcp.port} of {outcomes.joined(half_open)} arrives and is answered; the answers vanish "
        "on their way back.",
        *outcomes.ids(*(attempt for address in half_open for attempt in silent[address]), *half_open.values()),
        reason=f"{watch.half_open} handshakes from here wait there for their end, as SYN-RECV.{back}",
        looks=(RULES,),
        explains=half_open,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"`{watch.vantage} ss -tn state syn-recv` shows none from here while we try.",
        remedies=_remedies(case, first),
    )


def _alive(case: Case, silent: Silent) -> Finding:
    first = next(iter(silent))
    life = hosts.signs_of_life(case, first)
    return claim(
        f"Packets to port {case.tcp.port} of {outcomes.joined(silent)} vanish, while the host {hosts.life_in_words(life)}.",
        *outcomes.ids(*_flat(silent), *life),
        reason=f"{_count(silent[first])} got no answer; {first} {hosts.life_in_words(life)}.",
        missing=_what_else(case, first),
        explains=silent,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by="A rule of this machine that drops it, or a full queue of the listener on the server.",
        remedies=_remedies(case, first),
    )


def _what_else(case: Case, address: str) -> str:
    """The check that would decide between a filter on the way, one here, and a full queue."""
    port = case.tcp.port
    there = hosts.looked_at(case, address)
    if there and not hosts.answers(case, address):
        return (
            f"While trying: `{there.vantage} tcpdump -ni any tcp port {port}`. No SYN comes in: it is dropped on the way there."
        )
    if hosts.leaves(case, address):
        return f"On {address}: `ss -ltn 'sport = :{port}'`. Recv-Q above Send-Q is a full queue; else a filter drops it."
    return "As root, here: `nft list ruleset; iptables-save`. If no rule drops it, a filter on the way does, or a queue is full."


def _there_on_link(case: Case, entries: dict[str, Neighbour], silent: Silent) -> Finding:
    first, entry = next(iter(entries.items()))
    return claim(
        f"{first} is there on the local link and stays silent on port {case.tcp.port}"
        f"{', on others and to ping' if silence.is_total(case, first) else ''}: a filter drops it.",
        *outcomes.ids(*silent[first], entry),
        reason=f"{_count(silent[first])} got no answer, and its neighbour entry is REACHABLE ({entry.mac or entry.device}).",
        missing=f"On {first}: `nft list ruleset; nstat -az TcpExtIPReversePathFilter`, which shows what drops it."
        if silence.is_total(case, first)
        else f"`ping -c 3 {first}`, or an attempt on another port: an answer confirms it.",
        explains=entries,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"{first} went down in the last half minute, or a rule of this machine drops it.",
        remedies=_remedies(case, first),
    )


def _open(case: Case, silent: Silent) -> Finding:
    first = next(iter(silent))
    if silence.is_total(case, first):
        return still_open(
            f"Nothing shows whether {first} lives. {_trail_ends(case, first)}".strip(),
            *outcomes.ids(*_flat(silent), *hosts.other_attempts(case, first), *hosts.trail(case, first)),
            summary=f"{silence.in_words(case, first)}: a packet filter may drop all of it.",
            next_check=silence.on_its_link(first),
            explains=silent,
        )
    if not hosts.is_repeated(silent[first]):
        reason = f"{_count(silent[first])} got no answer, which a lost packet explains too."
    else:
        reason = f"{_count(silent[first])} got no answer, and nothing yet shows that {first} lives. {_trail_ends(case, first)}"
    return still_open(
        reason.strip(),
        *outcomes.ids(*_flat(silent), *hosts.trail(case, first)),
        summary=f"A packet filter drops what goes to port {case.tcp.port} of {outcomes.joined(silent)}.",
        next_check=f"`ping -c 3 {first}`, or an attempt on another of its ports: an answer would show that it lives.",
        explains=silent,
    )


def _trail_ends(case: Case, address: str) -> str:
    """Where the trail of this port's packets ends."""
    trail = hosts.trail(case, address)
    if not trail:
        return ""
    last = trail[-1]
    return f"The trail for this port ends behind {last.sender}, hop {last.ttl}: the packets vanish there or at the host."


def _count(attempts: tuple[TcpAttempt, ...]) -> str:
    packets = sum(1 + (attempt.retransmits or 0) for attempt in attempts)
    tries = "1 attempt" if len(attempts) == 1 else f"{len(attempts)} attempts"
    return f"{tries} ({packets} packets)" if packets > len(attempts) else tries


def _flat(silent: Silent) -> list[TcpAttempt]:
    return [attempt for attempts in silent.values() for attempt in attempts]


def _remedies(case: Case, address: str) -> Iterator[Remedy]:
    port = case.tcp.port
    source = next((attempt.local_address for attempt in outcomes.attempts(case, address) if attempt.local_address), None)
    trail = hosts.trail(case, address)
    after = f"{endpoint(address, port)} connects or is refused."
    if commands.is_in_pod(case):
        yield from filters.in_a_cluster(case, after)
        return
    prefix = commands.prefix_to(case, address)
    yield Remedy(
        do=f"On {address}: see whether the packets arrive while you try again.",
        command=behind(prefix, f"tcpdump -ni any tcp port {port}{f' and host {source}' if source else ''}"),
        verify="SYNs appear, or they don't.",
    )
    yield Remedy(
        do=f"If they arrive, on {address}: see which rule drops them. If they don't, it is the filter or security group behind "
        f"{trail[-1].sender if trail else 'the last router that answers'}.",
        command=behind(prefix, "nft list ruleset; iptables-save"),
        verify="A rule there, or a policy, drops what comes to the port.",
    )
    yield from filters.allowed_there(case, address, source, after)


HYPOTHESIS = Hypothesis(
    place=60,
    onset="setting",
    title="packets arrive",
    question="Do packets for this port get through?",
    why="A filter that drops gives no answer at all. If the same host answers otherwise, the silence is about this port.",
    meaning="Packets vanish: no answer on this port although the host lives.",
    proof="Repeated silence to packets that left this machine, from a host that answers otherwise; and its socket "
    "table, since a full accept queue is just as silent.",
    mistaken_for=("server.down", "server.backlog-full", "path.local-firewall"),
    supersedes=frozenset({"server.down"}),
    shown_by=(Listeners, OtherNamespaces, DropWatch),
    looks=(),
    needs=needs,
    judge=judge,
)
