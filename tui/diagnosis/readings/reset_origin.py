"""Readings of where a reset came from: from the host itself, from nearer, or not to be told.

Law: only what two independent measurements agree on counts as proved. Load balancers, translated addresses, paths that
differ between there and back, and boxes that set the TTL anew all exist, so a single number is a sign and no more.
(Weaver, Sommer, Paxson, "Detecting Forged TCP Reset Packets", NDSS 2009: prefer to miss one.)
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from tui.diagnosis.readings import hosts, outcomes
from tui.model.case import Case
from tui.model.facts import Firewall, Outcome, ResetOrigin
from tui.model.facts.reset_origin import Reference, initial_ttl
from tui.model.requests import AnyRequest, FindResetOrigin

MOST_MEASURED = 3
"""Addresses of one name whose resets are measured; each costs some ten connection attempts."""


class ResetSource(StrEnum):
    """Where the resets for one address come from."""

    ITSELF = "itself"
    """As far, and with the same TTL, as another answer of the address."""
    NEARER = "nearer"
    """Both measurements place the sender at the same hop, nearer than everything else that answers."""
    SEEMS_NEARER = "seems nearer"
    """One measurement says so, or both, where an address translation would look the same."""
    AT_FIRST_HOP = "at the first hop"
    """They come even with TTL 1: this machine's own filter, or the first router before it routes."""
    FARTHER = "farther"
    """From behind what else answers: the port is led on to another machine."""
    UNCLEAR = "unclear"


class Origin(Struct, frozen=True):
    """One reading, with the hop that the resets come from and who stands there, where that is known."""

    whence: ResetSource
    fact: ResetOrigin
    hop: int | None = None
    sender: str | None = None


def checks(case: Case) -> Iterator[AnyRequest]:
    """The measurement of each address that refuses by a reset, and once more beside a port that accepts if it was no equal."""
    port = case.tcp.port
    for address in [one for one in outcomes.refused_by_reset(case) if outcomes.is_remote(case, one)][:MOST_MEASURED]:
        yield FindResetOrigin(address=address, port=port)
        found = origin(case, address)
        accepting = next((one.port for one in hosts.other_attempts(case, address) if one.outcome is Outcome.CONNECTED), None)
        if found and found.whence is not ResetSource.ITSELF and accepting is not None:
            yield FindResetOrigin(address=address, port=port, reference_port=accepting)


def origin(case: Case, address: str) -> Origin | None:
    """The reading of the newest measurement with most to compare with; None where there is none."""
    facts = [one for one in case.all(ResetOrigin) if (one.address, one.port) == (address, case.tcp.port)]
    if not facts:
        return None
    fact = max(reversed(facts), key=lambda one: len(one.references))
    hop = initial_ttl(fact.received_ttl) - fact.received_ttl + 1 if fact.received_ttl else None
    return Origin(_whence(fact), fact, hop, _who_stands_at(fact, hop))


def _whence(fact: ResetOrigin) -> ResetSource:
    by_ttl = {sign for one in fact.references if (sign := _by_ttl(fact, one)) is not None}
    by_hops = {sign for one in fact.references if (sign := _by_hops(fact, one)) is not None}
    if any(_equals(fact, one) for one in fact.references):
        return ResetSource.ITSELF
    if fact.smallest_ttl == 1 and by_hops <= {1} and by_ttl <= {1} and (by_ttl or by_hops):
        return ResetSource.AT_FIRST_HOP
    if by_ttl == {1} == by_hops and _is_settled(fact):
        return ResetSource.NEARER
    if (by_ttl == {1} and by_hops <= {0, 1}) or (by_hops == {1} and not by_ttl and _is_cut_short(fact)):
        return ResetSource.SEEMS_NEARER
    if by_ttl | by_hops and by_ttl | by_hops <= {0, -1}:
        return ResetSource.FARTHER
    return ResetSource.UNCLEAR


