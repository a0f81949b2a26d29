"""What must have been looked at before a cause is sure: the looks that causes name, each once.

Law: a look that could not be taken, or not whole, is a gap; nothing is taken for absent because nobody may see it.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tui.diagnosis.hypothesis import Gap, Look
from tui.diagnosis.readings import checks, containers, counters, ends, hosts, outcomes, rules, services, translation
from tui.model.case import Case
from tui.model.command_line import behind
from tui.model.facts import Firewall, Listeners, NameserverAnswer, NameSources, Service
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    ListListeners,
    ListOtherNamespaces,
    ReadFirewall,
    ReadNameSources,
    ReadService,
)


def _rules_wanted(case: Case) -> Iterator[AnyRequest]:
    yield from rules.checks_here(case)
    yield from rules.checks_there(case)
    yield from translation.checks(case)
    yield from counters.checks(case)


def _nothing_translates(case: Case, address: str) -> bool:
    """Whether no rule of this machine can lead the connection elsewhere, and no other machine's rules are in question."""
    far = outcomes.is_remote(case, address) and case.options.servers
    return not far and translation.excluded(case, address) is not None


def _own_reset(case: Case, address: str) -> bool:
    """Whether this machine's own TCP sent the resets: then no rule did, and none led the connection elsewhere."""
    return counters.sent_by_this_kernel(case, address) is True and _nothing_translates(case, address)


def _rules_gap(case: Case, address: str) -> Gap | None:
    """A part of the rules that could not be read, or a rule of which it can't be told whether it matches."""
    newest = {reading.vantage: reading for reading in case.all(Firewall) if reading.address == address}
    for reading in newest.values():
        if reading.unread:
            return Gap(f"of the packet filter not all could be read: {reading.unread[0].rstrip('.')}", rules.show_all(reading))
        if reading.undecided:
            rule = reading.undecided[0]
            return Gap(f"whether {rules.named(rule)} acts on this connection can't be told", rules.show(rule))
    return None


def _sockets_gap(case: Case, address: str) -> Gap | None:
    """A table that was cut short."""
    cut = next((table for table in hosts.tables(case, address) if table.omitted), None)
    return (
        Gap(f"{cut.omitted} more listeners were left out of the table", f"`ss -ltn 'sport = :{case.tcp.port}'`") if cut else None
    )


def _namespaces_wanted(case: Case) -> Iterator[AnyRequest]:
    if any(outcomes.is_local(case, address) for address in outcomes.refused_by_reset(case)):
        yield containers.look(case)
    yield from ends.looks(case)


def _namespaces_gap(case: Case, symptom: str) -> Gap | None:
    vantage = hosts.vantage(case, symptom)
    elsewhere = outcomes.other_namespaces(case, vantage)
    if vantage and elsewhere is None:
        return Gap(f"other network namespaces of `{vantage}` have not been looked into", f"`{behind(vantage, 'lsns -t net')}`.")
    if elsewhere and elsewhere.hidden:
        machine, root = (f"`{vantage}`", "a prefix that leads to root") if vantage else ("this machine", "root")
        return Gap(f"other network namespaces of {machine} could not be looked into", f"The same check as {root}.")
    return None


def _is_of_its_end(case: Case, request: AnyRequest, symptom: str) -> bool:
    """Whether it looks at the machine that has the address."""
    end = hosts.vantage(case, symptom)
    known = end is not None or outcomes.is_local(case, symptom)
    return not known or getattr(request, "vantage", None) == end


def _whole(_case: Case, _symptom: str) -> None:
    """Such a look is taken whole or not at all."""


RULES = Look(
    words="the packet filter's rules",
    checks=(ReadFirewall,),
    facts=(Firewall,),
    wanted=_rules_wanted,
    gap=_rules_gap,
    excluded=_own_reset,
)
TRANSLATIONS = replace(RULES, words="the packet filter's translations", excluded=_nothing_translates)
"""Where a rule that rejects would make no difference, and only one that leads elsewhere would."""
SOCKETS = Look(words="the listening sockets", checks=(ListListeners,), facts=(Listeners,), wanted=checks.tables, gap=_sockets_gap)
NAMESPACES = Look(
    words="the other network namespaces and containers",
    checks=(ListOtherNamespaces,),
    facts=(),
    wanted=_namespaces_wanted,
    gap=_namespaces_gap,
    bears=_is_of_its_end,
)
SERVICES = Look(words="the units and containers", checks=(ReadService,), facts=(Service,), wanted=services.checks, gap=_whole)
RESOLUTION = Look(
    words="the nameservers and the hosts file",
    checks=(ReadNameSources, AskNameserver),
    facts=(NameSources, NameserverAnswer),
    wanted=checks.names,
    gap=_whole,
)
