"""Readings of a case: a rule here that gives connections a source address which is not this machine's.

Law: answers go to the source that a packet carries. Who has it, and whether somebody leads it back to this machine, is not seen
from here; so that the rule explains silence, and never proves it.
"""

from collections.abc import Iterator

from tui.diagnosis.hypothesis import Finding, claim
from tui.diagnosis.readings import hosts, outcomes, rule_remedies, rules
from tui.model.address import endpoint
from tui.model.case import Case
from tui.model.facts import Addresses, Firewall, Rule
from tui.model.requests import AnyRequest, ListAddresses


def checks(case: Case) -> Iterator[AnyRequest]:
    """This machine's own addresses, where a rule gives an address that stays silent another source."""
    if any(_rewritten(case, address) for address in hosts.silent(case)):
        yield ListAddresses()


def strangers(case: Case) -> dict[str, tuple[Firewall, Rule]]:
    """The silent addresses to which a rule here sends with a source that no interface of this machine has."""
    here = case.last(Addresses)
    known = {address: hit for address in hosts.silent(case) if (hit := _rewritten(case, address))}
    return {
        address: hit
        for address, hit in known.items()
        if here and not outcomes.has_address(here, _source(hit[1])) and not outcomes.is_local(case, address)
    }


def finding(case: Case, rewritten: dict[str, tuple[Firewall, Rule]]) -> Finding:
    """The rule, and that the answers go to a machine that never asked."""
    first, (_, rule) = next(iter(rewritten.items()))
    source = _source(rule)
    asked = outcomes.joined(endpoint(address, case.tcp.port) for address in rewritten)
    return claim(
        f"A rule of this machine gives connections to {asked} the source {source}, which it does not have: {rules.named(rule)}. "
        "The answers go there.",
        *outcomes.ids(*(reading for reading, _ in rewritten.values()), case.last(Addresses)),
        *outcomes.ids(*(attempt for address in rewritten for attempt in outcomes.attempts(case, address))),
        reason=f"`{rules.quoted(rule)}` ({rules.location(rule)}) matches this connection, and no interface here has {source}.",
        missing=f"On {first}, while trying: `tcpdump -ni any tcp port {case.tcp.port}`. SYNs from {source} confirm it.",
        explains=rewritten,
        culprit=rules.culprit(rule, first, case.tcp.port),
        refuted_by=f"A router that leads {source} back to this machine.",
        remedies=tuple(rule_remedies.remedies(case, rule, first)),
    )


def _rewritten(case: Case, address: str) -> tuple[Firewall, Rule] | None:
    reading = rules.filter_of(case, address)
    return (reading, reading.sourced) if reading and reading.sourced and _source(reading.sourced) else None


def _source(rule: Rule) -> str:
    """The address that the rule gives; empty where it is not known."""
    return (rule.leads_to[0] if rule.leads_to else None) or ""
