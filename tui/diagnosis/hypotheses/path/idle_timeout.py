"""Something on the way forgets connections that are idle."""

from collections.abc import Iterator
from math import ceil

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, ruled_out, still_open
from tui.diagnosis.readings import checks, outcomes
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Idle
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, HoldIdle

MOST_HELD = 2
"""Addresses of one name that are held: what forgets is on the way to all of them."""
_ENDED = frozenset({"closed", "reset"})


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, and, only where it was asked for, connections that are held idle to what connects."""
    yield from checks.basics(case)
    if case.options.idle_s is not None and outcomes.schedule_ended(case):
        for address in list(outcomes.connecting(case))[:MOST_HELD]:
            yield HoldIdle(address=address, port=case.tcp.port, idle_s=case.options.idle_s, source=case.options.source)


def judge(case: Case) -> Finding:
    """Every idle connection is gone, and the one that was kept busy over the same time is not."""
    held = {fact.address: fact for fact in case.all(Idle) if fact.port == case.tcp.port}
    if case.options.idle_s is None and not held:
        return not_looked_at("Only on request: --idle with the seconds after which it fails.")
    if not held:
        return not_looked_at("No connection was held idle.")
    forgotten = {address: fact for address, fact in held.items() if _is_forgotten(fact)}
    if forgotten:
        return _forgets(case, forgotten)
    by_both = [fact for fact in held.values() if _end_alike(fact)]
    if by_both:
        return ruled_out(
            f"The other end closes what is idle by itself, after {by_both[0].connections[0].after_s:g} s, also where the path "
            "was kept busy: that is its own limit, and not the path's.",
            *outcomes.ids(*by_both),
        )
    if all(one.end == "answers" for fact in held.values() for one in fact.connections):
        longest = max(fact.idle_s for fact in held.values())
        return ruled_out(f"After {longest:g} s of silence every connection still answered.", *outcomes.ids(*held.values()))
    mixed = "Connections that were held ended differently, and not as idle ones beside a busy one."
    return still_open(mixed, *outcomes.ids(*held.values()))


def _is_forgotten(fact: Idle) -> bool:
    """Whether all that were idle are gone, and the busy one answers."""
    idle = [one for one in fact.connections if not one.busy]
    busy = [one for one in fact.connections if one.busy]
    gone = all(one.end in {*_ENDED, "silent"} for one in idle)
    return bool(idle and busy) and gone and all(one.end == "answers" for one in busy)


def _end_alike(fact: Idle) -> bool:
    """Whether all were ended by the other end, or in its name."""
    return bool(fact.connections) and all(one.end in _ENDED for one in fact.connections)


def _forgets(case: Case, forgotten: dict[str, Idle]) -> Finding:
    first, fact = next(iter(forgotten.items()))
    where = endpoint(first, case.tcp.port)
    ends = {one.end for one in fact.connections if not one.busy}
    said = "no answer comes any more, without a word" if ends == {"silent"} else "the next packet is answered with a reset"
    said = "it is closed" if ends == {"closed"} else said
    return claim(
        f"Something on the way to {where}, or its packet filter, forgets what is idle for {fact.idle_s:g} s: {said}.",
        *outcomes.ids(outcomes.latest(case).get(first), *forgotten.values()),
        reason=f"{len(fact.connections) - 1} connections without a packet for {fact.idle_s:g} s are gone; one on which TCP asked "
        f"every {fact.busy_every_s:g} s, which the service does not see, still answers.{_settings(fact)}",
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"`refused check {where} --idle {ceil(fact.idle_s)}` finds idle connections that still answer.",
        remedies=_remedies(fact),
    )


def _settings(fact: Idle) -> str:
    """What this machine's settings do for a program that asks for probes; whether the failing one does is not known."""
    if fact.keepalive_time_s is None:
        return ""
    late = "too late" if fact.keepalive_time_s >= fact.idle_s else "soon enough"
    return (
        f" A program that sets SO_KEEPALIVE, and no time of its own, sends its first probe after {fact.keepalive_time_s} s here: "
        f"{late}. Whether the failing program sets it is not known."
    )


def _remedies(fact: Idle) -> Iterator[Remedy]:
    where, number = endpoint(fact.address, fact.port), max(int(fact.idle_s / 2), 1)
    after = f"`refused check {where} --idle {ceil(fact.idle_s)}` is as before, and the program's connections stay."
    yield Remedy(
        do="See whether the failing program asks for probes, and when: `timer:(keepalive,…)`.",
        command=f"ss -tno dst {where}",
        verify=f"A timer of less than {fact.idle_s:g} s.",
    )
    yield Remedy(
        do=f"Have the program, or its driver, set keepalive below {fact.idle_s:g} s (`keepalives_idle` of libpq, "
        "`ServerAliveInterval` of ssh, `tcpKeepAlive` of many), or end idle connections of its pool sooner.",
        verify=after,
    )
    if fact.keepalive_time_s is None or fact.keepalive_time_s >= fact.idle_s:
        yield Remedy(
            do="For programs that set SO_KEEPALIVE and no time: have this machine send the first probe sooner.",
            command=f"sysctl -w net.ipv4.tcp_keepalive_time={number}",
            changes=True,
            verify=after,
        )
    yield Remedy(
        do="Or have it remembered for longer where it is forgotten: a NAT, a firewall, a load balancer (on Linux "
        "`nf_conntrack_tcp_timeout_established`).",
        verify=f"Connections that are idle for {fact.idle_s:g} s still answer.",
    )


HYPOTHESIS = Hypothesis(
    place=75,
    onset="setting",
    title="idle remembered",
    question="Does the path remember a connection that is idle?",
    why="A NAT, a firewall or a balancer forgets what is silent for long, and tells nobody: the next query hangs or is reset.",
    meaning="Something on the way, or a packet filter at the end, forgets idle connections; looked at on request (--idle).",
    proof="Connections that were idle for the time are gone, each of several, and one that only TCP kept busy still answers.",
    mistaken_for=("server.closes-early", "server.unresponsive"),
    shown_by=(Idle,),
    looks=(),
    needs=needs,
    judge=judge,
)
