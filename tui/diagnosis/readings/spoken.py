"""Readings of a case: what kind of service a port serves by its own words, where nobody may see who owns it.

Law: a kind is named only by words that no other kind says; TLS alone, and words that two kinds share, name none.
"""

from collections.abc import Iterable, Iterator

from tui.diagnosis.readings import talk
from tui.model.address import peer_address
from tui.model.case import Case, remembered
from tui.model.facts import Listener, Talk, TcpAttempt
from tui.model.protocols import HTTP, TLS, protocols_labelled
from tui.model.requests import AnyRequest, TalkTo
from tui.model.schemes import FAMILIES, Family

MOST_SPOKEN_TO = 4
"""Ports beside the target's that are spoken to: each check sends something."""
ANSWER_S = 2.0


def questions(case: Case, address: str, ports: Iterable[int]) -> Iterator[AnyRequest]:
    """The first words of the protocol that the target means, to other ports of `address`, the likeliest first.

    None where that protocol is not known, or talking was not allowed.
    """
    kind = talk.meant(case)
    if kind is None or not case.options.talk:
        return
    name = None if case.tcp.is_literal else case.tcp.host
    for port in list(dict.fromkeys(ports))[:MOST_SPOKEN_TO]:
        yield TalkTo(address=address, port=port, protocol=kind.protocol, server_name=name, inner=kind.inner, wait_s=ANSWER_S)


@remembered
def protocols(case: Case, address: str, port: int) -> tuple[str, ...]:
    """The protocols that the newest words on that port can belong to, inside TLS where it was spoken; empty for no words."""
    asked = [fact for fact in case.all(Talk) if (fact.address, fact.port, fact.outcome) == (address, port, "answered")]
    for fact in reversed(asked):
        if fact.http:
            return (HTTP,)
        inside = fact.inner.protocols if fact.inner else ()
        if inside or fact.protocols:
            return inside or fact.protocols
    greetings = [fact for fact in case.all(TcpAttempt) if (fact.address, fact.port) == (address, port) and fact.protocol]
    return protocols_labelled(greetings[-1].protocol) if greetings else ()


def evidence(case: Case, address: str, port: int) -> tuple[str, ...]:
    """The ids of the facts that hold the words on that port."""
    facts = [fact for fact in case.all(Talk) if (fact.address, fact.port, fact.outcome) == (address, port, "answered")]
    greetings = [fact for fact in case.all(TcpAttempt) if (fact.address, fact.port) == (address, port) and fact.protocol]
    return tuple(fact.id for fact in (*facts, *greetings) if fact.id)


def family(case: Case, address: str, port: int) -> Family | None:
    """The kind of service on that port, by its words; None where they do not tell one."""
    words = protocols(case, address, port)
    return next((known for known in FAMILIES if words == (known.name,)), None)


def is_another(case: Case, row: Listener) -> bool:
    """Whether a listener of this machine says, in its own words, that it is not what a client of the target speaks to."""
    return is_another_at(case, peer_address(row.address), row.port)


def is_another_at(case: Case, address: str, port: int) -> bool:
    """Whether the service on that port says, in its own words, that it is not what a client of the target speaks to."""
    kind = talk.meant(case)
    words = protocols(case, address, port)
    return bool(kind and words and not {kind.protocol, kind.inner} & set(words))


def is_what_was_meant(case: Case, address: str, port: int) -> bool:
    """Whether the service on that port answers in the protocol that a client of the target speaks."""
    kind = talk.meant(case)
    words = protocols(case, address, port)
    wanted = (kind.inner or kind.protocol) if kind else None
    return words == (wanted,) and wanted != TLS
