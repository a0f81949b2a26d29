"""Readings of a case: whether the service answers, in which protocol, and whether it turns us away.

Law: one answer that fits outweighs any number that do not, and a service is not blamed for a protocol that nobody named.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tui.diagnosis.readings import either_kind, hosts, outcomes
from tui.diagnosis.readings.checks import basics, tables
from tui.model.address import endpoint
from tui.model.case import Case, remembered
from tui.model.facts import Attempt, Listener, Outcome, ProcessState, Quiet, Talk
from tui.model.protocols import HTTP, TLS, Meant, meant_protocol, protocol_of, protocols_labelled
from tui.model.requests import AnyRequest, ExamineProcess, TalkTo
from tui.model.schemes import FAMILIES, Family, family_of_port
from tui.model.target import TcpTarget

MOST_TALKED_TO = 3
"""Addresses of one name that are spoken to: they rarely differ in what they serve, and each check sends something."""
AFTER_CONNECTING = frozenset(
    {
        "port.wrong-protocol",
        "path.banned",
        "path.filtered",
        "path.idle-timeout",
        "path.mtu",
        "server.closes-early",
        "server.unresponsive",
        "server.turns-away",
        "server.error",
        "server.redirects",
        "upstream.refused",
        "upstream.stale",
    }
)
"""Causes that can hold although every address connects."""
ANSWER_S = 10.0
"""As long as a patient client waits: servers that look up our name before they greet take five seconds, a loaded one more."""
AGAIN_S = 2.5
"""The second time, which shows that it was no accident."""
OTHER_S = 2.0
"""For the first words of protocols that may not be its own."""
BRIEF_S = 0.4
"""Where one attempt is all that was asked for, and only the port suggests a protocol: the whole check ends in a second."""
_NOTHING = frozenset({"closed", "reset", "silent"})
_ENDED = frozenset({"closed", "reset"})


class Words(Struct, frozen=True):
    """What a service said, from an attempt in which it spoke unasked, or from a talk."""

    fact: Attempt | Talk
    protocols: tuple[str, ...]
    """The protocols that the words can belong to; empty where none is known."""
    text: str
    rejection: str
    asked: str | None
    """The protocol in which it was spoken to; None where it spoke unasked."""


def meant(case: Case) -> Meant | None:
    """The protocol that a client of the target speaks, and how that is known; None for a Unix socket."""
    return meant_protocol(case.target) if isinstance(case.target, TcpTarget) else None


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, and the first words to what connects, TLS among them."""
    yield from basics(case)
    yield from tables(case)
    yield from checks(case)


def rejections(case: Case) -> dict[str, Words]:
    """The addresses, or the socket's path, whose service says in its newest words that it rejects us."""
    return {where: words for where in either_kind.latest(case) if (words := rejection(case, where))}


def descriptors(case: Case, address: str) -> str:
    """What is known of the process's file descriptors where they are used up, a sentence with a space before it; else nothing."""
    state = process(case, address)
    if state is None or not state.is_out_of_descriptors:
        return ""
    return f" Process {state.pid} has {state.descriptors} file descriptors open; its limit is {state.descriptor_limit}."


def checks(case: Case) -> Iterator[AnyRequest]:
    """The first words to each address that connects, unless it has already said what it is; more where nothing came back."""
    kind = meant(case)
    if kind is None or not case.options.talk:
        return
    for address in list(outcomes.connecting(case))[:MOST_TALKED_TO]:
        if any(reply.protocols for reply in words(case, address) if reply.asked is None):
            continue
        brief = kind.by != "scheme" and case.options.attempts == 1
        yield _talk_to(case, address, kind.protocol, BRIEF_S if brief else ANSWER_S)
        if not brief and (nothing(case, address) or quiet(case, address)):
            yield _talk_to(case, address, kind.protocol, AGAIN_S, again=1)
            for protocol in _others(case, address, kind.protocol):
                yield _talk_to(case, address, protocol, OTHER_S)


def _talk_to(case: Case, address: str, protocol: str, wait_s: float, again: int = 0) -> TalkTo:
    kind = meant(case)
    return TalkTo(
        address=address,
        port=case.tcp.port,
        protocol=protocol,
        # An address is a name to be verified where the target says TLS; else nobody says what the certificate should name.
        server_name=None if case.tcp.is_literal and case.tcp.scheme is None else case.tcp.host,
        path=case.tcp.asks_for,
        inner=kind.inner if kind and protocol == kind.protocol else None,
        wait_s=wait_s,
        again=again,
    )


