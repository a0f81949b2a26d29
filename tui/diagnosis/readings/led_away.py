"""Readings of a case: answers in the target's own name that it has no reason to give, as where its port is led elsewhere.

Law: whoever forwards a port signs for what happens behind it. A machine always has a way to itself, so that `network
unreachable` in its own name is about another network; and a machine that listens, and has no rule against it, refuses nobody.
"""

from tui.diagnosis.hypothesis import Finding, claim, still_open
from tui.diagnosis.readings import commands, forwarding, hosts, outcomes, rules
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import Echo, Hop, Listeners, TcpAttempt
from tui.model.facts.reset_origin import initial_ttl
from tui.model.judgement import Culprit, Remedy

_NO_NETWORK = frozenset({(3, 0), (1, 0)})
"""Types and codes of ICMP `network unreachable` (RFC 792) and ICMPv6 `no route to destination` (RFC 4443, 3.1)."""


def without_a_route(case: Case) -> dict[str, TcpAttempt]:
    """The addresses of other machines that say themselves that they have no way to the network that was asked for."""
    return {
        address: attempt
        for address, attempt in hosts.icmp_rejections(case).items()
        if attempt.icmp
        and (attempt.icmp.type, attempt.icmp.code) in _NO_NETWORK
        and hosts.is_itself(address, attempt.icmp.sender)
        and hosts.sent_here(case, attempt) is False
        and not forwarding.ways(case, address)
        and not _comes_from_its_own_distance(case, address)
    }


def _comes_from_its_own_distance(case: Case, address: str) -> bool:
    """Whether the error needs as many hops as the host's echo: then the host sent it, and a filter there does that too."""
    echo = next((echo for echo in reversed(case.all(Echo)) if echo.address == address and echo.ttl), None)
    hop = _hop(case, address)
    return bool(echo and echo.ttl and hop and hop.ttl > initial_ttl(echo.ttl) - echo.ttl)


def _hop(case: Case, address: str) -> Hop | None:
    """The hop at which the error in the host's own name came."""
    return next(
        (hop for hop in hosts.hops(case, address) if hop.outcome == "unreachable" and hosts.is_itself(address, hop.sender)), None
    )


def no_route(case: Case, reported: dict[str, TcpAttempt]) -> Finding:
    """That the port leads to a network which whoever forwards it can't reach; likely, as a filter may feign the error."""
    first, attempt = next(iter(reported.items()))
    asked = endpoint(first, case.tcp.port)
    prefix = commands.prefix_to(case, first)
    meaning = attempt.icmp.meaning if attempt.icmp else "unreachable"
    life = hosts.signs_of_life(case, first)
    return claim(
        f"{asked} seems to be forwarded to a network that {first}, or a box before it, has no way to (ICMP {meaning}).",
        *outcomes.ids(*reported.values(), *life, _hop(case, first)),
        reason=f"ICMP `{meaning}` came in the name of {first} itself, and a machine has a way to itself.",
        missing=f"On {first}, and on the routers before it: `nft list ruleset; iptables-save` has a `dnat` for the port.",
        explains=reported,
        culprit=Culprit(kind="address", address=first, port=case.tcp.port),
        refuted_by=f"A rule on {first} that rejects the port with this error.",
        remedies=(
            Remedy(
                do=commands.opening(commands.on(case, first), "Find the rule that leads the port on, or rejects it."),
                command=behind(prefix, "nft list ruleset; iptables-save"),
                verify="A rule with `dnat` names where it leads to; else one with `reject` says so itself.",
            ),
            Remedy(
                do="Then see the way to where it leads, from the machine that has the rule.",
                command=behind(prefix, "ip route show; ip rule show"),
                verify=f"There is a route, and {asked} connects.",
            ),
        ),
    )


def nothing_there_says_no(case: Case, address: str) -> bool:
    """Whether the other end has the address, and its rules were all read: none of them stops the connection or leads it on."""
    table = hosts.looked_at(case, address)
    reading = rules.filter_of(case, address, table.vantage) if table else None
    if table is None or reading is None:
        return False
    return rules.is_clean(case, address, table.vantage) and not reading.undecided and reading.translates is False


def refused_all_the_same(case: Case) -> dict[str, tuple[TcpAttempt, Listeners]]:
    """The addresses that answer with resets although that machine listens there and no rule of it says no."""
    return {
        address: (attempt, table)
        for address, attempt in outcomes.refused_by_reset(case).items()
        if outcomes.is_remote(case, address)
        and (table := hosts.looked_at(case, address))
        and any(hosts.reaches(row, address, here=False) for row in outcomes.on_port(table, case.tcp.port))
        and nothing_there_says_no(case, address)
    }


def before_it(case: Case, refused: dict[str, tuple[TcpAttempt, Listeners]]) -> Finding:
    """That something before the machine leads its port to where nothing listens: open, as a filter there looks the same."""
    first, (_, table) = next(iter(refused.items()))
    port = case.tcp.port
    return still_open(
        f"{first} listens on port {port}, no rule of it says no, and a reset came back: another machine sent it.",
        *outcomes.ids(*(fact for pair in refused.values() for fact in pair), *rules.far_filters(case, first)),
        summary=f"A machine before {first} leads {endpoint(first, port)} to where nothing listens.",
        next_check=who_answers(case, first, table.vantage),
        explains=refused,
    )


def who_answers(case: Case, address: str, prefix: str | None) -> str:
    """The look that tells whether connections arrive at the machine at all."""
    return (
        f"While trying: `{behind(prefix, f'tcpdump -ni any tcp port {case.tcp.port}')}`. No SYN for {address} comes in: a router "
        "or balancer before it answers, or leads the port elsewhere."
    )
