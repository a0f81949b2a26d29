"""Whether a machine bans one client: by a program that makes bans, a set of its packet filter, or the lists of TCP wrappers."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact


class Ban(Struct, frozen=True, kw_only=True):
    """One ban, by the word of what made it."""

    by: Literal["fail2ban", "set", "hosts.deny"]
    name: str
    """The jail; the set, as `inet filter blocked`; or the line of /etc/hosts.deny."""
    left_s: float | None = None
    """For how much longer, in seconds; None for one without an end."""


class Bans(Fact, frozen=True, kw_only=True, tag="bans"):
    """The bans of `client` on this machine, or on the one behind `vantage`, as far as they may be read there."""

    client: Address
    port: int
    vantage: str | None = None
    bans: tuple[Ban, ...] = ()
    unread: tuple[str, ...] = ()
    """Sentences: what could not be asked."""
