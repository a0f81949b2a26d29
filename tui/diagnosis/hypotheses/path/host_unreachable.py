"""A router, or this link, cannot reach the host or its network."""

from collections.abc import Callable, Iterator
from typing import Literal

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes, overlap
from tui.model.address import without_zone
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import Addresses, Neighbour, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ListAddresses

Worth = Literal["proved", "forwarded", "near", "perhaps", "no"]
"""What an ICMP `unreachable` is worth: proof, a forwarded port's, this link's own, not known, nothing."""
_VIRTUAL = ("docker", "br-", "virbr", "cni", "podman", "lxc", "veth", "cali", "tun", "tap", "wg", "ppp", "tailscale", "zt")
"""How the names of bridges of engines, and of tunnels, begin."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts; who sent the error; the neighbour entry on our link; whether the host answers otherwise."""
    yield from checks.basics(case)
    own_silent = any(
        outcomes.is_local(case, address) for address in (*outcomes.failing(case, Outcome.TIMEOUT), *outcomes.quiet(case))
    )
    if own_silent or outcomes.failing(case, Outcome.UNREACHABLE):
        yield ListAddresses()
    yield from hosts.neighbour_checks(case)
    yield from checks.life_signs(case)


def judge(case: Case) -> Finding:
    """ICMP host or network unreachable and its sender, or a failed neighbour."""
    dead = dict(_behind_dead_neighbours(case))
    if dead:
        return _on_this_link(case, dead)
    down = hosts.loopback_is_down(case)
    own = {address: attempts for address, attempts in hosts.silent(case).items() if down and outcomes.is_local(case, address)}
    if down and own:
        return _loopback_down(case, own, down)
    reported = {
        address: attempt for address, attempt in hosts.icmp_rejections(case).items() if hosts.says_unreachable(attempt.icmp)
    }
    kinds: tuple[tuple[Callable[[Case, dict[str, TcpAttempt]], Finding], Worth], ...] = (
        (_by_a_router, "proved"),
        (_forwarded, "forwarded"),
        (_by_a_router_perhaps, "perhaps"),
    )
    for judge_as, kind in kinds:
        of_kind = {address: attempt for address, attempt in reported.items() if _worth(case, address, attempt) == kind}
        if of_kind:
            return judge_as(case, of_kind)
    unsure = {address: attempt for address, attempt in reported.items() if _worth(case, address, attempt) == "near"}
    if unsure:
        return _on_this_link_perhaps(unsure)
    if reported:
        return ruled_out(
            "The host that is reported unreachable answers, or reports it itself.", *outcomes.ids(*reported.values())
        )
    if hosts.silent(case):
        return still_open("Silence so far: no router and no neighbour entry shows the host unreachable.")
    return ruled_out("No address is reported unreachable.", *outcomes.ids(*outcomes.latest(case).values()))


def _worth(case: Case, address: str, attempt: TcpAttempt) -> Worth:
    """What an ICMP `unreachable` is worth, by its sender, its delay, and what else is known of the host."""
    here = hosts.sent_here(case, attempt)
    slow = hosts.came_late(case, address)
    alive = bool(hosts.signs_of_life(case, address))
    sender = attempt.icmp.sender if attempt.icmp else ""
    if hosts.is_itself(address, sender) or (here and outcomes.is_local(case, address)):
        # The target can always reach itself: that is a filter there, or a port that it forwards.
        return "forwarded" if slow and hosts.says_host_unreachable(attempt) else "no"
    if here:
        return "near" if hosts.says_host_unreachable(attempt) else "no"
    if alive:
        return "forwarded" if slow else "no"
    proved = here is False and (slow or hosts.dead_echo(case, address))
    return "proved" if proved else "perhaps"


def _behind_dead_neighbours(case: Case) -> Iterator[tuple[str, tuple[TcpAttempt, Neighbour | None]]]:
    """The addresses for which nothing answers on our link: by our own ICMP error after three tries, or by the neighbour entry."""
    for address, attempt in outcomes.failing(case, Outcome.TIMEOUT, Outcome.UNREACHABLE).items():
        if outcomes.is_local(case, address) or hosts.signs_of_life(case, address) or overlap.answers_the_other_way(case, address):
            continue
        failed = hosts.failed_neighbour(case, address)
        reported = hosts.icmp_rejections(case).get(address)
        if reported is None:
            if failed and address in hosts.silent(case):
                yield address, (attempt, failed)
        elif (
            hosts.sent_here(case, reported)
            and hosts.says_host_unreachable(reported)
            and (failed or hosts.came_late(case, address))
        ):
            yield address, (reported, failed)


