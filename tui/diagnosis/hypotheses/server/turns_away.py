"""It answers, and says no in its own words.

A client with credentials may get in where the words only ask for them: 401, 403 and NOAUTH turn nobody away for good.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, not_looked_at, not_relevant, ruled_out, still_open
from tui.diagnosis.readings import checks, commands, either_kind, hosts, outcomes, replies, talk, unix_sockets
from tui.diagnosis.readings.talk import Words
from tui.model.case import Case
from tui.model.command_line import behind, quoted
from tui.model.facts import Attempt, HttpAnswer, Talk
from tui.model.judgement import Culprit, Remedy
from tui.model.protocols import label_of
from tui.model.requests import AnyRequest
from tui.model.target import UnixTarget

_NO_BY_STATUS = {
    407: "it is a proxy, and wants credentials for itself (Proxy-Authenticate)",
    421: "it does not serve that name on this connection (Misdirected Request)",
    429: "it has had too many requests from this client",
}
"""RFC 9110, 15.5.8 and 15.5.20; RFC 6585, 4."""
_WANT_CREDENTIALS = (401, 403)


class Setting(NamedTuple):
    """The one setting that some words mean, and how to look at it."""

    words: re.Pattern[str]
    name: str
    command: str = ""
    mend: str = ""
    """The change that lets this client in again."""


_SETTINGS = (
    Setting(
        re.compile(r"max(?:imum)? number of clients", re.IGNORECASE), "`maxclients` of Redis", "redis-cli CONFIG GET maxclients"
    ),
    Setting(
        re.compile(r"protected mode", re.IGNORECASE),
        "`protected-mode` of Redis: it lets in other machines once it has a password (`requirepass`) or an address to `bind`",
        "redis-cli CONFIG GET protected-mode",
    ),
    Setting(
        re.compile(r"is blocked because of many connection errors|is blocked,", re.IGNORECASE),
        "`max_connect_errors` of MySQL; the count starts anew with FLUSH HOSTS",
        "mysql -e 'SELECT ip, host, sum_connect_errors FROM performance_schema.host_cache'",
        "mysqladmin flush-hosts",
    ),
    Setting(
        re.compile(r"^(?:error 1130: )?Host .* is not allowed to connect", re.IGNORECASE),
        "the accounts of MySQL: none may come from this client's host",
        "mysql -e 'SELECT user, host FROM mysql.user'",
    ),
    Setting(re.compile(r"error 1040: |Too many connections", re.IGNORECASE), "`max_connections` of MySQL"),
    Setting(
        re.compile(r"no pg_hba\.conf entry", re.IGNORECASE),
        "`pg_hba.conf` of PostgreSQL: a line for this host, user and database",
    ),
    Setting(
        re.compile(r"too many clients already|remaining connection slots", re.IGNORECASE),
        "`max_connections` of PostgreSQL",
        "psql -c 'SHOW max_connections'",
    ),
    Setting(re.compile(r"Exceeded MaxStartups", re.IGNORECASE), "`MaxStartups` of sshd", "sshd -T | grep -i maxstartups"),
    Setting(
        re.compile(r"Not allowed at this time", re.IGNORECASE), "`PerSourcePenalties` of sshd", "sshd -T | grep -i persource"
    ),
    Setting(re.compile(r"Too many open connections", re.IGNORECASE), "`-c`, the number of connections of memcached"),
)
"""Only where the words leave no doubt: each stands in one program's source."""


def needs(case: Case) -> Iterator[AnyRequest]:
    """Attempts, the socket table, a first request to what connects, and the process behind words that say no."""
    yield from checks.basics(case)
    yield from checks.tables(case)
    yield from talk.checks(case)
    for address in talk.rejections(case):
        yield from talk.process_checks(case, address)


