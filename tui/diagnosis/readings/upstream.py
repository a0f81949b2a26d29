"""Readings of an HTTP answer: whether a proxy says that what it forwards to fails, and in which way.

Law: a status and a `Server:` line are a proxy's word, and no proof of how the upstream failed; its own log is. An application
can answer 502 and 504 as well: where it says so itself, the failure is its own, or of what it asks.
"""

import re
from collections.abc import Iterator
from typing import Literal

from tui.diagnosis.hypothesis import Finding, claim, ruled_out
from tui.diagnosis.readings import commands, hosts, outcomes, replies, secure, talk
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import HttpAnswer, LogLine, Service, Talk
from tui.model.judgement import Remedy
from tui.model.requests import AnyRequest, ReadService

Kind = Literal["refused", "timeout"]
_NO_BACKEND = re.compile(
    r"no healthy upstream|no server is available to handle|upstream connect error|no available server"
    r"|service temporarily unavailable.{0,200}backend|default backend",
    re.IGNORECASE,
)
"""How Envoy, HAProxy and Traefik say in a 503 that none of their servers takes connections."""
_LINES: dict[Kind, re.Pattern[str]] = {
    "refused": re.compile(
        r"connect\(\) (?:to \S+ )?failed|connection refused|prematurely closed|host not found in upstream|no live upstreams"
        r"|could not be resolved|attempt to connect to .* failed|has no server available",
        re.IGNORECASE,
    ),
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
SAME_MOMENT_S = 30.0
"""A line this near to the request is about it, or about one that ended the same."""
_LOGS = {
    "nginx": "tail -n 20 /var/log/nginx/error.log",
    "apache": "tail -n 20 /var/log/apache2/error.log",
    "squid": "tail -n 20 /var/log/squid/access.log",
}
_UPSTREAM = re.compile(r"\bupstream: \"(?:\w+://)?(?P<nginx>[^\s\"/]+)|\bdial tcp (?P<go>\S+?:\d+)\b")
"""Where nginx, and proxies in Go, name what they forward to."""


def kind(http: HttpAnswer) -> Kind | None:
    """Whether the answer speaks of what stands behind: it does not take connections or breaks them off, or answers too late."""
    if is_an_applications(http):
        return None
    if http.status == 504:  # noqa: PLR2004 -- Gateway Timeout (RFC 9110, 15.6.5)
        return "timeout"
    if http.status == 502:  # noqa: PLR2004 -- Bad Gateway (RFC 9110, 15.6.3)
        return "refused"
    no_backend = http.status == 503 and _NO_BACKEND.search(f"{http.reason} {http.words}")  # noqa: PLR2004
    return "refused" if no_backend else None


def is_an_applications(http: HttpAnswer) -> bool:
    """Whether an application answers: it says so in its `Server:` line, or the proxy that is named there has written no page."""
    without_a_page = http.method == "GET" and not http.words and _PAGE_WRITERS.search(http.server)
    return bool(_APPLICATIONS.search(http.server) or without_a_page)


def line(case: Case, address: str, fact: Talk, wanted: Kind) -> tuple[Service, LogLine] | None:
    """The proxy's own line of that moment about what it forwards to, where its log could be read."""
    row, then = talk.listener(case, address), secure.moment(fact.at)
    unit = row.unit if row else None
    for service in reversed(case.all(Service)):
        for entry in reversed(service.log if service.name == unit else ()):
            near = entry.at is None or then is None or abs(entry.at - then.timestamp()) <= SAME_MOMENT_S
            if near and _LINES[wanted].search(entry.text):
                return service, entry
    return None


def log(case: Case, address: str, http: HttpAnswer) -> str:
    """The command that shows the proxy's own log of that moment, by the name it gives itself."""
    known = next((command for name, command in _LOGS.items() if name in http.server.lower()), None)
    if known:
        return behind(commands.prefix_to(case, address), known)
    return replies.log(case, address, "-n 20")


def _on_to(line: str) -> str:
    """The check of what a proxy's own line names; empty where it names nothing."""
    match = _UPSTREAM.search(line)
    return f"refused check {quoted(match['nginx'] or match['go'])}" if match else ""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, and the question that the target asks."""
    yield from talk.needs(case)
    for address, (_, http) in replies.https(case).items():
        row = talk.listener(case, address)
        if kind(http) and row and row.unit:
            table = hosts.table(case, address)
            yield ReadService(name=row.unit, port=case.tcp.port, vantage=table.vantage if table else None)


def finding(case: Case, wanted: Kind, behind: str, example: str) -> Finding:
    """What a proxy's answer says of what is `behind` it; `example` is how its log puts it. Without that log it is not sure."""
    nothing = replies.no_http(case)
    if nothing:
        return nothing
    answers = replies.https(case)
    address = next((address for address, (_, http) in answers.items() if kind(http) == wanted), None)
    if address is None:
        answered = outcomes.ids(*(fact for fact, _ in answers.values()))
        return ruled_out("No proxy says so of what is behind it.", *answered)
    fact, http = answers[address]
    command, who = log(case, address, http), replies.server_words(case, address, http)
    own = line(case, address, fact, wanted)
    quote = f" Its log says: `{own[1].text}`." if own else ""
    return claim(
        f"{who} answers {http.asked} with {replies.quoted(http)}: it is a proxy, and {behind}.{quote}",
        *outcomes.ids(fact, own[0] if own else None),
        reason=f"It answers {http.status_line}, which speaks of what it forwards to{', as its own log does' if own else ''}.",
        missing="" if own else f"Its own log of that moment, which names the upstream and how it failed: `{command}`.",
        culprit=replies.culprit(case, address),
        refuted_by=f"A line of its log that says otherwise, or another answer to {http.asked}.",
        remedies=(
            Remedy(
                do=commands.opening(
                    commands.on(case, address), f"Read the proxy's log: it names the upstream, as in `{example}`."
                ),
                command=command,
                verify="The line names an address and a port.",
            ),
            Remedy(
                do="Then go on there, from the machine that the proxy runs on: `refused check` with what it names.",
                command=_on_to(own[1].text if own else ""),
                verify=f"`refused check {quoted(case.target.text)}` is reachable.",
            ),
        ),
    )