def _others(case: Case, address: str, protocol: str) -> Iterator[str]:
    """What else it may speak: TLS, the usual protocol of the target's scheme or port, what the listening program serves, HTTP."""
    row = listener(case, address)
    kinds = [
        hosts.meant_family(case),
        family_of_port(case.tcp.port),
        hosts.serves(row),
    ]
    spoken = [TLS, *(protocol_of(kind) for kind in kinds if kind), HTTP]
    yield from (other for other in dict.fromkeys(spoken) if other and other != protocol)


def talks(case: Case, address: str, protocol: str | None = None) -> tuple[Talk, ...]:
    """The talks with the target's port of `address` that got through, oldest first; none for a Unix socket."""
    if not isinstance(case.target, TcpTarget):
        return ()
    return tuple(
        talk
        for talk in case.all(Talk)
        if talk.address == address
        and talk.port == case.target.port
        and protocol in {None, talk.spoken}
        and talk.outcome != "failed"
    )


@remembered
def words(case: Case, address: str) -> tuple[Words, ...]:
    """All that the service on the target's port of `address` has said, unasked first."""
    unasked = [
        Words(attempt, protocols_labelled(attempt.protocol), attempt.first_bytes, attempt.rejection, None)
        for attempt in either_kind.attempts(case, address)
        if attempt.first_bytes
    ]
    asked = [
        Words(talk, talk.protocols, talk.detail or talk.first_bytes, talk.rejection, talk.spoken)
        for talk in talks(case, address)
        if talk.outcome == "answered"
    ]
    return (*unasked, *asked)


def mismatch(case: Case, address: str) -> Words | None:
    """What the service said in another protocol than the one that is meant, if nothing that it said fits."""
    kind = meant(case)
    replies = [reply for reply in words(case, address) if reply.protocols]
    if kind is None or any(kind.protocol in reply.protocols for reply in replies):
        return None
    # Its answer to the client's own protocol shows what the client meets.
    replies.sort(key=lambda reply: reply.asked not in {kind.protocol, None})
    return replies[0] if replies else None


def nothing(case: Case, address: str) -> tuple[Talk, ...]:
    """The talks in the protocol that is meant, if none brought a byte; empty where one did, or where nothing was asked.

    An answer to nonsense is none: a front that says `400 Bad Request` to another protocol's words lives, and what is behind
    it may hang all the same.
    """
    kind = meant(case)
    tried = talks(case, address, kind.protocol) if kind else ()
    silent = all(ending(talk) in _NOTHING for talk in tried)
    return tried if silent and not any(_answers(reply, kind) for reply in words(case, address)) else ()


def quiet(case: Case, address: str) -> Quiet | None:
    """Where the first talk is under way and has had no answer for a while, in whatever protocol."""
    if not isinstance(case.target, TcpTarget) or talks(case, address):
        return None
    port = case.target.port
    return next((fact for fact in case.all(Quiet) if fact.protocol and fact.address == address and fact.port == port), None)


def ending(talk: Talk) -> str:
    """How a talk ended: its outcome, but `silent` where TLS was agreed and nothing came inside."""
    return "silent" if talk.inner and talk.inner.outcome == "silent" else talk.outcome


def waited_ms(talk: Talk) -> float:
    """How long an answer was waited for, inside TLS where it was spoken."""
    return talk.inner.waited_ms if talk.inner else talk.waited_ms


def _answers(reply: Words, kind: Meant | None) -> bool:
    """Whether words say what the service is to a client: unasked, asked in its own protocol, or in another than is meant."""
    if isinstance(reply.fact, Talk) and ending(reply.fact) in _NOTHING:
        return False
    if kind is None or reply.asked in {None, kind.protocol}:
        return bool(reply.protocols)
    return bool(reply.protocols) and kind.protocol not in reply.protocols


def to_nonsense(case: Case, address: str) -> Words | None:
    """The answer of a front to another protocol's words, where it answers nothing in the one that is meant."""
    kind = meant(case)
    replies = [reply for reply in words(case, address) if reply.protocols and kind and reply.asked != kind.protocol]
    return replies[0] if replies and nothing(case, address) else None


