"""Readings of a case that tell what the service says: whether it answers, in which protocol, and whether it turns us away.

Law: an answer that fits once outweighs any number that do not, and what nobody said is meant is not held against it.
"""

from collections.abc import Iterator

from msgspec import Struct

from tui.diagnosis.readings import either_kind, hosts, outcomes
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Attempt, Listener, Outcome, ProcessState, Talk
from tui.model.protocols import HTTP, TLS, Meant, meant_protocol, protocol_of, protocols_labelled
from tui.model.requests import AnyRequest, ExamineProcess, TalkTo
from tui.model.schemes import FAMILIES, Family, family_of_port, family_of_program
from tui.model.target import TcpTarget

MOST_TALKED_TO = 3
"""Addresses of one name that are spoken to: what they serve differs rarely, and each look sends something."""
AFTER_CONNECTING = frozenset({"port.wrong-protocol", "path.mtu", "server.closes-early", "server.unresponsive"})
"""Causes that can hold although every address connects."""
ANSWER_S = 2.0
"""A first answer costs a round trip and no work; within this even a loaded server gives it."""
AGAIN_S = 2.5
"""A little longer the second time, so that the two together, with the attempt before them, end within five seconds."""
BRIEF_S = 0.4
"""Where one attempt is all that was asked for, and only the port says what may be spoken: the whole look ends in a second."""
_NOTHING = frozenset({"closed", "reset", "silent"})
_ENDED = frozenset({"closed", "reset"})


class Words(Struct, frozen=True):
    """What a service said, from an attempt in which it spoke unasked or from a talk."""

    fact: Attempt | Talk
    protocols: tuple[str, ...]
    """The protocols that the words can belong to; empty where none is known."""
    text: str
    rejection: str
    asked: str | None
    """The protocol in which it was spoken to; None where it spoke unasked."""


def meant(case: Case) -> Meant | None:
    """The protocol that a client of the target speaks, and how that is known; of a Unix socket it is not."""
    return meant_protocol(case.target) if isinstance(case.target, TcpTarget) else None


def checks(case: Case) -> Iterator[AnyRequest]:
    """The first words to each address that connects, if it has not said already who it is; more where nothing came back."""
    kind = meant(case)
    if kind is None or not case.options.talk:
        return
    for address in list(outcomes.connecting(case))[:MOST_TALKED_TO]:
        if any(one.protocols for one in said(case, address) if one.asked is None):
            continue
        brief = kind.by != "scheme" and case.options.attempts == 1
        yield _talk_to(case, address, kind.protocol, BRIEF_S if brief else ANSWER_S)
        if nothing(case, address) and not brief:
            yield _talk_to(case, address, kind.protocol, AGAIN_S, again=1)
            for protocol in _others(case, address, kind.protocol):
                yield _talk_to(case, address, protocol, ANSWER_S)


def _talk_to(case: Case, address: str, protocol: str, wait_s: float, again: int = 0) -> TalkTo:
    name = None if case.tcp.is_literal else case.tcp.host
    return TalkTo(address=address, port=case.tcp.port, protocol=protocol, server_name=name, wait_s=wait_s, again=again)


def _others(case: Case, address: str, protocol: str) -> Iterator[str]:
    """What else it may speak: the same in TLS or without, what its port is for, what the program serves that listens."""
    row = listener(case, address)
    kinds = [
        hosts.meant_family(case),
        family_of_port(case.tcp.port),
        family_of_program(row.process if row else None),
    ]
    found = [TLS, *(protocol_of(kind) for kind in kinds if kind), HTTP]
    yield from (one for one in dict.fromkeys(found) if one and one != protocol)


def talks(case: Case, address: str, protocol: str | None = None) -> tuple[Talk, ...]:
    """The talks with the target's port of `address` that got through, oldest first; a Unix socket is not spoken to."""
    if not isinstance(case.target, TcpTarget):
        return ()
    return tuple(
        one
        for one in case.all(Talk)
        if one.address == address and one.port == case.target.port and protocol in {None, one.spoken} and one.outcome != "failed"
    )


def said(case: Case, address: str) -> tuple[Words, ...]:
    """All that the service on the target's port of `address` has said, unasked first."""
    unasked = [
        Words(one, protocols_labelled(one.protocol), one.first_bytes, one.rejection, None)
        for one in either_kind.attempts(case, address)
        if one.first_bytes
    ]
    asked = [
        Words(one, one.protocols, one.detail or one.first_bytes, one.rejection, one.spoken)
        for one in talks(case, address)
        if one.outcome == "answered"
    ]
    return (*unasked, *asked)


