"""Firewall in words."""

from tui.model.facts import Firewall
from tui.model.target import endpoint


def firewall_words(fact: Firewall) -> str:
    """What it says, without a full stop."""
    where = f"the packet filter through {fact.vantage!r}" if fact.vantage else "this machine's packet filter"
    quoted = f": {fact.deciding.text or fact.deciding.verdict}" if fact.deciding else ""
    return f"{where}, {fact.rules} rules: {fact.answer.replace('-', ' ')} {endpoint(fact.address, fact.port)}{quoted}"
