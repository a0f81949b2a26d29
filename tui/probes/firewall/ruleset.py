"""What was read of a packet filter: chains with their rules, sets and maps, each still in its tool's own form.

Law: a rule is kept as the tool printed it and is taken apart only when a packet comes to it, so that a table of
fifty thousand rules costs what its visited chains cost.
"""

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct, field

from tui.probes.firewall.packet import Packet
from tui.probes.firewall.tristate import Span, Truth

Backend = Literal["nft", "iptables-nft", "iptables-legacy"]
Kind = Literal[
    "next", "accept", "drop", "reject", "tcp-reset", "return", "jump", "goto", "queue", "translate", "source", "unknown"
]
ENDS = frozenset({"drop", "reject", "tcp-reset"})


class Action(Struct, frozen=True, kw_only=True):
    """What a rule does to a packet that matches."""

    kind: Kind
    chain: str = ""
    """The chain that `jump` and `goto` continue in."""
    address: Span | None = None
    """The new target of `translate`, or the new source of `source`; None where it is not a single one."""
    port: Span | None = None
    keeps_address: bool = False
    """Whether a translation changes the port alone."""
    here: bool = False
    """Whether it sends the packet to this machine itself (REDIRECT)."""
    why: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """The result of matching one rule against one packet."""

    truth: Truth
    why: str = ""
    """What could not be evaluated, or which part does not fit."""
    actions: tuple[tuple[Truth, Action], ...] = ()
    """Usually one. A verdict map whose key is not known has each of its verdicts, and none of them is sure."""
    packet: Packet | None = None
    """The packet afterwards, where the rule changes its marks or how it is tracked."""


class RuleEntry(Struct, frozen=True, kw_only=True):
    """One rule as it was read."""

    raw: Any
    handle: int | None = None
    number: int = 0
    """Its position in the chain, from 1."""


class Chain(Struct, frozen=True, kw_only=True):
    """One chain. A base chain has a hook, and a priority in it."""

    backend: Backend
    family: str
    table: str
    name: str
    hook: str | None = None
    priority: int = 0
    type: str = "filter"
    policy: str | None = None
    policy_packets: int | None = None
    devices: tuple[str, ...] | None = None
    """Of a netdev chain; None where the tool does not print them."""
    entries: list[RuleEntry] = field(default_factory=list)


class Ruleset(Struct, frozen=True, kw_only=True):
    """One tool's view of the filter."""

    chains: dict[tuple[str, str, str], Chain]
    """By family, table and name."""
    read: Callable[[RuleEntry, Chain, Packet], Finding]
    """Matches a rule against a packet. Never raises."""
    unread: tuple[str, ...] = ()

    @property
    def rules(self) -> int:
        """How many there are."""
        return sum(len(chain.entries) for chain in self.chains.values())
