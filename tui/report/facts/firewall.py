"""Firewall in words."""

from tui.model.address import endpoint
from tui.model.facts import Firewall, Rule
from tui.model.requests import ReadFirewall
from tui.report.sentences import check_sentence, fact_sentence


@check_sentence.register
def _of_firewall(request: ReadFirewall) -> str:
    return f"the packet filter through {request.vantage!r}" if request.vantage else "this machine's packet filter"


@fact_sentence.register
def _firewall(fact: Firewall) -> str:
    """What it says, without a full stop."""
    where = f"the packet filter through {fact.vantage!r}" if fact.vantage else "this machine's packet filter"
    counted = f"{where} ({fact.rules} rule{'' if fact.rules == 1 else 's'})"
    what = endpoint(fact.address, fact.port)
    if fact.deciding:
        return f"{counted} stops {what}: {rule_words(fact.deciding)}"
    if fact.translated:
        return f"{counted} redirects {what}: {rule_words(fact.translated)}"
    if fact.sourced and fact.sourced.leads_to:
        return f"{counted} gives connections to {what} the source {fact.sourced.leads_to[0]}: {rule_words(fact.sourced)}"
    if fact.undecided:
        return f"{counted} may stop {what}, which is not certain: {rule_words(fact.undecided[0])}"
    if fact.unread:
        return f"{counted} was not read to its end: {fact.unread[0].rstrip('.')}"
    if fact.answer == "cannot-tell":
        return f"{counted} may redirect {what}, which is not certain"
    return f"{counted} has no rule that stops {what}"


def rule_words(rule: Rule) -> str:
    """A rule with its place: `tcp dport 5432 drop` (inet filter output, handle 7)."""
    quoted = rule.text or f"policy {rule.verdict}"
    by = f", made by {rule.made_by}" if rule.made_by else ""
    handle = f", handle {rule.handle}" if rule.handle is not None else f", rule {rule.line}" if rule.line else ""
    return f"`{quoted}` in {rule.family} table {rule.table}, chain {rule.chain}{handle}{by}"
