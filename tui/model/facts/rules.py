"""What a machine's packet filter says to one connection: the rules that match it, quoted."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact

Answer = Literal["matches", "does-not-match", "cannot-tell"]


Effect = Literal[
    "next", "accept", "drop", "reject", "tcp-reset", "return", "jump", "goto", "queue", "source", "dnat", "redirect", "unknown"
]
"""What a rule does to a packet that matches; `reject` answers with an ICMP error, `dnat` and `redirect` change its target."""


class Rule(Struct, frozen=True, kw_only=True):
    """One rule of a packet filter, or a chain's policy, and what it says to the connection."""

    backend: Literal["nft", "iptables-nft", "iptables-legacy"]
    family: str
    """`ip`, `ip6`, `inet`, …"""
    table: str
    chain: str
    hook: str | None = None
    handle: int | None = None
    line: int | None = None
    """The rule's place in its chain, from 1."""
    text: str = ""
    """As the tool prints it; empty for a chain's policy."""
    comment: str | None = None
    made_by: str | None = None
    """`ufw`, `firewalld`, `docker`, `kube-proxy`, …, where it shows."""
    verdict: Effect = "unknown"
    on: Literal["request", "answer"] = "request"
    """Which packet it was tested on: the SYN, or the SYN-ACK that answers it."""
    leads_to: tuple[str | None, int | None] | None = None
    """Of a translation: the new target, or the new source; address and port, each None where the rule does not say."""
    answer: Answer = "cannot-tell"
    why: str = ""
    """Which part of the rule decided, or could not be evaluated."""
    packets: int | None = None
    """Its counter, if it has one."""
    varies: bool = False
    """Whether it takes some connections and leaves others alike: it, or a rule before it, counts, times or draws."""


class Firewall(Fact, frozen=True, kw_only=True, tag="firewall"):
    """The packet filter of this machine, or of a vantage, and what it does to one connection."""

    address: Address
    port: int
    vantage: str | None = None
    side: Literal["client", "server"] = "client"
    """Whether this machine is the one that connects (output) or the one that is connected to (input)."""
    answer: Answer
    """Whether a rule that refuses or drops matches."""
    deciding: Rule | None = None
    """The rule, or the policy, that ends the connection's packets."""
    undecided: tuple[Rule, ...] = ()
    """Rules that would refuse or drop, and may or may not match."""
    translated: Rule | None = None
    """A rule that redirects the connection to another address or port."""
    sourced: Rule | None = None
    """A rule that gives the connection another source address, where it names one: answers go there."""
    perhaps_translated: bool = False
    """Whether another rule may redirect it, which is not certain."""
    rules: int = 0
    """How many rules were read."""
    sources: tuple[str, ...] = ()
    """What was asked: `nft`, `iptables-nft`, `iptables-legacy`, …"""
    unread: tuple[str, ...] = ()
    """Sentences: what could not be read of it."""

    @property
    def translates(self) -> bool | None:
        """Whether a rule redirects the connection; None where one may, or not all rules were read."""
        if self.translated:
            return True
        return None if self.perhaps_translated or self.unread else False
