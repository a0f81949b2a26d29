"""Readings of an HTTP answer: whether a proxy says that what it forwards to fails, in which way, and what that is.

Law: a status and a `Server:` line are a proxy's word, and no proof of how the upstream failed; its own log of that moment is, and
where it was read and says nothing, the answer may be the proxy's own. Where no log could be read, a walk of what its settings
lead to tells which of the ways it may be. An application can answer 502 and 504 as well: where it
says so itself, the failure is its own, or of what it asks.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from tui.diagnosis.hypothesis import Finding, claim, ruled_out, still_open
from tui.diagnosis.readings import commands, hosts, outcomes, replies, secure, talk
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.command_line import behind as prefixed
from tui.model.command_line import quoted
from tui.model.facts import HttpAnswer, Outcome, Service, Talk, Upstream, Upstreams
from tui.model.facts.error_text import ErrorClass
from tui.model.judgement import Culprit, Remedy, Status
from tui.model.requests import AnyRequest, FindUpstreams, ReadService

Kind = Literal["refused", "timeout", "closed", "unresolved"]
_NO_BACKEND = re.compile(
    r"no healthy upstream|no server is available to handle|upstream connect error|no available server"
    r"|service temporarily unavailable.{0,200}backend|default backend",
    re.IGNORECASE,
)
"""How Envoy, HAProxy and Traefik say in a 503 that none of their servers takes connections."""
_LINES: dict[Kind, re.Pattern[str]] = {
    "refused": re.compile(
        r"connect\(\) (?:to \S+ )?failed|connection refused|no live upstreams|attempt to connect to .{0,200} failed"
        r"|has no server available",
        re.IGNORECASE,
    ),
    "closed": re.compile(
        r"prematurely closed|connection reset by peer|error reading (?:status line )?from remote", re.IGNORECASE
    ),
    "unresolved": re.compile(r"host not found in upstream|could not be resolved|no such host", re.IGNORECASE),
    "timeout": re.compile(r"upstream timed out|timeout (?:specified has )?expired|i/o timeout|deadline exceeded", re.IGNORECASE),
}
"""How nginx, Apache, HAProxy, Caddy and Traefik log that what they forward to failed."""
_APPLICATIONS = re.compile(
    r"gunicorn|uvicorn|hypercorn|daphne|waitress|werkzeug|wsgiserver|cheroot|cherrypy|simplehttp|basehttp|python/|aiohttp|tornado"
    r"|twisted|puma|unicorn|webrick|thin |jetty|tomcat|coyote|glassfish|wildfly|express|php/|iis express|microsoft-httpapi",
    re.IGNORECASE,
)
"""`Server:` lines of servers that run applications, and lead no connection on by themselves."""
_PAGE_WRITERS = re.compile(r"nginx|openresty|tengine|apache(?!-coyote)|haproxy", re.IGNORECASE)
"""Proxies that never answer for themselves without a page of their own."""
_FRONTS = re.compile(r"caddy|envoy|traefik|varnish|squid|litespeed|cloudflare|awselb|gws|kong|microsoft-iis", re.IGNORECASE)
"""`Server:` lines of others that forward; some answer without a page."""
_BY_STATUS: dict[Kind, str] = {"refused": "refuses the connection, breaks it off, or is not found"}
"""What a status alone may mean."""
SAME_MOMENT_S = 65.0
"""A line this near to the request is about it, or about one that ended the same: Apache tries a backend that failed only after
60 s again, and logs no endpoint until then (mod_proxy, `retry`)."""
_LOGS = {
    "nginx": "tail -n 20 /var/log/nginx/error.log",
    "apache": "tail -n 20 /var/log/apache2/error.log",
    "squid": "tail -n 20 /var/log/squid/access.log",
}
_KINDS: dict[ErrorClass, Kind] = {
    "refused": "refused",
    "unreachable": "refused",
    "permission": "refused",
    "other": "refused",
    "timeout": "timeout",
    "reset": "closed",
    "dns": "unresolved",
}
"""How a log's line says that it ended; `other` is a socket that is not there."""
_BROKEN_OFF = frozenset({"server.closes-early", "port.wrong-protocol"})
"""What is behind a proxy that gets no answer to its request, though it connects."""
_AS_WALKED: dict[Outcome, Kind] = {
    Outcome.REFUSED: "refused",
    Outcome.REJECTED: "refused",
    Outcome.UNREACHABLE: "refused",
    Outcome.RESET: "closed",
    Outcome.CLOSED: "closed",
    Outcome.NAME_ERROR: "unresolved",
}
"""How a proxy would fail at what the walk behind it came to."""
GATEWAYS = frozenset({502, 503, 504})
"""RFC 9110, 15.6.3 to 15.6.5: what a proxy says of what is behind it, and an application of what it asks."""
_UPSTREAM = re.compile(r"\bupstream: \"(?:\w+://)?(?P<nginx>[^\s\"/]+)|\bdial tcp (?P<go>\S+?:\d+)\b")
"""Where nginx, and proxies in Go, name what they forward to."""


