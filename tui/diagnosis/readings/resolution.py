"""Readings that the causes of `name` share: what each nameserver answered for each name that a lookup tries.

Answers with the CD bit are left out: they are a test of DNSSEC, not what programs get.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from tui.diagnosis.hypothesis import not_looked_at, not_relevant
from tui.diagnosis.readings import outcomes
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import HostsEntry, NameserverAnswer, NameSources, Outcome, TcpAttempt
from tui.model.judgement import Judgement
from tui.model.nameserver import Nameserver
from tui.model.protocols import meant_protocol, protocols_labelled
from tui.model.requests import Connect

MOST_OTHERS = 4
"""At most this many addresses that the client would not have used are tried: one that connects is enough."""
HARD_ERRORS = frozenset({"EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY"})
"""What getaddrinfo says when its sources answered and had no address (gai_strerror(3)); the others mean trouble."""
DNS_SOURCES = frozenset({"dns", "resolve"})
"""The nsswitch sources that ask the DNS: glibc's own and systemd-resolved's (nss-resolve(8))."""
WRONG_MACHINE = frozenset(
    {
        "name.dead-address",
        "path.filtered",
        "path.host-unreachable",
        "path.no-route",
        "path.rejected",
        "port.udp-only",
        "port.wrong-port",
        "server.bound-elsewhere",
        "server.closes-early",
        "server.crashed",
        "server.down",
        "server.not-listening",
        "server.other-namespace",
        "server.unresponsive",
    }
)
"""What can be wrong with the machine that a wrong name leads to: true of that machine, and not what has to be fixed."""
_ENDS_UNFOUND = frozenset({"[NOTFOUND=return]", "[!UNAVAIL=return]"})
"""The usual actions that end a lookup at a source that has not found the name."""
_NO_ANSWER = frozenset({"timeout", "refused", "unreachable"})


class NameserverAnswers(StrEnum):
    """What one nameserver says about one name, its A and AAAA answers together."""

    ADDRESSES = "addresses"
    NXDOMAIN = "nxdomain"
    NO_DATA = "no data"
    FAILURE = "failure"
    SILENCE = "silence"
    UNCLEAR = "unclear"
    """Some of it is missing."""


class Word(Struct, frozen=True, kw_only=True):
    """The answers of one nameserver about one name."""

    name: str
    answers: tuple[NameserverAnswer, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address in the answers."""
        return tuple(dict.fromkeys(address for answer in self.answers for address in answer.addresses))

    @property
    def result(self) -> NameserverAnswers:
        """The answers in one word; an address outweighs all, a failure outweighs an empty answer."""
        if self.addresses:
            return NameserverAnswers.ADDRESSES
        if any(answer.outcome == "answered" and answer.rcode == "NXDOMAIN" for answer in self.answers):
            return NameserverAnswers.NXDOMAIN
        if any(failed(answer) for answer in self.answers):
            return NameserverAnswers.FAILURE
        if all(answer.outcome in _NO_ANSWER for answer in self.answers):
            return NameserverAnswers.SILENCE
        empty = {answer.rtype for answer in self.answers if answer.outcome == "answered" and not answer.truncated}
        return NameserverAnswers.NO_DATA if empty == {"A", "AAAA"} else NameserverAnswers.UNCLEAR


class NameserverRecord(Struct, frozen=True, kw_only=True):
    """One nameserver and its words, in the order in which a lookup tries the names."""

    address: str
    port: int
    configured: bool
    words: tuple[Word, ...]

    @property
    def label(self) -> str:
        """The address, with the port where it is not 53."""
        return Nameserver(address=self.address, port=self.port).label

    @property
    def answers(self) -> tuple[NameserverAnswer, ...]:
        """All of its answers."""
        return tuple(answer for word in self.words for answer in word.answers)

    @property
    def silent(self) -> bool:
        """Whether it answered nothing at all."""
        return all(word.result is NameserverAnswers.SILENCE for word in self.words)

    @property
    def resolved(self) -> Word | None:
        """The first word with an address: where a lookup that asks this server ends."""
        return next((word for word in self.words if word.result is NameserverAnswers.ADDRESSES), None)

    @property
    def denies(self) -> bool:
        """Whether it says of every name that there is no address."""
        return all(word.result in {NameserverAnswers.NXDOMAIN, NameserverAnswers.NO_DATA} for word in self.words)


