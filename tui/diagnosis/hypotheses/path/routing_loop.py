"""Packets go round between routers until their time to live ends."""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes
from tui.model.case import Case
from tui.model.facts import Hop, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest

OFTEN = 3
"""A router that comes up twice can stand on two paths of different length that packets are spread over; hardly three times."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts at full TTL, and the hops."""
    yield from checks.basics(case)
    yield from checks.life_signs(case)


def judge(case: Case) -> Finding:
    """Time exceeded at full TTL, and hops that repeat."""
    expired = {
        address: attempt for address, attempt in hosts.icmp_rejections(case).items() if hosts.is_time_exceeded(attempt.icmp)
    }
    loops = {address: loop for address in (*expired, *hosts.silent(case)) if (loop := round_of(hosts.trail(case, address)))}
    proved = {address: attempt for address, attempt in expired.items() if address in loops}
    if proved:
        return _proved(case, proved, loops)
    if expired:
        return _without_hops(case, expired)
    again = {address: loop for address, loop in loops.items() if _comes_up(loop[0], hosts.trail(case, address)) >= OFTEN}
    if again:
        return _without_expiry(case, again)
    if hosts.silent(case):
        return still_open("Silence so far; no hop was seen twice.")
    return ruled_out("No packet's time to live ran out.", *outcomes.ids(*outcomes.latest(case).values()))


def round_of(trail: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """The hops of one round: from the first router to come up again to just before it does; empty without a loop.

    The same router at two neighbouring distances is no round: some routers answer twice (address translation, tunnels).
    """
    for start, first in enumerate(trail):
        again = next(
            (end for end in range(start + 1, len(trail)) if trail[end].sender == first.sender and trail[end].ttl > first.ttl + 1),
            None,
        )
        if again is not None:
            between = {hop.sender for hop in trail[start + 1 : again]}
            if between - {first.sender} or _comes_up(first, trail) >= OFTEN:
                return trail[start:again]
    return ()


def _comes_up(router: Hop, trail: tuple[Hop, ...]) -> int:
    return sum(hop.sender == router.sender for hop in trail)


def _proved(case: Case, expired: dict[str, TcpAttempt], loops: dict[str, tuple[Hop, ...]]) -> Finding:
    first, attempt = next(iter(expired.items()))
    routers = _routers(loops[first])
    return claim(
        f"Packets to {outcomes.joined(expired)} go round between {outcomes.joined(routers)} until their time to live ends.",
        *outcomes.ids(*expired.values(), *hosts.trail(case, first)),
        reason=f"{_sender(attempt)} reported `time exceeded` at full TTL, and {routers[0]} comes up again on the way.",
        explains=expired,
        culprit=Culprit(kind="address", address=routers[0]),
        refuted_by=f"`traceroute -n {first}` reaches it, or shows no router twice.",
        remedies=_remedies(first, routers),
    )


def _without_hops(case: Case, expired: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(expired.items()))
    return claim(
        f"Packets to {outcomes.joined(expired)} use up their time to live on the way, as in a routing loop.",
        *outcomes.ids(*expired.values(), *hosts.trail(case, first)),
        reason=f"{_sender(attempt)} reported `time exceeded` for a packet with full TTL; no router was seen twice.",
        missing=f"`traceroute -n {first}`: routers that repeat confirm it. `sysctl net.ipv4.ip_default_ttl`: 64 is usual.",
        explains=expired,
        culprit=Culprit(kind="address", address=_sender(attempt)),
        refuted_by=f"`traceroute -n {first}` shows no router twice, or this machine's default TTL is set very low.",
        remedies=_remedies(first, [_sender(attempt)]),
    )


def _without_expiry(case: Case, loops: dict[str, tuple[Hop, ...]]) -> Finding:
    first, loop = next(iter(loops.items()))
    routers = _routers(loop)
    return claim(
        f"Packets to {first} go round between {outcomes.joined(routers)}.",
        *outcomes.ids(*hosts.trail(case, first)),
        reason=f"{routers[0]} comes up again on the way; the end of a packet's time to live was not reported.",
        missing=f"`traceroute -n -m 60 {first}`: the same routers to the end confirm it.",
        explains=loops,
        culprit=Culprit(kind="address", address=routers[0]),
        refuted_by=f"`traceroute -n {first}` shows no router twice.",
        remedies=_remedies(first, routers),
    )


def _routers(loop: tuple[Hop, ...]) -> list[str]:
    return list(dict.fromkeys(hop.sender for hop in loop if hop.sender))


def _sender(attempt: TcpAttempt) -> str:
    return attempt.icmp.sender if attempt.icmp else "?"


def _remedies(address: str, routers: list[str]) -> Iterator[Remedy]:
    yield Remedy(
        do=f"On {outcomes.joined(routers)}, or with whoever runs them: compare the routes to {address}. One points back.",
        command=f"ip route get {address}",
        verify=f"`traceroute -n {address}` shows each router once and ends at {address}.",
    )


HYPOTHESIS = Hypothesis(
    place=50,
    onset="change",
    title="no loop",
    question="Do packets go round in circles?",
    why="Routers that point at each other pass a packet back and forth until its time to live ends. One of them reports that.",
    meaning="Packets go round until the TTL ends.",
    proof="Time exceeded at full TTL, and hops that repeat.",
    mistaken_for=("path.host-unreachable",),
    supersedes=frozenset({"path.filtered", "path.host-unreachable", "server.down"}),
    shown_by=(Hop,),
    looks=(),
    needs=needs,
    judge=judge,
)
