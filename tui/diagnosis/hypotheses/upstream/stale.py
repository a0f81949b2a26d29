"""A proxy keeps an address that the name of what it forwards to no longer has."""

from collections.abc import Iterator
from typing import NamedTuple

from tui.diagnosis.hypothesis import Finding, Hypothesis, claim, ruled_out, still_open
from tui.diagnosis.readings import commands, outcomes, replies, resolution, upstream
from tui.model.address import literal_address, same_address
from tui.model.case import Case
from tui.model.command_line import quoted
from tui.model.facts import HttpAnswer, SystemAnswer, Talk, Upstream, Upstreams
from tui.model.judgement import Culprit, Remedy
from tui.model.requests import AnyRequest, ResolveSystem


class Kept(NamedTuple):
    """The address that failed by the proxy's log, and the one setting with a name and the same port."""

    address: str
    talk: Talk
    http: HttpAnswer
    own: upstream.OwnLine
    used: str
    setting: Upstream


def needs(case: Case) -> Iterator[AnyRequest]:
    """What the proxy says of what is behind it, and the addresses that the name in its settings has now."""
    yield from upstream.needs(case)
    for kept in _kept(case):
        if kept.setting.host:
            yield ResolveSystem(name=kept.setting.host)


def judge(case: Case) -> Finding:
    """The log's address against the answer of today."""
    nothing = replies.no_http(case)
    if nothing:
        return nothing
    answered = outcomes.ids(*(fact for fact, _ in replies.https(case).values()))
    kept = next(_kept(case), None)
    if kept is None:
        named = _works_by_its_name(case)
        if named:
            return named
        return ruled_out("Nothing says that a proxy uses an address of a name that it leads to.", *answered)
    name = kept.setting.host or ""
    now = next((answer for answer in reversed(case.all(SystemAnswer)) if outcomes.plain_name(answer.name) == name), None)
    if now is None or not now.addresses:
        return still_open(f"The addresses of {name} are not known.", *answered)
    if any(same_address(kept.used, address) for address in now.addresses):
        return ruled_out(f"{name} has the address {kept.used}, which the proxy uses.", *outcomes.ids(kept.own.fact, now))
    return _claimed(case, kept, name, now)


def _works_by_its_name(case: Case) -> Finding | None:
    """No log says which address failed, and by its name of today it works: not ruled out, and the commonest reason."""
    known = upstream.behind(case)
    name = known[0].host if known else None
    if not known or not name or literal_address(name) or resolution.is_localhost(name):
        return None
    for address, (fact, http) in replies.https(case).items():
        if upstream.connects_behind(case, address, fact, http):
            return still_open(
                f"It answers {http.status_line}, and {upstream.text_of(known[0])} works when it is asked by its name of today.",
                *outcomes.ids(fact, known[1]),
                next_check=f"Its own log of that moment names the address: `{upstream.log(case, address, http)}`.",
                summary=f"It may still forward to an address that {name}, which {known[0].source} names, no longer has.",
            )
    return None


def _kept(case: Case) -> Iterator[Kept]:
    for address, (fact, http) in replies.https(case).items():
        own = upstream.line(case, address, fact, http)
        used = own.upstream.host if own and own.upstream else None
        if not (own and own.upstream and used and literal_address(used) and isinstance(own.fact, Upstreams)):
            continue
        same_port = [each for each in own.fact.configured if each.port == own.upstream.port]
        if len(same_port) == 1 and same_port[0].host and not literal_address(same_port[0].host):
            yield Kept(address, fact, http, own, used, same_port[0])


def _claimed(case: Case, kept: Kept, name: str, now: SystemAnswer) -> Finding:
    who = replies.server_words(case, kept.address, kept.http)
    works = f"`refused check {quoted(case.target.text)}` is reachable."
    return claim(
        f"{who} answers {kept.http.asked} with {replies.quoted(kept.http)}: it still forwards to {kept.used}, "
        f"and {name}, which {kept.setting.source} names, now has {outcomes.joined(now.addresses)}.",
        *outcomes.ids(kept.talk, kept.own.fact, now),
        reason=f"Its log names {kept.used}, and {name} does not have that address.",
        culprit=Culprit(kind="name", name=name),
        refuted_by=f"{name} has the address {kept.used}, by the nameserver that the proxy asks.",
        remedies=(
            Remedy(
                do=commands.opening(commands.on(case, kept.address), "See which addresses the name has."),
                command=f"getent ahosts {quoted(name)}",
                verify=f"{kept.used} is not among them.",
            ),
            Remedy(
                do="Let the proxy read its settings anew, so that it resolves the name again; nginx does it once, at its start, "
                "unless `proxy_pass` has a variable and there is a `resolver`.",
                verify=f"Its log names {now.addresses[0]}, and {works}",
            ),
        ),
    )


HYPOTHESIS = Hypothesis(
    place=5,
    onset="change",
    title="backend's address",
    question="Does the proxy use an address that the name of what stands behind it still has?",
    why="Many proxies resolve a name once, when they start: what has moved since is missed until they read their settings again.",
    meaning="A proxy keeps an address that the name in its settings no longer has.",
    proof="The address in the proxy's own log line of that moment, the name in its settings, and the addresses of that name now.",
    mistaken_for=("upstream.refused", "upstream.timeout"),
    supersedes=frozenset({"upstream.refused", "upstream.timeout", "upstream.closed"}),
    shown_by=(Upstreams,),
    looks=(),
    needs=needs,
    judge=judge,
)