def speaks_of(case: Case, address: str, fact: Talk, http: HttpAnswer) -> Kind | None:
    """How what stands behind fails: by the proxy's own log of that moment, or else by its answer, and how that was found to be.

    None where nothing says so.
    """
    if is_an_applications(http) or http.status not in GATEWAYS:
        return None
    own = line(case, address, fact, http)
    if own:
        return own.kind
    said = None if log_is_silent(case) else _by_status(http)
    if said != "refused":
        return said
    return None if _works_when_walked(case) else _as_walked(case) or said


def _as_walked(case: Case) -> Kind | None:
    """Which of the kinds that a 502 may be of, by what was found behind; None where that was not walked, or tells nothing."""
    if case.ahead is None:
        return None
    return "closed" if case.ahead.cause in _BROKEN_OFF else _AS_WALKED.get(case.ahead.outcome)


def _works_when_walked(case: Case) -> bool:
    return case.ahead is not None and case.ahead.status is Status.REACHABLE


def connects_behind(case: Case, address: str, fact: Talk, http: HttpAnswer) -> bool:
    """Whether a front speaks of what it forwards to, and that was walked and works, while no log says how it failed."""
    if not _works_when_walked(case) or is_an_applications(http) or _by_status(http) != "refused":
        return False
    return not log_is_silent(case) and line(case, address, fact, http) is None


def _by_status(http: HttpAnswer) -> Kind | None:
    if http.status == 504:  # noqa: PLR2004 -- Gateway Timeout
        return "timeout"
    if http.status == 502:  # noqa: PLR2004 -- Bad Gateway
        return "refused"
    return "refused" if _NO_BACKEND.search(f"{http.reason} {http.words}") else None


def is_an_applications(http: HttpAnswer) -> bool:
    """Whether an application answers: it says so in its `Server:` line, or the proxy that is named there has written no page."""
    without_a_page = http.method == "GET" and not http.words and _PAGE_WRITERS.search(http.server)
    return bool(_APPLICATIONS.search(http.server) or without_a_page)


def may_be_a_front(http: HttpAnswer) -> bool:
    """Whether what answers forwards to others, by its `Server:` line; one that says nothing may."""
    return not http.server or bool(_PAGE_WRITERS.search(http.server) or _FRONTS.search(http.server))


class OwnLine(NamedTuple):
    """What the proxy's log says of that moment."""

    fact: Upstreams | Service
    kind: Kind
    text: str
    upstream: Upstream | None
    """What it names, where that was read."""


def line(case: Case, address: str, fact: Talk, http: HttpAnswer) -> OwnLine | None:
    """The proxy's own line of that moment about what it forwards to, where its log could be read."""
    then = secure.moment(fact.at)
    for known in reversed(_of_port(case)):
        for logged in reversed(known.logged):
            how = _KINDS.get(logged.failure or "other")
            if how and _is_about(case, logged, http) and logged.at is not None and _is_near(logged.at, then):
                return OwnLine(known, how, logged.line, logged)
    row = talk.listener(case, address)
    for service in reversed(case.all(Service)):
        for entry in reversed(service.log if row and service.name == row.unit else ()):
            how = next((kind for kind, pattern in _LINES.items() if pattern.search(entry.text)), None)
            if how and (entry.at is None or _is_near(entry.at, then)):
                return OwnLine(service, how, entry.text, None)
    return None