def judge(case: Case) -> Finding:
    """Its own words, or an HTTP status that says no."""
    words = talk.rejections(case)
    if words:
        return _by_words(case, words)
    for address, fact, http in replies.with_status(case, *_NO_BY_STATUS):
        return _by_status(case, address, fact, http)
    for _, fact, http in replies.with_status(case, *_WANT_CREDENTIALS):
        wants = f" It wants credentials ({http.wants})." if http.wants else ""
        return still_open(f"{http.asked} is answered {http.status_line}, without credentials.{wants}", *outcomes.ids(fact))
    if not either_kind.latest(case):
        return not_looked_at("Nothing has been tried yet.")
    heard = [reply.fact for address in either_kind.latest(case) for reply in talk.words(case, address)]
    if heard:
        return ruled_out("Its words turn nobody away.", *outcomes.ids(*heard))
    return not_relevant("It has not said anything.")


def _by_words(case: Case, rejection: dict[str, Words]) -> Finding:
    address, words = next(iter(rejection.items()))
    row = talk.listener(case, address)
    who = "The server" if row is None or not row.process else hosts.owner(row)
    setting = next((known for known in _SETTINGS if known.words.search(words.rejection)), None)
    as_whom = f", as {label_of(words.protocols)}" if words.protocols else ""
    return claim(
        f"{who} on {case.target.label} accepts the connection and turns it away: `{words.rejection}`.",
        *outcomes.ids(*(heard.fact for heard in rejection.values()), talk.process(case, address)),
        reason=f"It says so itself{as_whom}.{talk.descriptors(case, address)}",
        explains=rejection.keys() & either_kind.failing(case).keys(),
        culprit=_culprit(case, address),
        refuted_by="An attempt in which it does not say so.",
        remedies=tuple(_remedies(case, address, setting)),
    )


def _by_status(case: Case, address: str, fact: Talk, http: HttpAnswer) -> Finding:
    later = f" It may be asked again after {http.retry_after}." if http.retry_after else ""
    return claim(
        f"{replies.server_words(case, address, http)} turns {http.asked} away: {replies.quoted(http)}; "
        f"{_NO_BY_STATUS[http.status]}.",
        *outcomes.ids(fact),
        reason=f"It answers {http.status_line} in its own words.{later}",
        missing=replies.same_for_a_client(case),
        culprit=_culprit(case, address),
        refuted_by=f"Another answer to {http.asked}.",
        remedies=tuple(_remedies(case, address, None)),
    )


def _culprit(case: Case, address: str) -> Culprit:
    if isinstance(case.target, UnixTarget):
        return Culprit(kind="file", path=case.target.text)
    return replies.culprit(case, address)


def _remedies(case: Case, address: str, setting: Setting | None) -> Iterator[Remedy]:
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    place = "" if isinstance(case.target, UnixTarget) else commands.on(case, address)
    if setting:
        prefix = None if isinstance(case.target, UnixTarget) else commands.prefix_to(case, address)
        yield Remedy(
            do=commands.opening(place, f"Look at {setting.name}."), command=behind(prefix, setting.command), verify=works
        )
        if setting.mend:
            yield Remedy(
                do=commands.opening(place, "Once the reason is gone, let it begin anew."),
                command=behind(prefix, setting.mend),
                changes=True,
                verify=works,
            )
    else:
        yield Remedy(do="Do what its words ask for: let it accept this client, or give it less to do.", verify=works)
    yield Remedy(
        do=commands.opening(place, "Read what it logs at the moment of an attempt."),
        command=unix_sockets.log(case) if isinstance(case.target, UnixTarget) else replies.log(case, address),
        verify="The log names the reason.",
    )


HYPOTHESIS = Hypothesis(
    place=75,
    onset="change",
    title="lets us in",
    question="Does the server let this client in?",
    why="A server that is full, or does not want this client, says so before it hangs up; programs often hide its words.",
    meaning="It answers, and says no in its own words: it is full, or does not want this client.",
    proof="The words with which it turns us away, whole; or an HTTP status that says no: 407, 421, 429.",
    mistaken_for=("server.closes-early", "port.wrong-protocol"),
    supersedes=frozenset({"server.closes-early"}),
    transports=frozenset({"tcp", "unix"}),
    shown_by=(Attempt, Talk),
    looks=(),
    needs=needs,
    judge=judge,
)
