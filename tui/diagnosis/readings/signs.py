"""Signs beside the verdict: what was noticed and explains no failure by itself. Sentences, never a cause."""

from collections.abc import Iterator

from tui.diagnosis.readings import latency, outcomes
from tui.diagnosis.readings.latency import Sign
from tui.model.case import Case
from tui.model.facts import NameserverAnswer

SLOW_LOOKUP_MS = 1000.0
"""A lookup that takes longer is noticed at each connection."""
FEW = 2
"""So many names are tried for any short name."""
_FAILURES = frozenset({"SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"})


def signs(case: Case) -> Iterator[Sign]:
    """What the latencies say, address by address; then what the nameservers' answers say."""
    yield from latency.signs(case)
    answers = [answer for answer in outcomes.nameserver_answers(case, configured=True) if not answer.checking_disabled]
    yield from _one_family_alone(case, answers)
    yield from _without_extensions(answers)
    yield from _long_search(case, answers)


def _one_family_alone(case: Case, answers: list[NameserverAnswer]) -> Iterator[Sign]:
    """That a server fails for the addresses of one family, while the name resolves by the other."""
    system = outcomes.system_answer(case)
    if system is None or not system.addresses:
        return
    given = {(answer.server, answer.port, answer.name) for answer in answers if answer.addresses}
    for answer in answers:
        if answer.rcode in _FAILURES and (answer.server, answer.port, answer.name) in given:
            family = "IPv6" if answer.rtype == "AAAA" else "IPv4"
            yield Sign(
                f"{answer.server} answers {answer.rcode} for the {answer.rtype} records of {answer.name}: a program that uses "
                f"{family} alone, or takes a failure of either for that of both, does not resolve it.",
                outcomes.ids(answer),
            )


def _without_extensions(answers: list[NameserverAnswer]) -> Iterator[Sign]:
    """That a server, or something on the way to it, answers only questions without EDNS."""
    silent = {answer.server: answer for answer in answers if answer.with_edns is False}
    for server, answer in silent.items():
        yield Sign(
            f"{server} answered only once it was asked without EDNS (RFC 6891), after {answer.rtt_ms / 1000:.1f} s: it, or a "
            "filter on the way, drops what has it. Resolvers that ask with it (systemd-resolved, `options edns0`) wait as long.",
            outcomes.ids(answer),
        )


def _long_search(case: Case, answers: list[NameserverAnswer]) -> Iterator[Sign]:
    """That many completions are tried in vain before the name that exists, which takes a while."""
    sources = outcomes.name_sources(case)
    system = outcomes.system_answer(case)
    if sources is None or system is None or system.took_ms < SLOW_LOOKUP_MS:
        return
    times = {name: max((answer.rtt_ms for answer in answers if answer.name == name), default=0.0) for name in sources.expansions}
    existing = next((name for name in sources.expansions if any(a.addresses for a in answers if a.name == name)), None)
    before = sources.expansions[: sources.expansions.index(existing)] if existing else sources.expansions
    lost = sum(times[name] for name in before)
    if len(before) >= FEW and lost >= SLOW_LOOKUP_MS / 2:
        yield Sign(
            f"The lookup took {system.took_ms / 1000:.1f} s: {len(before)} names of the search list are asked for before "
            f"{existing or 'it is given up'}, which takes {lost / 1000:.1f} s. A name that ends with a dot is not completed.",
            outcomes.ids(system, sources, *(answer for answer in answers if answer.name in before)),
        )
