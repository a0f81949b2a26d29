"""What each source says about the name: the hosts file, the system, every nameserver; and where they differ."""

from collections.abc import Iterator
from typing import NamedTuple

from tui.diagnosis.readings import outcomes
from tui.model.address import ip_family
from tui.model.case import Case
from tui.model.facts import NameserverAnswer, SystemAnswer
from tui.model.requests import AskNameserver, ResolveSystem
from tui.model.target import TcpTarget, UnixTarget
from tui.report.words import listed, took
from tui.ui.rows.text import Line, Span, Tone, cells, columns, fit, line, muted
from tui.ui.snapshot import Snapshot

KIND, TTL = 4, 8
"""Widths of the columns that hold the record type and the time to live."""
WIDEST_SOURCE = 15
"""A longer nameserver address is cut; the line below the panels has all of it."""
WIDE_ENOUGH_FOR_TTL = 56
DIFFERS = "← differs"


class ResolverRow(NamedTuple):
    """A row: who said what."""

    key: str
    who: str
    kind: str
    answer: str
    tone: Tone
    ttl: str = ""
    round_trip: str = ""
    differs: bool = False
    detail: str = ""
    heading: bool = False
    """A name that was asked for, above its answers."""


def resolver(snapshot: Snapshot) -> list[ResolverRow]:
    """The rows, in the order in which a lookup here would ask."""
    case = snapshot.case
    if not isinstance(case.target, TcpTarget) or case.target.is_literal:
        return []
    return [*_hosts(case), *_system(snapshot), *_nameservers(snapshot)]


def empty_words(snapshot: Snapshot) -> str:
    """What to say if there are no rows."""
    target = snapshot.case.target
    if isinstance(target, UnixTarget):
        return "A socket in the file system has no name to resolve."
    return f"{target.host} is an address: there is no name to resolve." if target.is_literal else "Nothing has been asked yet."


def source_line(row: ResolverRow, width: int, rooms: tuple[int, int]) -> Line:
    """One row in `width` cells; `rooms` are the widths of the first and the last column."""
    if row.heading:
        return (muted(fit(row.who, width)),)
    first, last = rooms
    ttl = [(muted(row.ttl), TTL)] if width >= WIDE_ENOUGH_FOR_TTL else []
    remark = Span(DIFFERS, Tone.WARN) if row.differs else muted(row.round_trip)
    answer = max(width - first - KIND - last - 3 - (TTL + 1 if ttl else 0), 1)
    words = Span(row.answer, row.tone)
    parts: list[tuple[str | Span, int]] = [(row.who, first), (muted(row.kind), KIND), (words, answer), *ttl, (remark, last)]
    return columns(parts, right=frozenset({len(parts) - 1}))


def rooms_for(rows: list[ResolverRow]) -> tuple[int, int]:
    """The widths of the first column, with the source, and the last, with the round trip or a remark instead."""
    answers = [row for row in rows if not row.heading]
    source = max((cells(row.who) for row in answers), default=0)
    last = max((cells(DIFFERS) if row.differs else cells(row.round_trip) for row in answers), default=0)
    return min(source, WIDEST_SOURCE), last


def notes(snapshot: Snapshot) -> list[Line]:
    """The settings that decide how the name is completed, and in which order sources are asked."""
    sources = outcomes.name_sources(snapshot.case)
    if sources is None:
        return []
    search = f", search {listed(sources.search)}, ndots {sources.ndots}" if sources.search else ""
    return [line(muted(f"order: {' '.join(sources.nsswitch) or 'files dns'}{search}"))]


def _hosts(case: Case) -> Iterator[ResolverRow]:
    sources = outcomes.name_sources(case)
    if sources is None:
        return
    for entry in sources.hosts:
        where = f"{entry.path} line {entry.line}"
        yield ResolverRow(
            f"hosts {entry.path} {entry.line}", "hosts", "", entry.address, Tone.PLAIN, detail=f"{where}: {entry.text}"
        )
    if not sources.hosts:
        yield ResolverRow("hosts", "hosts", "", "no entry", Tone.MUTED, detail="No line of the hosts file has this name.")


