"""The policies that hold a process."""

from typing import Literal

from tui.model.facts.fact import Fact


class Confinement(Fact, frozen=True, kw_only=True, tag="confinement"):
    """The policies that hold this process, or the one whose view is used."""

    pid: int | None = None
    """The process whose view is used; None for this one."""
    seccomp: Literal["none", "strict", "filter", "unknown"] = "unknown"
    lsm_profile: str | None = None
    unit: str | None = None
    ip_address_deny: str | None = None
    """The unit's IPAddressDeny= setting, if there is one."""
    ip_address_allow: str | None = None
    """The same unit's IPAddressAllow=, which comes before it."""