def _on_this_link(case: Case, dead: dict[str, tuple[TcpAttempt, Neighbour | None]]) -> Finding:
    first, (attempt, failed) = next(iter(dead.items()))
    silent_one = hosts.next_on_link(case, first)
    route = outcomes.route_to(case, first)
    device = (failed.device if failed else None) or (route.device if route else None)
    on = f" on {device}" if device else ""
    evidence = outcomes.ids(*(part for pair in dead.values() for part in pair), route)
    if route is None:
        summary = f"The way to {outcomes.joined(dead)} ends on our own link: the next machine does not answer there."
        usual = f"It is {first} itself or the gateway to it; the route was not seen."
    elif silent_one == first:
        summary = f"{first} does not answer on the local link{on}: no machine there says that it has this address."
        usual = "Most often the machine is off or unplugged (server.down); a machine that never existed looks the same."
    else:
        summary = f"The gateway {silent_one} does not answer{on}, so {outcomes.joined(dead)} can't be reached."
        usual = "The gateway is off, unplugged, or not on this link."
    reason = (
        f"The neighbour entry of {silent_one} is FAILED"
        if failed
        else f"Our own kernel reported `{_meaning(attempt)}` after {attempt.latency_ms:.0f} ms, as for a failed neighbour"
    )
    culprit = (
        Culprit(kind="address", address=silent_one, device=device) if device else Culprit(kind="address", address=silent_one)
    )
    return claim(
        summary,
        *evidence,
        reason=f"{reason}. {usual}",
        explains=dead,
        culprit=culprit,
        refuted_by=f"`ip neigh show {without_zone(silent_one)}` has a link-layer address right after an attempt.",
        remedies=_link_remedies(silent_one, device),
    )


def _loopback_down(case: Case, own: dict[str, tuple[TcpAttempt, ...]], down: Addresses) -> Finding:
    return claim(
        f"The loopback interface lo of this machine is down, so nothing reaches {outcomes.joined(own)}, its own address.",
        *outcomes.ids(*(attempt for attempts in own.values() for attempt in attempts), down),
        reason="What a machine sends to itself goes through lo; lo is not up, and the attempts got no answer.",
        missing="`ip link set lo up` (as root), and try again: an answer or a refusal confirms it.",
        explains=own,
        culprit=Culprit(kind="address", address=next(iter(own)), device="lo"),
        refuted_by="`ip -br link show lo` shows UP.",
        remedies=(
            Remedy(
                do="Bring it up, and find out why it is down: it is so in a new network namespace.",
                command="ip link set lo up",
                changes=True,
                verify=f"`refused check {quoted(case.target.label)}` is answered.",
            ),
        ),
    )


def _on_this_link_perhaps(near: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(near.items()))
    return still_open(
        f"Our own kernel reported `{_meaning(attempt)}` after {attempt.latency_ms:.1f} ms, sooner than a neighbour fails.",
        *outcomes.ids(*near.values()),
        summary=f"{first} can't be reached: its neighbour entry was being resolved already, or a tunnel has no peer for it.",
        next_check=f"`ip neigh show {first}` and `ip route get {first}`: FAILED, or a tunnel's device, supports this.",
        explains=near,
    )