def _is_about(case: Case, logged: Upstream, http: HttpAnswer) -> bool:
    """Whether a line is about such a request as was made: for this host and path, as far as it names them."""
    return logged.asked in {None, http.path} and logged.site in {None, case.tcp.label, case.tcp.host}


def log_is_silent(case: Case) -> bool:
    """Whether the log of what answers was read, and has no line of that moment about anything behind it."""
    return any(known.logs for known in _of_port(case))


def behind(case: Case) -> tuple[Upstream, Upstreams] | None:
    """The service behind a failing answer of this machine: by its proxy's log, or the only one that its settings name."""
    for address, (fact, http) in replies.https(case).items():
        if http.status not in replies.FAILURES:
            continue
        own = line(case, address, fact, http)
        if own:
            return (own.upstream, own.fact) if own.upstream and isinstance(own.fact, Upstreams) else None
        only = [(known.configured[0], known) for known in _of_port(case) if len(known.configured) == 1]
        if only:
            return only[-1]
    return None


def led_to(case: Case) -> tuple[Upstream, ...]:
    """What the settings of the program that answers lead its port to."""
    return next((known.configured for known in reversed(_of_port(case))), ())


def check_of(case: Case, upstream: Upstream) -> str:
    """The check of a service behind the target; empty where nothing names its port."""
    text = text_of(upstream, case.tcp.asks_for)
    return f"refused check {quoted(text)}" if text else ""


def text_of(upstream: Upstream, asks_for: str = "/") -> str:
    """What is to be checked, as a person would type it; empty where the log names no port."""
    if upstream.path:
        return upstream.path
    if not upstream.host or not upstream.port:
        return ""
    web = upstream.scheme if upstream.scheme in replies.WEB_SCHEMES else None
    where = endpoint(upstream.host, upstream.port)
    return f"{web}://{where}{asks_for}" if web else where


def _of_port(case: Case) -> tuple[Upstreams, ...]:
    return tuple(known for known in case.all(Upstreams) if known.port == case.tcp.port)


def _is_near(at: float, then: datetime | None) -> bool:
    return then is None or abs(at - then.timestamp()) <= SAME_MOMENT_S


def log(case: Case, address: str, http: HttpAnswer) -> str:
    """The command that shows the proxy's own log of that moment: where it writes to, or by the name it gives itself."""
    written = next((known.command for known in reversed(_of_port(case)) if known.command), "")
    known = written or next((command for name, command in _LOGS.items() if name in http.server.lower()), None)
    if known:
        return prefixed(commands.prefix_to(case, address), known)
    return replies.log(case, address, "-n 20")


