"""Readings of a case: what HTTP and TLS answered on the target, and how sure it is that a client asks the same.

Law: what a client with credentials, a certificate of its own or other authorities would get is not known here, and not claimed.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import not_looked_at, not_relevant
from tui.diagnosis.readings import commands, hosts, outcomes, talk
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import HttpAnswer, Listener, Talk, TlsAnswer
from tui.model.judgement import Culprit, Judgement
from tui.model.protocols import HTTP, TLS
from tui.model.target import TcpTarget

WEB_SCHEMES = frozenset({"http", "https", "ws", "wss"})
FAILURES = frozenset(range(500, 600))
"""Statuses by which a server says that it failed (RFC 9110, 15.6)."""
VERIFYING_SCHEMES = frozenset({"https", "wss"})
"""Schemes whose clients verify certificates unless they are told not to; others are often told."""


def https(case: Case) -> dict[str, tuple[Talk, HttpAnswer]]:
    """The newest HTTP answer of each address that connects, plain or inside TLS, where HTTP is what a client would speak."""
    kind = talk.meant(case)
    if kind is None or HTTP not in {kind.protocol, kind.inner}:
        return {}
    newest = {address: _answered(case, address, kind.protocol) for address in outcomes.connecting(case)}
    return {address: (fact, fact.http) for address, fact in newest.items() if fact and fact.http and fact.understood == "yes"}


def _answered(case: Case, address: str, protocol: str) -> Talk | None:
    return next((fact for fact in reversed(talk.talks(case, address, protocol)) if fact.outcome == "answered"), None)


def secured(case: Case) -> dict[str, tuple[Talk, TlsAnswer]]:
    """The newest TLS answer of each address that connects, where TLS is what a client would speak."""
    kind = talk.meant(case)
    if kind is None or kind.protocol != TLS:
        return {}
    newest = {address: _answered(case, address, TLS) for address in outcomes.connecting(case)}
    return {address: (fact, fact.tls) for address, fact in newest.items() if fact and fact.tls}


def no_http(case: Case) -> Judgement | None:
    """Why nothing can be said of an HTTP answer, where there is none."""
    if https(case):
        return None
    return _nothing(case, HTTP)


def no_tls(case: Case) -> Judgement | None:
    """Why nothing can be said of TLS, where none was agreed or refused."""
    if secured(case):
        return None
    return _nothing(case, TLS)


def _nothing(case: Case, protocol: str) -> Judgement:
    kind = talk.meant(case)
    if not outcomes.connecting(case):
        return not_relevant("No address connects.", *outcomes.ids(*outcomes.latest(case).values()))
    if kind is None or protocol not in {kind.protocol, kind.inner}:
        return not_relevant(f"Nothing says that a client of this target speaks {protocol}.")
    if not case.options.talk:
        return not_looked_at("Nothing was asked of it (--no-talk).")
    return not_looked_at(f"It has not answered in {protocol}.")


def same_for_a_client(case: Case) -> str:
    """What is missing for saying that a client gets the same answer; empty where the target is a URL, which was asked for."""
    if case.tcp.scheme in WEB_SCHEMES:
        return ""
    return f"Whether a client asks for the same: `refused check http://{case.tcp.label}/PATH`, with the path that fails."


def verified_by_a_client(case: Case) -> str:
    """What is missing for saying that a client verifies the certificate as was done here; empty for https."""
    if case.tcp.scheme in VERIFYING_SCHEMES:
        return ""
    return "Whether the client verifies the server's certificate, and for which name: its own settings of TLS."


def server_words(case: Case, address: str, http: HttpAnswer) -> str:
    """Who answers, for the beginning of a sentence: `nginx/1.22.1 on web:80`, else the program that listens, else the server."""
    row = talk.listener(case, address)
    program = hosts.owner(row) if row and row.process else ""
    where = endpoint(address, case.tcp.port)
    return f"{http.server or program or 'The server'} on {where}"


def quoted(http: HttpAnswer) -> str:
    """`502 Bad Gateway`, and the body's first words where they say more."""
    words = http.words.removeprefix(http.status_line).strip()
    return f"`{http.status_line}`{f': `{words}`' if words else ''}"


def culprit(case: Case, address: str) -> Culprit:
    """The process that listens, where it is known, else the endpoint."""
    row: Listener | None = talk.listener(case, address)
    if row and row.process:
        return hosts.listener_culprit("process", row)
    return Culprit(kind="address", address=address, port=case.tcp.port)


def log(case: Case, address: str, options: str = "-n 50") -> str:
    """The look at what the server's program logs, on the machine that has it; `options` are those of journalctl."""
    return commands.log(case, talk.listener(case, address), prefix=commands.prefix_to(case, address), options=options)


def place(case: Case, address: str) -> str:
    """`On 10.0.3.9: ` where commands about the server are for that machine; else nothing."""
    return commands.on(case, address)


def failures(case: Case) -> tuple[Talk, ...]:
    """The answers that say themselves that something failed, whatever is known of the cause."""
    return tuple(fact for _, fact, _ in with_status(case, *FAILURES)) if isinstance(case.target, TcpTarget) else ()


def with_status(case: Case, *statuses: int) -> Iterator[tuple[str, Talk, HttpAnswer]]:
    """The addresses that answer with one of these statuses."""
    for address, (fact, http) in https(case).items():
        if http.status in statuses:
            yield address, fact, http
