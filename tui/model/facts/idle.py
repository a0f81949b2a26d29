"""Connections that were held idle, beside one that was kept busy: which of them still answered."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact

HeldEnd = Literal["answers", "closed", "reset", "silent", "unreachable"]
"""`closed` and `reset`: by the other end, or in its name; `silent`: no probe was answered any more."""


class HeldConnection(Struct, frozen=True, kw_only=True):
    """One connection, and what became of it."""

    busy: bool
    """Whether the path saw a packet of it at least every `busy_every_s` seconds; the service at the end saw none of them."""
    end: HeldEnd
    after_s: float
    """When it ended, or was seen to answer, since it was made."""


class Idle(Fact, frozen=True, kw_only=True, tag="idle"):
    """What became of connections after `idle_s` seconds; and this machine's settings for programs that ask for probes."""

    address: Address
    port: int
    idle_s: float
    busy_every_s: float
    connections: tuple[HeldConnection, ...] = ()
    """Those that were made."""
    keepalive_time_s: int | None = None
    """When a program that has set SO_KEEPALIVE, and no more, sends its first probe (net.ipv4.tcp_keepalive_time)."""
    keepalive_interval_s: int | None = None
    keepalive_probes: int | None = None
