"""Firewall in words."""

from tui.model.address import endpoint
from tui.model.facts import Firewall, Rule


def firewall_words(fact: Firewall) -> str:
    """What it says, without a full stop."""
    where = f"the packet filter through {fact.vantage!r}" if fact.vantage else "this machine's packet filter"
    counted = f"{where} ({fact.rules} rule{'' if fact.rules == 1 else 's'})"
    what = endpoint(fact.address, fact.port)
    if fact.deciding:
        return f"{counted} stops {what}: {rule_words(fact.deciding)}"
    if fact.translated:
        return f"{counted} leads {what} elsewhere: {rule_words(fact.translated)}"
    if fact.undecided:
        return f"{counted} may stop {what}, which can't be told: {rule_words(fact.undecided[0])}"
    if fact.unread:
        return f"{counted} was not read to its end: {fact.unread[0].rstrip('.')}"
    if fact.answer == "cannot-tell":
        return f"{counted} may lead {what} elsewhere, which can't be told"
    return f"{counted} has no rule that stops {what}"


def rule_words(rule: Rule) -> str:
    """A rule with its place: `tcp dport 5432 drop` (inet filter output, handle 7)."""
    quoted = rule.text or f"policy {rule.verdict}"
    by = f", made by {rule.made_by}" if rule.made_by else ""
    handle = f", handle {rule.handle}" if rule.handle is not None else f", rule {rule.line}" if rule.line else ""
    return f"`{quoted}` in {rule.family} table {rule.table}, chain {rule.chain}{handle}{by}"
