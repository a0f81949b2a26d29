"""Two machines answer for the address, or this machine's entry for it names one that has it no more."""

from collections.abc import Iterator
from itertools import pairwise

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, hosts, outcomes
from tui.model.address import endpoint, ip_version
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import AddressOwners, Listeners, Neighbour, Outcome, TcpAttempt
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, LookUpNeighbour, ProbeAddress

_SHARED = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "00:00:0c:9f:f")
"""Link-layer addresses that move from machine to machine on purpose: VRRP's and CARP's (RFC 9568, 7.3), and HSRP's."""
_FLIPS = 2
"""So many changes between two machines are no failover, which is one."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the neighbour entry after each, who answers on the link, and the other end's own link-layer addresses."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    for address in _on_link(case):
        route = outcomes.route_to(case, address)
        if route and route.device:
            for attempt in outcomes.attempts(case, address):
                yield LookUpNeighbour(address=address, device=route.device, after=attempt.id)
            entries = hosts.neighbours(case, address)
            if entries and entries[-1].mac and ip_version(address) == 4:  # noqa: PLR2004 -- ARP is for IPv4 alone
                yield ProbeAddress(address=address, device=route.device)


def judge(case: Case) -> Finding:
    """Who answers on the link, against the neighbour entry and against the machine that is meant."""
    on_link = _on_link(case)
    if not on_link:
        return not_relevant("No address on a link of this machine fails.", *outcomes.ids(*outcomes.latest(case).values()))
    for address in on_link:
        found = _by_hand(case, address) or _two(case, address) or _changing(case, address)
        if found:
            return found
    asked = [fact for address in on_link if (fact := _owners(case, address))]
    if asked:
        return ruled_out("One machine answers for the address, and it is the one that packets go to.", *outcomes.ids(*asked))
    return not_looked_at("Nobody has asked on the link who has the address.")


def _on_link(case: Case) -> list[str]:
    """The addresses of other machines on a link of ours that fail, now or at times."""
    troubled = {attempt.address for attempt in outcomes.attempts(case) if attempt.outcome not in outcomes.WORKING}
    return [address for address in outcomes.latest(case) if address in troubled and hosts.is_on_link(case, address)]


def _owners(case: Case, address: str) -> AddressOwners | None:
    return next((fact for fact in reversed(case.all(AddressOwners)) if fact.address == address), None)


def _there(case: Case, address: str) -> Listeners | None:
    """The machine that is meant, as it was looked at: it has the address, and its link-layer addresses are known."""
    table = hosts.looked_at(case, address)
    return table if table and table.macs else None


def _is_shared(mac: str) -> bool:
    return mac.startswith(_SHARED)


def _entry(case: Case, address: str) -> Neighbour | None:
    entries = hosts.neighbours(case, address)
    return entries[-1] if entries and entries[-1].mac else None


def _by_hand(case: Case, address: str) -> Finding | None:
    """An entry that was set by hand, and so never learns, for another machine than the one that answers."""
    entry, owners = _entry(case, address), _owners(case, address)
    silent = address in outcomes.failing(case, Outcome.TIMEOUT, Outcome.UNREACHABLE)
    if entry is None or entry.state != "permanent" or (owners and entry.mac in owners.macs):
        return None
    if owners is None or not owners.macs:
        return still_open(
            f"The entry for {address} was set by hand ({entry.mac}) and is never asked for anew.",
            *outcomes.ids(entry, owners),
            summary=f"The neighbour entry that was set by hand for {address} names a machine that has it no more ({entry.mac}).",
            next_check=f"As root: `arping -D -c 2 -I {quoted(entry.device)} {quoted(address)}` says who has the address.",
            explains={address} if silent else (),
        )
    return claim(
        f"What goes to {address} goes to {entry.mac}, an entry that was set by hand; {owners.macs[0]} is what has the address.",
        *_evidence(case, address, entry, owners),
        reason=f"The neighbour entry on {entry.device} is PERMANENT, and {owners.macs[0]} alone answers for {address} there.",
        explains=_symptom(case, address),
        culprit=Culprit(kind="address", address=address, device=entry.device),
        refuted_by=f"`arping -D -c 2 -I {quoted(entry.device)} {quoted(address)}` is answered by {entry.mac}.",
        remedies=(
            Remedy(
                do="See the entry; PERMANENT is one that somebody, or a script, has set.",
                command=f"ip neigh show {quoted(address)}",
                verify=f"It has {entry.mac}.",
            ),
            Remedy(
                do="Remove it, so that the kernel asks for itself; and from where it is set at boot.",
                command=f"ip neigh del {quoted(address)} dev {quoted(entry.device)}",
                changes=True,
                verify=f"{endpoint(address, case.tcp.port)} answers.",
            ),
        ),
    )


def _two(case: Case, address: str) -> Finding | None:
    """More than one link-layer address answers for it, which one machine with two cards on the link does as well."""
    owners = _owners(case, address)
    macs = [mac for mac in owners.macs if not _is_shared(mac)] if owners else []
    if owners is None or len(macs) < 2:  # noqa: PLR2004 -- a conflict is one of two
        return None
    there = _there(case, address)
    strangers = [mac for mac in macs if there and mac not in there.macs]
    if there and not strangers:
        return ruled_out(f"All that answer for {address} are cards of that machine.", *outcomes.ids(owners, there))
    both = outcomes.joined(macs)
    reached = {entry.mac for entry in hosts.neighbours(case, address) if entry.mac}
    if there and len(strangers) < len(macs) and reached.isdisjoint(strangers):
        return still_open(
            f"For {address}, {both} answered on {owners.device}, and packets went to the machine that is meant.",
            *outcomes.ids(owners, there, _entry(case, address)),
        )
    if there and len(strangers) < len(macs):
        whose = f"{outcomes.joined(strangers)} is no card of the machine that `{there.vantage}` leads to, which has the address"
        return _conflict(case, address, owners, f"For {address}, {both} answered on {owners.device}; {whose}.", there=there)
    ends = {attempt.outcome for attempt in outcomes.attempts(case, address)}
    if len(ends) > 1:
        reason = f"For {address}, {both} answered on {owners.device}, and attempts end now so, now so."
        return _conflict(case, address, owners, reason, missing=_whose(address, macs))
    return still_open(
        f"For {address}, {both} answered on {owners.device}: two machines, or one with two cards on this link.",
        *outcomes.ids(owners),
        summary=f"Two machines have the address {address}: {both} answer for it.",
        next_check=_whose(address, macs),
        explains=_symptom(case, address),
    )


def _changing(case: Case, address: str) -> Finding | None:
    """The neighbour entry goes to and fro between link-layer addresses; one change alone is what a failover looks like."""
    entries = [entry for entry in hosts.neighbours(case, address) if entry.mac]
    macs = [entry.mac or "" for entry in entries]
    changes = sum(before != after for before, after in pairwise(macs))
    if not changes or any(map(_is_shared, macs)):
        return None
    both = outcomes.joined(dict.fromkeys(macs))
    if changes >= _FLIPS:
        reason = f"The neighbour entry of {address} went to and fro between {both}, {changes} times."
        return _conflict(case, address, entries[-1], reason, missing=_whose(address, macs))
    return still_open(
        f"The neighbour entry of {address} changed once, {both}: as with a failover, or with two machines.",
        *outcomes.ids(*entries),
        summary=f"Two machines have the address {address}: {both}.",
        next_check=_whose(address, macs),
        explains=_symptom(case, address),
    )


def _conflict(
    case: Case, address: str, seen: AddressOwners | Neighbour, reason: str, *, missing: str = "", there: Listeners | None = None
) -> Finding:
    entry = _entry(case, address)
    macs = [
        *(seen.macs if isinstance(seen, AddressOwners) else ()),
        *(one.mac for one in hosts.neighbours(case, address) if one.mac),
    ]
    both = outcomes.joined(dict.fromkeys(macs))
    goes = f" Packets go to {entry.mac}." if entry else ""
    return claim(
        f"Two machines have the address {address} on {seen.device} ({both}): which of them is reached is chance.",
        *_evidence(case, address, seen, entry, there, *hosts.neighbours(case, address)),
        reason=f"{reason}{goes}",
        missing=missing,
        explains=_symptom(case, address),
        culprit=Culprit(kind="address", address=address, device=seen.device),
        refuted_by="Both link-layer addresses are cards of one machine, or the address moves between machines on purpose (VRRP).",
        remedies=(
            Remedy(
                do="See which machine packets go to now, and by the first half of its address who made it.",
                command=f"ip neigh show {quoted(address)}",
                verify="It is not the one that is meant.",
            ),
            Remedy(
                do="Find the other machine (the switch knows at which port its card is), and give it another address. It may "
                "be a cloned one, or have a fixed address within the range that DHCP gives out.",
                verify=f"One answer to `arping -D -c 2 -I {quoted(seen.device)} {quoted(address)}`.",
            ),
            Remedy(
                do="For now: have the kernel forget the entry, and ask again.",
                command=f"ip neigh del {quoted(address)} dev {quoted(seen.device)}",
                changes=True,
                verify=f"{endpoint(address, case.tcp.port)} answers, while the right machine is the first to do so.",
            ),
        ),
    )


def _symptom(case: Case, address: str) -> tuple[str, ...]:
    return (address,) if any(one.outcome not in outcomes.WORKING for one in outcomes.attempts(case, address)) else ()


def _evidence(case: Case, address: str, *facts: AddressOwners | Neighbour | Listeners | None) -> tuple[str, ...]:
    attempts: tuple[TcpAttempt, ...] = outcomes.attempts(case, address)
    return outcomes.ids(*attempts, outcomes.route_to(case, address), *facts)


def _whose(address: str, macs: list[str]) -> str:
    return (
        f"On the machine that is meant to have {address}: `ip -brief link show`. If it has not both of "
        f"{outcomes.joined(dict.fromkeys(macs))}, another machine answers for it."
    )


HYPOTHESIS = Hypothesis(
    place=32,
    onset="change",
    title="one machine has it",
    question="Does one machine, and the right one, answer for the address on this link?",
    why="Two machines with one address take turns: whoever answers first is reached. And an entry set by hand never learns.",
    meaning="Two machines answer for the address, or this machine's entry for it names one that has it no more.",
    proof="The answers to an ARP probe (as root), against the link-layer addresses of the machine that is meant; or against an "
    "entry that was set by hand.",
    mistaken_for=("server.not-listening", "server.flapping", "path.filtered", "server.down"),
    supersedes=frozenset(
        {"server.not-listening", "server.flapping", "path.filtered", "path.rejected", "path.host-unreachable", "server.down"}
    ),
    shown_by=(AddressOwners,),
    looks=(),
    needs=needs,
    judge=judge,
)
