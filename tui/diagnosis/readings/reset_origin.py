"""Readings of a case: where a reset came from, which is the host itself, a nearer machine, or unclear.

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
    """From as far, and with the same TTL, as another answer of the address."""
    NEARER = "nearer"
    """Both measurements place the sender at the same hop, nearer than everything else that answers."""
    SEEMS_NEARER = "seems nearer"
    """One measurement says so, or both, where an address translation would look the same."""
    AT_FIRST_HOP = "at the first hop"
    """They come even with TTL 1: this machine's own filter, or the first router before it routes."""
    FARTHER = "farther"
    """From behind the other answers: the port is forwarded to another machine."""
    UNCLEAR = "unclear"


class Origin(Struct, frozen=True):
    """One reading, with the hop that the resets come from and who is there, where that is known."""

    source: ResetSource
    fact: ResetOrigin
    hop: int | None = None
    sender: str | None = None


def checks(case: Case) -> Iterator[AnyRequest]:
    """The measurement of each address that refuses by a reset; once more beside a port that accepts, unless it was the host."""
    port = case.tcp.port
    for address in [refusing for refusing in outcomes.refused_by_reset(case) if outcomes.is_remote(case, refusing)][
        :MOST_MEASURED
    ]:
        yield FindResetOrigin(address=address, port=port)
        reading = origin(case, address)
        accepting = next(
            (attempt.port for attempt in hosts.other_attempts(case, address) if attempt.outcome is Outcome.CONNECTED), None
        )
        if reading and reading.source is not ResetSource.ITSELF and accepting is not None:
            yield FindResetOrigin(address=address, port=port, reference_port=accepting)


def origin(case: Case, address: str) -> Origin | None:
    """The reading of the newest measurement that has most to compare with; None without any."""
    facts = [measured for measured in case.all(ResetOrigin) if (measured.address, measured.port) == (address, case.tcp.port)]
    if not facts:
        return None
    fact = max(reversed(facts), key=lambda measured: len(measured.references))
    hop = initial_ttl(fact.received_ttl) - fact.received_ttl + 1 if fact.received_ttl else None
    sender, source = _who_stands_at(fact, hop), _source(fact)
    if source in {ResetSource.NEARER, ResetSource.SEEMS_NEARER} and hosts.is_itself(address, sender):
        source = ResetSource.ITSELF  # the other answers come from a machine behind it
    return Origin(source, fact, hop, sender)


def _source(fact: ResetOrigin) -> ResetSource:
    by_ttl = {sign for reference in fact.references if (sign := _by_ttl(fact, reference)) is not None}
    by_hops = {sign for reference in fact.references if (sign := _by_hops(fact, reference)) is not None}
    if any(_equals(fact, reference) for reference in fact.references):
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


def _equals(fact: ResetOrigin, reference: Reference) -> bool:
    return _by_ttl(fact, reference) == 0 and _by_hops(fact, reference) in {0, None}


def _by_ttl(fact: ResetOrigin, reference: Reference) -> int | None:
    """1 if the reset lost less on its way than the other answer, -1 if more; None where that can't be compared."""
    if fact.received_ttl is None or reference.received_ttl is None:
        return None
    if initial_ttl(fact.received_ttl) != initial_ttl(reference.received_ttl):
        return None
    return (fact.received_ttl > reference.received_ttl) - (fact.received_ttl < reference.received_ttl)


def _by_hops(fact: ResetOrigin, reference: Reference) -> int | None:
    """1 if the reset needs a smaller outgoing TTL than the other answer, -1 if a larger; None where that is not known."""
    if fact.smallest_ttl is None or reference.smallest_ttl is None:
        return None
    return (fact.smallest_ttl < reference.smallest_ttl) - (fact.smallest_ttl > reference.smallest_ttl)


def _is_settled(fact: ResetOrigin) -> bool:
    """Whether both numbers place the sender at the same hop, where no machine that the port is forwarded to can be.

    A box that filters what it forwards counts the TTL first, so packets must be able to go one hop beyond it, while its
    reset starts at it: the two numbers add up to the initial value plus two. Those of whoever ends the connection, the host
    or a machine behind a translation, add up to the initial value plus one, as those of all references must.
    """
    received, smallest = fact.received_ttl, fact.smallest_ttl
    if received is None or smallest is None or received + smallest != initial_ttl(received) + 2:
        return False
    expired_before = dict(fact.hops).get(smallest - 1) is not None
    beyond_initial = [
        reference.received_ttl + reference.smallest_ttl - initial_ttl(reference.received_ttl)
        for reference in fact.references
        if reference.received_ttl is not None and reference.smallest_ttl is not None
    ]
    symmetric = len(beyond_initial) == len(fact.references) and set(beyond_initial) == {1}
    agreed = len({reference.smallest_ttl for reference in fact.references}) == 1
    farther = all(any(ttl >= smallest for ttl, _ in reference.hops) for reference in fact.references)
    return expired_before and symmetric and agreed and farther


def _is_cut_short(fact: ResetOrigin) -> bool:
    """Whether routers said of the other answers' packets that they end farther out than the resets come from."""
    return any(ttl >= (fact.smallest_ttl or 0) for reference in fact.references for ttl, _ in reference.hops)


def _who_stands_at(fact: ResetOrigin, hop: int | None) -> str | None:
    known = {ttl: sender for reference in fact.references for ttl, sender in reference.hops} | dict(fact.hops)
    return known.get(hop) if hop is not None else None


def own_filter_is_clear(case: Case, address: str) -> Firewall | None:
    """The newest reading of this machine's rules, if none of them refuses connections to the address."""
    newest = next(
        (reading for reading in reversed(case.all(Firewall)) if reading.address == address and reading.vantage is None), None
    )
    return newest if newest and newest.side == "client" and newest.answer == "does-not-match" else None


def in_words(reading: Origin) -> str:
    """What was measured: `arrives with TTL 62 and needs 3 hops; echo replies arrive with 62 and need 3`."""
    fact = reading.fact
    parts = [_numbers("the reset arrives", "needs", fact.received_ttl, fact.smallest_ttl)]
    for reference in fact.references:
        whose = f"answers of port {reference.port} arrive" if reference.port else "echo replies arrive"
        parts.append(_numbers(whose, "need", reference.received_ttl, reference.smallest_ttl))
    return "; ".join(part for part in parts if part)


def _numbers(who: str, needs: str, received: int | None, smallest: int | None) -> str:
    arrives = f"{who} with TTL {received}" if received is not None else ""
    hops = f"{needs} {smallest} {'hop' if smallest == 1 else 'hops'}" if smallest is not None else ""
    return f"{arrives} and {hops}" if arrives and hops else arrives or (f"{who}, and {hops}" if hops else "")
