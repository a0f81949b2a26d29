"""Whether the kernel tracks connections here: without that, no rule of a packet filter translates their addresses."""

from tui.model.address import Address
from tui.model.facts.fact import Fact


class Tracking(Fact, frozen=True, kw_only=True, tag="tracking"):
    """Connection tracking of this network namespace (nf_conntrack), right after attempts on one address."""

    address: Address
    own: bool
    """Whether a datagram of our own was sent to `address`, over loopback, before the entries were counted."""
    entries: int | None = None
    """Entries in the table (nf_conntrack_count); None where that may not be read, or where there is no table."""
    loaded: bool | None = None
    """Whether the kernel has connection tracking at all; None where that is not known."""

    @property
    def translates(self) -> bool:
        """Whether rules may translate connections to `address`: False where nothing at all is tracked."""
        return not (self.entries == 0 or self.loaded is False)
