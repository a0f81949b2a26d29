"""What the kernel has counted so far of what it drops and refuses."""

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact


class Counters(Fact, frozen=True, kw_only=True, tag="counters"):
    """Counters of this network namespace, all since its start; None where one is not there or may not be read.

    They are read before the first attempt and after the last. What counts is the growth, and only as far as it fits the attempts:
    others use the same machine.
    """

    resets_sent: int | None = None
    """Resets that its own TCP sent (OutRsts in /proc/net/snmp)."""
    reverse_path_drops: int | None = None
    """Packets dropped because the way back to their sender is another (IPReversePathFilter in /proc/net/netstat; `rp_filter`
    in Documentation/networking/ip-sysctl.rst). IPv4 alone: for IPv6 it is a filter rule that does this."""
    queue_drops: int | None = None
    """Connections dropped for a listener that had no room (ListenDrops)."""
    time_wait_overflows: int | None = None
    """Closed connections that were forgotten too soon (TCPTimeWaitOverflow)."""
    tracked: int | None = None
    """Connections that are tracked at the moment (nf_conntrack_count)."""
    tracking_limit: int | None = None
    """How many may be (nf_conntrack_max)."""
    tracking_drops: int | None = None
    """Packets dropped because their connection could not be tracked (`drop` and `insert_failed` in
    /proc/net/stat/nf_conntrack, of all processors)."""
    neighbour_overflows: int | None = None
    """Neighbours that found no room in the table (`table_fulls` in /proc/net/stat/arp_cache and ndisc_cache). Of the whole
    machine; a container does not have these files."""


class Drops(Struct, frozen=True, kw_only=True):
    """By how much counters rose in a while; None where one was not read twice."""

    reverse_path: int | None = None
    """Packets that the reverse path filter dropped (IPReversePathFilter)."""
    tracking: int | None = None
    """Packets that connection tracking dropped."""


class DropWatch(Fact, frozen=True, kw_only=True, tag="drop-watch"):
    """What a kernel dropped while nothing was tried, and then, in about the same time, while we tried to connect.

    That is the experiment which tells our packets from those of others: what rises with the attempts alone is about them.
    """

    address: Address
    port: int
    vantage: str | None = None
    tried: int = 0
    """SYNs that were sent in the second while."""
    quiet: Drops = Drops()
    busy: Drops = Drops()
    tracked: int | None = None
    """Connections that are tracked at the end (nf_conntrack_count)."""
    tracking_limit: int | None = None
    """How many may be (nf_conntrack_max)."""
    strict: tuple[str, ...] = ()
    """The interfaces that drop what comes in by them from senders to whom the way back is another (rp_filter 1)."""
    way_back: str = ""
    """How the kernel there sends to our address, as `ip route get` prints it; empty where that was not read."""
    half_open: int | None = None
    """Connections from our address that wait there for the end of their handshake (SYN-RECV, `ss`): their SYNs have arrived and
    were answered. None where that was not read, or our address is not known."""