def mute(case: Case, *, ended: bool) -> dict[str, tuple[Talk, ...]]:
    """The addresses that connect and answer no talk: they end the connection (`ended`), or stay silent."""
    unanswered = {address: nothing(case, address) for address in outcomes.connecting(case)}
    return {address: tried for address, tried in unanswered.items() if tried and _are_ended(tried) is ended}


def ended(tried: Iterable[Talk]) -> tuple[Talk, ...]:
    """Those of some talks that the other end closed or reset."""
    return tuple(talk for talk in tried if ending(talk) in _ENDED)


def _are_ended(tried: tuple[Talk, ...]) -> bool | None:
    """Whether all were ended by the other end, or none; None where they differ.

    One that was given less time than another took to its end does not differ: libwrap, for one, waits five seconds.
    """
    closed = ended(tried)
    if not closed:
        return False
    patience = min(map(waited_ms, closed))
    return True if all(talk in closed or waited_ms(talk) < patience for talk in tried) else None


def outcome(case: Case) -> Outcome | None:
    """How the talk ended where every address that connects gives no answer twice; None where one does."""
    kind = meant(case)
    working = outcomes.connecting(case)
    unanswered = [nothing(case, address) for address in working]
    if kind is None or not all(len(tried) > 1 for tried in unanswered):
        return None
    endings = {ending((ended(tried) if _are_ended(tried) else tried)[-1]) for tried in unanswered}
    return next((Outcome(word) for word in ("reset", "closed", "silent") if word in endings), None)


def rejection(case: Case, address: str) -> Words | None:
    """The newest words, if by them the service has turned us away."""
    replies = words(case, address)
    newest = next((reply for reply in reversed(replies) if reply.protocols or reply.rejection), None)
    return newest if newest and newest.rejection else None


def listener(case: Case, address: str) -> Listener | None:
    """Who accepts on the target's port of `address`, where the socket table was read; None for a Unix socket."""
    if not isinstance(case.target, TcpTarget):
        return None
    here = outcomes.is_local(case, address)
    rows = outcomes.on_port(hosts.table(case, address), case.target.port)
    return next((row for row in rows if hosts.reaches(row, address, here=here)), None)


def process_checks(case: Case, address: str) -> Iterator[AnyRequest]:
    """A check of the process that accepts on `address`, where the socket table names it."""
    row = listener(case, address)
    if row and row.pid and not row.is_systemds:
        yield ExamineProcess(pid=row.pid, vantage=_vantage(case, address))


def process(case: Case, address: str) -> ProcessState | None:
    """The newest state of the process that accepts on `address`."""
    row = listener(case, address)
    if row is None:
        return None
    wanted = row.pid, _vantage(case, address)
    return next((state for state in reversed(case.all(ProcessState)) if (state.pid, state.vantage) == wanted), None)


def _vantage(case: Case, address: str) -> str | None:
    table = hosts.table(case, address)
    return table.vantage if table else None


def has_door_for_tls(family: Family | None) -> bool:
    """Whether TLS has schemes of its own, or a port of its own, in that family; else it is a setting of the client."""
    return bool(family and family.tls_schemes)


def family_of(protocols: tuple[str, ...]) -> Family | None:
    """The family of services that is named as the protocol, where it is only one."""
    return next((family for family in FAMILIES if (family.name,) == protocols), None)


def url(protocols: tuple[str, ...], case: Case) -> str:
    """A URL of the target in the only protocol of `protocols`, else its endpoint; TLS in the target's own kind, or https."""
    host = endpoint(case.tcp.host, case.tcp.port)
    family = hosts.meant_family(case)
    if protocols == (TLS,):
        return f"{family.tls_schemes[0] if family and family.tls_schemes else 'https'}://{host}"
    named = family_of(protocols)
    return f"{named.schemes[0]}://{host}" if named and named.schemes else host


def name_it(case: Case) -> str:
    """What would decide where only the port suggests a protocol, as a sentence; empty for a Unix socket."""
    kind = meant(case)
    return f"Say which protocol the client speaks: `refused check {url((kind.protocol,), case)}`." if kind else ""