def _on_to(case: Case, own: OwnLine | None) -> str:
    """The check of what is behind it; empty where nothing names it."""
    known = behind(case)
    if known:
        return check_of(case, known[0])
    match = _UPSTREAM.search(own.text) if own else None
    return f"refused check {quoted(match['nginx'] or match['go'])}" if match else ""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, the question that the target asks, and of what then speaks of others its log and settings."""
    yield from talk.needs(case)
    for address, (_, http) in replies.https(case).items():
        row = talk.listener(case, address)
        if row is None or http.status not in replies.FAILURES:
            continue
        table = hosts.table(case, address)
        vantage = table.vantage if table else None
        if not vantage and (row.pid or row.process is None):
            path = case.tcp.asks_for.partition("?")[0]
            yield FindUpstreams(address=address, port=case.tcp.port, host=case.tcp.host, path=path, pid=row.pid, unit=row.unit)
        if row.unit and (vantage or not row.pid) and http.status in GATEWAYS and not is_an_applications(http):
            yield ReadService(name=row.unit, port=case.tcp.port, vantage=vantage)


def finding(case: Case, wanted: Kind, how: str, example: str) -> Finding:
    """What a proxy's answer says of what is behind it; `example` is how its log puts it. Without that log it is not sure."""
    nothing = replies.no_http(case)
    if nothing:
        return nothing
    answers = replies.https(case)
    address = next((each for each, answer in answers.items() if speaks_of(case, each, *answer) == wanted), None)
    if address is None:
        return _no_such_word(case, answers, wanted)
    fact, http = answers[address]
    command, who = log(case, address, http), replies.server_words(case, address, http)
    own = line(case, address, fact, http)
    quote = f" Its log says: `{own.text}`." if own else ""
    how = how if own or _as_walked(case) else _BY_STATUS.get(wanted, how)
    known = behind(case)
    named = f", {_label(known[0])}," if known else ""
    return claim(
        f"{who} answers {http.asked} with {replies.quoted(http)}: it is a proxy, and what it forwards to{named} {how}.{quote}",
        *outcomes.ids(fact, own.fact if own else known[1] if known else None),
        reason=f"It answers {http.status_line}, which speaks of what it forwards to{_borne_out(case, own)}.",
        missing="" if own else f"Its own log of that moment, which names the upstream and how it failed: `{command}`.",
        culprit=_culprit(known[0]) if own and known else replies.culprit(case, address),
        refuted_by=f"A line of its log that says otherwise, or another answer to {http.asked}.",
        remedies=(*(() if own and known else (_read(case, address, command, example),)), _go_on(case, own)),
    )


def _borne_out(case: Case, own: OwnLine | None) -> str:
    if own:
        return ", as its own log does"
    return "; that was walked as well" if case.ahead else ""


def _read(case: Case, address: str, command: str, example: str) -> Remedy:
    return Remedy(
        do=commands.opening(commands.on(case, address), f"Read the proxy's log: it names the upstream, as in `{example}`."),
        command=command,
        verify="The line names an address and a port.",
    )


def _go_on(case: Case, own: OwnLine | None) -> Remedy:
    return Remedy(
        do="Go on at what it forwards to, from the machine that the proxy runs on: `refused check` with what its log names.",
        command=_on_to(case, own),
        verify=f"`refused check {quoted(case.target.text)}` is reachable.",
    )


def _no_such_word(case: Case, answers: dict[str, tuple[Talk, HttpAnswer]], wanted: Kind) -> Finding:
    """Why nothing is said of what is behind: the proxy says nothing of it, or its log or a walk does not bear its answer out."""
    answered = outcomes.ids(*(fact for fact, _ in answers.values()))
    for address, (fact, http) in answers.items():
        if connects_behind(case, address, fact, http):
            return _works_behind(case, address, http, wanted)
    doubted = [
        http
        for address, (fact, http) in answers.items()
        if not is_an_applications(http) and _by_status(http) and not line(case, address, fact, http)
    ]
    if doubted and log_is_silent(case):
        reason = f"It answers {doubted[0].status_line}, and its log has no line of that moment about anything behind it."
        return still_open(reason, *answered, *outcomes.ids(*_of_port(case)))
    return ruled_out("No proxy says so of what is behind it.", *answered)


def _works_behind(case: Case, address: str, http: HttpAnswer, wanted: Kind) -> Finding:
    """It may keep an address that a name no longer has, not understand the answer, or what is behind has recovered."""
    known = behind(case)
    where = f", {_label(known[0])}," if known else ""
    reason = f"It answers {http.status_line}, and what its settings lead to{where} connects when it is asked directly."
    return still_open(
        reason,
        *outcomes.ids(*replies.https(case)[address][:1], *_of_port(case)),
        next_check=f"Its own log of that moment says why it failed there: `{log(case, address, http)}`.",
        summary=reason if wanted == "refused" else "",
    )


def _label(upstream: Upstream) -> str:
    return upstream.path or (endpoint(upstream.host or "?", upstream.port) if upstream.port else upstream.host or "?")


def _culprit(upstream: Upstream) -> Culprit:
    if upstream.path:
        return Culprit(kind="file", path=upstream.path)
    if upstream.host and upstream.port:
        return Culprit(kind="address", address=upstream.host, port=upstream.port)
    return Culprit(kind="name", name=upstream.host or "?")