def _by_a_router(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    usual = f" Most often {first} is off or unplugged (server.down); a machine that never existed looks the same."
    return claim(
        _claim(reported),
        *_evidence(case, reported),
        reason=_word(case, first) + usual * (hosts.says_host_unreachable(attempt) and hosts.came_late(case, first)),
        explains=reported,
        culprit=Culprit(kind="address", address=_sender(attempt)),
        refuted_by=_disproof(first, attempt),
        remedies=_router_remedies(first, _sender(attempt)),
    )


def _by_a_router_perhaps(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    return claim(
        _claim(reported),
        *_evidence(case, reported),
        reason=_word(case, first),
        missing=f"`ping -c 3 {first}`: an answer would mean that {_sender(attempt)} rejects this port alone.",
        explains=reported,
        culprit=Culprit(kind="address", address=_sender(attempt)),
        refuted_by=_disproof(first, attempt),
        remedies=_router_remedies(first, _sender(attempt)),
    )


def _forwarded(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    first, attempt = next(iter(reported.items()))
    life = hosts.signs_of_life(case, first)
    return claim(
        f"Port {case.tcp.port} of {first} seems to be forwarded to another machine, which {_sender(attempt)} cannot reach.",
        *_evidence(case, reported),
        *outcomes.ids(*life),
        reason=_word(case, first) + (f" {first} itself {hosts.life_in_words(life)}." if life else f" {first} itself is there."),
        missing=f"On {_sender(attempt)}: `nft list ruleset` or `iptables-save -t nat` names where the port is forwarded to.",
        explains=reported,
        culprit=Culprit(kind="address", address=_sender(attempt)),
        refuted_by=f"No rule on {_sender(attempt)} forwards port {case.tcp.port}.",
        remedies=_router_remedies(first, _sender(attempt)),
    )


def _claim(reported: dict[str, TcpAttempt]) -> str:
    attempt = next(iter(reported.values()))
    return f"{_sender(attempt)}, a router on the way, cannot reach {outcomes.joined(reported)} (ICMP {_meaning(attempt)})."


def _word(case: Case, address: str) -> str:
    attempt = hosts.icmp_rejections(case)[address]
    asked = hosts.says_host_unreachable(attempt) and hosts.came_late(case, address)
    reason = "nothing answered on its own link" if asked else "it has no route there"
    return f"ICMP `{_meaning(attempt)}` came from {_sender(attempt)} after {attempt.latency_ms:.0f} ms: {reason}."


def _evidence(case: Case, reported: dict[str, TcpAttempt]) -> tuple[str, ...]:
    echoes = (hosts.dead_echo(case, address) for address in reported)
    hops = (hosts.hop_of(case, address, _sender(attempt)) for address, attempt in reported.items())
    return outcomes.ids(*reported.values(), *echoes, *hops)


def _disproof(address: str, attempt: TcpAttempt) -> str:
    return f"{address} answers to ping or on another port; or a rule on {_sender(attempt)} that answers `{_meaning(attempt)}`."


def _sender(attempt: TcpAttempt) -> str:
    return attempt.icmp.sender if attempt.icmp else "?"


def _meaning(attempt: TcpAttempt) -> str:
    return attempt.icmp.meaning if attempt.icmp else "unreachable"


def _link_remedies(address: str, device: str | None) -> Iterator[Remedy]:
    bare = without_zone(address)
    dev = f" dev {quoted(device)}" if device else ""
    if device and device.startswith(_VIRTUAL):
        yield Remedy(
            do=f"{device} is a bridge or tunnel of this machine. If {address} is in another network, the two overlap: give one "
            "of them other addresses (of docker: `default-address-pools` or the network's `subnet`).",
            command=f"ip route get {bare}; ip route show dev {quoted(device)}; ip -brief address show dev {quoted(device)}",
            verify=f"`ip route get {bare}` names the device that leads to the real network.",
        )
    yield Remedy(
        do=f"See whether {address} is switched on and plugged in, and whether it is in this network (address, mask, VLAN).",
        command=f"ip neigh show {bare}; ip -brief address{f' show{dev}' if dev else ''}",
        verify=f"`ip neigh show {bare}{dev}` shows a link-layer address after `ping -c 1 {bare}`.",
    )
    yield Remedy(
        do="Or use the address that the machine has now, if it got another one.",
        command=f"ip neigh show{dev}",
        verify="The attempts on that address end differently.",
    )


def _router_remedies(address: str, sender: str) -> Iterator[Remedy]:
    yield Remedy(
        do=f"On {sender}, or with whoever runs it: see the route and the neighbour entry for {address}.",
        command=f"ip route get {address}; ip neigh show {address}",
        verify=f"From {sender}, `ping -c 3 {address}` is answered.",
    )
    yield Remedy(
        do=f"See whether {address} is switched on, and whether the client has the right address.",
        command=f"ping -c 3 {address}",
        verify="It answers.",
    )


HYPOTHESIS = Hypothesis(
    place=30,
    onset="change",
    title="host in reach",
    question="Can the link, or the last router, reach the host?",
    why="A router that can't deliver a packet says so and signs it with its address. On our own link the neighbour table tells.",
    meaning="A router, or this link, cannot reach the host or its network.",
    proof="ICMP host or network unreachable with its sender, or our neighbour entry FAILED for an address on our link.",
    mistaken_for=("server.down", "path.rejected"),
    shown_by=(TcpAttempt,),
    looks=(),
    needs=needs,
    judge=judge,
)