def _equals(fact: ResetOrigin, one: Reference) -> bool:
    return _by_ttl(fact, one) == 0 and _by_hops(fact, one) in {0, None}


def _by_ttl(fact: ResetOrigin, one: Reference) -> int | None:
    """1 if the reset lost less on its way than the other answer, -1 if more; None where that can't be compared."""
    if fact.received_ttl is None or one.received_ttl is None:
        return None
    if initial_ttl(fact.received_ttl) != initial_ttl(one.received_ttl):
        return None
    return (fact.received_ttl > one.received_ttl) - (fact.received_ttl < one.received_ttl)


def _by_hops(fact: ResetOrigin, one: Reference) -> int | None:
    """1 if the reset needs a smaller outgoing TTL than the other answer, -1 if a larger; None where that is not known."""
    if fact.smallest_ttl is None or one.smallest_ttl is None:
        return None
    return (fact.smallest_ttl < one.smallest_ttl) - (fact.smallest_ttl > one.smallest_ttl)


def _is_settled(fact: ResetOrigin) -> bool:
    """Whether both numbers place the sender at one hop, and so that no machine which the port is led on to explains it.

    A box that filters what it forwards counts the TTL first, so packets must be able to go one hop beyond it, while its
    reset starts at it: the two numbers add up to the initial value and two. Those of whoever ends the connection, the host
    or a machine behind a translation, add up to the initial value and one, as those of all references must.
    """
    received, smallest = fact.received_ttl, fact.smallest_ttl
    if received is None or smallest is None or received + smallest != initial_ttl(received) + 2:
        return False
    expired_before = dict(fact.hops).get(smallest - 1) is not None
    whole = [one for one in fact.references if one.received_ttl is not None and one.smallest_ttl is not None]
    symmetric = all(one.received_ttl + one.smallest_ttl == initial_ttl(one.received_ttl) + 1 for one in whole)  # type: ignore[operator,arg-type]  # whole
    agreed = len({one.smallest_ttl for one in whole}) == 1
    farther = all(any(ttl >= smallest for ttl, _ in one.hops) for one in whole)
    return expired_before and symmetric and agreed and farther and len(whole) == len(fact.references)


def _is_cut_short(fact: ResetOrigin) -> bool:
    """Whether routers said of the other answers' packets that they end farther out than the resets come from."""
    return any(ttl >= (fact.smallest_ttl or 0) for one in fact.references for ttl, _ in one.hops)


def _who_stands_at(fact: ResetOrigin, hop: int | None) -> str | None:
    known = {ttl: sender for one in fact.references for ttl, sender in one.hops} | dict(fact.hops)
    return known.get(hop) if hop is not None else None


def own_filter_is_clear(case: Case, address: str) -> Firewall | None:
    """The look that showed that no rule of this machine refuses connections to the address, if it was taken."""
    found = next((one for one in reversed(case.all(Firewall)) if one.address == address and one.vantage is None), None)
    return found if found and found.side == "client" and found.answer == "does-not-match" else None


def in_words(found: Origin) -> str:
    """What was measured: `arrives with TTL 62 and needs 3 hops; echo replies arrive with 62 and need 3`."""
    fact = found.fact
    parts = [_numbers("the reset arrives", "needs", fact.received_ttl, fact.smallest_ttl)]
    for one in fact.references:
        whose = f"answers of port {one.port} arrive" if one.port else "echo replies arrive"
        parts.append(_numbers(whose, "need", one.received_ttl, one.smallest_ttl))
    return "; ".join(part for part in parts if part)


def _numbers(who: str, needs: str, received: int | None, smallest: int | None) -> str:
    arrives = f"{who} with TTL {received}" if received is not None else ""
    hops = f"{needs} {smallest} {'hop' if smallest == 1 else 'hops'}" if smallest is not None else ""
    return f"{arrives} and {hops}" if arrives and hops else arrives or (f"{who}, and {hops}" if hops else "")