def mismatch(case: Case, address: str) -> Words | None:
    """What the service said in another protocol than the one that is meant, if nothing that it said fits."""
    kind = meant(case)
    words = [one for one in said(case, address) if one.protocols]
    if kind is None or any(kind.protocol in one.protocols for one in words):
        return None
    # What it says to the client's own words shows what the client meets.
    words.sort(key=lambda one: one.asked not in {kind.protocol, None})
    return words[0] if words else None


def nothing(case: Case, address: str) -> tuple[Talk, ...]:
    """The talks in the protocol that is meant, if none brought a byte; empty where one did, or where nothing was asked."""
    kind = meant(case)
    found = talks(case, address, kind.protocol) if kind else ()
    silent = all(one.outcome in _NOTHING for one in found)
    return found if silent and not any(one.protocols for one in said(case, address)) else ()


def mute(case: Case, *, ended: bool) -> dict[str, tuple[Talk, ...]]:
    """The addresses that connect and answer no talk: they end the connection (`ended`), or stay silent."""
    found = {address: nothing(case, address) for address in outcomes.connecting(case)}
    return {address: all_ for address, all_ in found.items() if all_ and all((one.outcome in _ENDED) is ended for one in all_)}


def outcome(case: Case) -> Outcome | None:
    """How the talk ended where every address that connects gives no answer twice; None where one does."""
    kind = meant(case)
    working = outcomes.connecting(case)
    found = [nothing(case, address) for address in working]
    if kind is None or not all(len(one) > 1 for one in found):
        return None
    endings = {one[-1].outcome for one in found}
    return next((Outcome(one) for one in ("reset", "closed", "silent") if one in endings), None)


def rejection(case: Case, address: str) -> Words | None:
    """The newest words, if by them the service has turned us away."""
    words = said(case, address)
    newest = next((one for one in reversed(words) if one.protocols or one.rejection), None)
    return newest if newest and newest.rejection else None


def listener(case: Case, address: str) -> Listener | None:
    """Who accepts on the target's port of `address`, where the socket table was seen; None for a Unix socket."""
    if not isinstance(case.target, TcpTarget):
        return None
    here = outcomes.is_local(case, address)
    rows = outcomes.on_port(hosts.table(case, address), case.target.port)
    return next((row for row in rows if hosts.reaches(row, address, here=here)), None)


def process_looks(case: Case, address: str) -> Iterator[AnyRequest]:
    """A look at the process that accepts on `address`, where the socket table names it."""
    row = listener(case, address)
    if row and row.pid:
        yield ExamineProcess(pid=row.pid, vantage=_vantage(case, address))


def process(case: Case, address: str) -> ProcessState | None:
    """The newest look at the process that accepts on `address`."""
    row = listener(case, address)
    if row is None:
        return None
    wanted = row.pid, _vantage(case, address)
    return next((one for one in reversed(case.all(ProcessState)) if (one.pid, one.vantage) == wanted), None)


def _vantage(case: Case, address: str) -> str | None:
    table = hosts.table(case, address)
    return table.vantage if table else None


def has_door_for_tls(family: Family | None) -> bool:
    """Whether TLS has schemes of its own, or a port of its own, in that family; else it is a setting of the client."""
    return bool(family and family.tls_schemes)


def family_of(protocols: tuple[str, ...]) -> Family | None:
    """The family of services that is named as the protocol, where it is only one."""
    return next((one for one in FAMILIES if (one.name,) == protocols), None)


def url(protocols: tuple[str, ...], case: Case) -> str:
    """A URL of the target in the only protocol of `protocols`, else its endpoint; TLS in the target's own kind, or https."""
    host = endpoint(case.tcp.host, case.tcp.port)
    family = hosts.meant_family(case)
    if protocols == (TLS,):
        return f"{family.tls_schemes[0] if family and family.tls_schemes else 'https'}://{host}"
    found = family_of(protocols)
    return f"{found.schemes[0]}://{host}" if found and found.schemes else host


def name_it(case: Case) -> str:
    """What would decide where only the port says which protocol is meant."""
    kind = meant(case)
    return f"Say which protocol the client speaks: `refused check {url((kind.protocol,), case)}`." if kind else ""