def failed(answer: NameserverAnswer) -> bool:
    """Whether the server answered and could or would not help: SERVFAIL, REFUSED, NOTIMP, nonsense (RFC 1035, 4.1.1)."""
    return answer.outcome == "malformed" or (answer.outcome == "answered" and answer.rcode not in {None, "NOERROR", "NXDOMAIN"})


def settled(case: Case) -> Judgement | None:
    """The judgement that holds for every cause of this group where there is no name, or no lookup yet; else None."""
    if case.tcp.is_literal:
        return not_relevant("The target is an address, not a name.")
    return None if outcomes.system_answer(case) else not_looked_at("The name has not been looked up yet.")


def candidates(case: Case) -> tuple[str, ...]:
    """The full names that a lookup tries, in order."""
    sources = outcomes.name_sources(case)
    return (sources.expansions if sources else ()) or (case.tcp.host,)


def deciding(case: Case) -> tuple[str, ...]:
    """The names whose answers decide the lookup's error: the one typed where it is asked first, else all of them.

    As in glibc's res_search: the answer for the name itself outweighs those that the search list brings after it.
    """
    tried = candidates(case)
    return tried[:1] if outcomes.plain_name(tried[0]) == outcomes.plain_name(case.tcp.host) else tried


def nameservers(case: Case, *, configured: bool | None = None) -> tuple[NameserverRecord, ...]:
    """Every nameserver that was asked for the target's name, the configured ones first, in their order."""
    asked: dict[tuple[str, int, bool], dict[str, list[NameserverAnswer]]] = {}
    for name in candidates(case):
        for answer in outcomes.nameserver_answers(case, name=name, configured=configured):
            if not answer.checking_disabled:
                asked.setdefault((answer.server, answer.port, answer.configured), {}).setdefault(name, []).append(answer)
    order = _order(outcomes.name_sources(case))
    records = [
        NameserverRecord(
            address=address,
            port=port,
            configured=ours,
            words=tuple(Word(name=name, answers=tuple(answers)) for name, answers in words.items()),
        )
        for (address, port, ours), words in asked.items()
    ]
    return tuple(
        sorted(
            records,
            key=lambda record: (
                not record.configured,
                order.get((record.address, record.port), len(order)),
                record.address,
                record.port,
            ),
        )
    )


def _order(sources: NameSources | None) -> dict[tuple[str, int], int]:
    servers = sources.servers if sources else ()
    return {(server.address, server.port): position for position, server in enumerate(servers)}


def unasked(case: Case) -> bool:
    """Whether a configured nameserver's answer is still missing."""
    asked = {(record.address, record.port) for record in nameservers(case, configured=True)}
    return not set(_order(outcomes.name_sources(case))) <= asked


def asks_dns(case: Case) -> bool:
    """Whether programs here ask the DNS at all (nsswitch.conf(5)); True while that is not known."""
    sources = outcomes.name_sources(case)
    return sources is None or not sources.nsswitch or bool(DNS_SOURCES & set(sources.nsswitch))


class LeftOut(Struct, frozen=True):
    """A source that would know the name, and that the `hosts:` line keeps from being asked."""

    source: Literal["files", "dns", "dns-after-mdns"]
    words: str
    """As a part of a sentence."""


def left_out(case: Case) -> LeftOut | None:
    """What the `hosts:` line leaves out that would know the name; None where there is no such source."""
    sources = outcomes.name_sources(case)
    words = sources.nsswitch if sources else ()
    if sources is None or not words:
        return None
    if sources.hosts and "files" not in words:
        first_entry = sources.hosts[0]
        return LeftOut("files", f"it does not ask files, and {first_entry.path} has the name in line {first_entry.line}")
    servers = nameservers(case)
    if not asks_dns(case):
        return None if servers and all(record.denies for record in servers) else LeftOut("dns", "it does not ask the DNS")
    if not (outcomes.plain_name(case.tcp.host).endswith(".local") and any(record.resolved for record in servers)):
        return None
    first = next(position for position, word in enumerate(words) if word in DNS_SOURCES)
    stops = any(word.startswith("mdns") and words[position + 1] in _ENDS_UNFOUND for position, word in enumerate(words[:first]))
    return LeftOut("dns-after-mdns", "for .local it asks mDNS and stops there") if stops else None