def _system(snapshot: Snapshot) -> Iterator[ResolverRow]:
    answer = outcomes.system_answer(snapshot.case)
    if answer is None:
        if any(isinstance(request, ResolveSystem) for request in snapshot.under_way):
            yield ResolverRow("system", "system", "", "asking", Tone.MUTED)
        return
    words = listed(answer.addresses) or answer.error or "no address"
    tone = Tone.PLAIN if answer.addresses else Tone.BAD
    via = answer.source or ""
    yield ResolverRow("system", "system", "", words, tone, via, took(answer.took_ms), detail=_system_detail(answer))


def _system_detail(answer: SystemAnswer) -> str:
    parts = [
        answer.error_text,
        f"from {answer.source}" if answer.source else "",
        f"called {answer.canonical}" if answer.canonical else "",
    ]
    return " · ".join(part for part in (*parts, answer.command) if part)


def _nameservers(snapshot: Snapshot) -> Iterator[ResolverRow]:
    """Each name that a lookup would ask for, with what each server says about it; names asked only as a test come last."""
    case = snapshot.case
    answers = outcomes.nameserver_answers(case)
    asking = [request for request in snapshot.under_way if isinstance(request, AskNameserver)]
    sources = outcomes.name_sources(case)
    own = [outcomes.plain_name(name) for name in (sources.expansions if sources else ())] or [outcomes.plain_name(case.tcp.host)]
    asked = [*(answer.name for answer in answers), *(request.name for request in asking)]
    names = dict.fromkeys([*own, *map(outcomes.plain_name, asked)])
    for name in names:
        mine = [answer for answer in answers if outcomes.plain_name(answer.name) == name]
        done = {(answer.server, answer.port) for answer in mine}
        missing = [
            request
            for request in asking
            if outcomes.plain_name(request.name) == name and (request.server, request.port) not in done
        ]
        if (mine or missing) and name != outcomes.plain_name(case.tcp.host):
            yield ResolverRow(f"name {name}", name, "", "", Tone.MUTED, heading=True)
        for answer in mine:
            yield _answer(answer, differs=name in own and differs(answer, case))
        for request in missing:
            yield ResolverRow(f"{request.server} {request.port} {name}", request.server, "", "asking", Tone.MUTED)


def _answer(answer: NameserverAnswer, *, differs: bool) -> ResolverRow:
    nothing = answer.outcome == "answered" and answer.rcode in {None, "NOERROR"}
    tone = Tone.PLAIN if answer.addresses else Tone.MUTED if nothing else Tone.BAD
    alias = f"alias of {listed(answer.cnames)}" if answer.cnames else ""
    return ResolverRow(
        key=f"{answer.server} {answer.port} {answer.name} {answer.rtype} {answer.checking_disabled}",
        who=_server(answer),
        kind=answer.rtype,
        answer=answer_words(answer),
        tone=tone,
        ttl=f"ttl {answer.ttl_s}" if answer.ttl_s is not None else "",
        round_trip=took(answer.rtt_ms),
        differs=differs,
        detail=" · ".join(part for part in (answer.name, answer.detail, alias, answer.command) if part),
    )


def answer_words(answer: NameserverAnswer) -> str:
    """What one nameserver said, or how it failed, for a column."""
    if answer.outcome == "answered":
        nothing = "no such record" if answer.rcode in {None, "NOERROR"} else str(answer.rcode)
        return listed(answer.addresses) if answer.addresses else nothing
    return {"timeout": "no answer", "refused": "port closed"}.get(answer.outcome, answer.outcome)


def _server(answer: NameserverAnswer) -> str:
    return f"{answer.server}:{answer.port}" if answer.port != 53 else answer.server  # noqa: PLR2004 -- the port of the DNS (RFC 1035)


def differs(answer: NameserverAnswer, case: Case) -> bool:
    """Whether this server gives addresses, none of which programs here get."""
    system = outcomes.system_answer(case)
    if system is None or not answer.addresses:
        return False
    same_family = {address for address in system.addresses if (ip_family(address) == "IPv6") == (answer.rtype == "AAAA")}
    return bool(same_family) and not same_family & set(answer.addresses)