def hosts_entries(case: Case) -> dict[str, HostsEntry]:
    """The hosts file's addresses for the name, each with the first line that gives it."""
    sources = outcomes.name_sources(case)
    entries: dict[str, HostsEntry] = {}
    for entry in sources.hosts if sources else ():
        entries.setdefault(entry.address, entry)
    return entries


def other_attempts(case: Case) -> dict[str, TcpAttempt]:
    """The newest attempt on each address that the client would not have used."""
    return {
        attempt.address: attempt
        for attempt in case.all(TcpAttempt)
        if attempt.purpose == "other-address" and attempt.port == case.tcp.port
    }


def try_others(case: Case, addresses: tuple[str, ...]) -> Iterator[Connect]:
    """One attempt on each of the first few other addresses, once one in use has failed."""
    if outcomes.failing(case):
        for address in addresses[:MOST_OTHERS]:
            yield Connect(address=address, port=case.tcp.port, purpose="other-address", timeout_s=case.options.timeout_s)


def split(case: Case, others: tuple[str, ...]) -> tuple[list[TcpAttempt], list[TcpAttempt]]:
    """The attempts on `others` that connected, and those that failed or met a service that is not meant."""
    tried = [attempt for address, attempt in other_attempts(case).items() if address in others]
    good = [attempt for attempt in tried if attempt.outcome is Outcome.CONNECTED and not _greets_otherwise(case, attempt)]
    return good, [attempt for attempt in tried if attempt not in good]


def how_it_fails(attempt: TcpAttempt) -> str:
    """Why an attempt that `split` has among the failed ones is no help: `which fails as well`, or what greets there."""
    if attempt.outcome is Outcome.CONNECTED:
        return f"where another service is: it greets as {attempt.protocol}"
    return "which fails as well"


def _greets_otherwise(case: Case, attempt: TcpAttempt) -> bool:
    """Whether what connects greets in another protocol than the target's: it can't be the service that is meant."""
    kind, greeting = meant_protocol(case.tcp), protocols_labelled(attempt.protocol)
    return bool(kind and kind.by != "usual" and greeting and not {kind.protocol, kind.inner} & set(greeting))


def doubt(case: Case, server: str, address: str, why: str) -> str:
    """What is missing for another nameserver's address to be the right one; nothing where the person named that server.

    `why` is a clause: the difference may be there on purpose, and the service at `address` be down.
    """
    if server in {nameserver.address for nameserver in case.options.nameservers}:
        return ""
    return (
        f"Whether {why}, and the service at {address} is down: who set it up knows. "
        f"If {server} is right, name it: `refused check {quoted(case.target.label)} --nameserver {server}`."
    )


def is_localhost(name: str) -> bool:
    """Whether the name stands for this machine itself (RFC 6761, 6.3), in the usual spellings of a hosts file."""
    plain = outcomes.plain_name(name)
    return plain in {"localhost", "ip6-localhost", "ip6-loopback", "localhost.localdomain"} or plain.endswith(".localhost")


def used_name(case: Case) -> str | None:
    """The full name that gave the addresses in use, if a nameserver's answer shows it; None for hosts, and where unknown."""
    system = outcomes.system_answer(case)
    if system is None or set(system.addresses) & set(hosts_entries(case)):
        return None
    canonical = outcomes.plain_name(system.canonical or "")
    tried = candidates(case)
    named = next((name for name in tried if outcomes.plain_name(name) == canonical), None)
    in_use = set(system.addresses)
    giving = {word.name for server in nameservers(case) for word in server.words if in_use & set(word.addresses)}
    return named or next((name for name in tried if name in giving), None)
