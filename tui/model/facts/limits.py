"""The kernel's limits that a connection can meet: source ports and file descriptors."""

from tui.model.address import Address
from tui.model.facts.fact import Fact


class Limits(Fact, frozen=True, kw_only=True, tag="limits"):
    """Limits of this machine and how far they are used up (ip_local_port_range in ip(7), file-nr in proc_sys_fs(5))."""

    address: Address | None = None
    port: int | None = None
    """Towards which endpoint source ports were counted; None where there is no such endpoint."""
    first_port: int | None = None
    last_port: int | None = None
    reserved_ports: int = 0
    """How many ports of the range are reserved (ip_local_reserved_ports)."""
    used_towards_target: int | None = None
    """Ports of the range in use towards this address and port, in any state, from the source address that has most of them."""
    waiting_to_expire: int | None = None
    """How many of them are in TIME-WAIT: closed, and kept for a minute."""
    biggest_user: str | None = None
    """Who holds most of the open ones towards the target: `python3, pid 812`."""
    biggest_user_ports: int | None = None
    """How many, among `sampled`."""
    sampled: int = 0
    """Open sockets towards the target whose owners were looked for."""
    tracked_connections: int | None = None
    """Entries in the packet filter's table of connections (nf_conntrack_count) of this network namespace."""
    tracking_limit: int | None = None
    """How many it may have (nf_conntrack_max); what is new beyond is dropped."""
    files_open: int | None = None
    """Open files of the whole machine."""
    files_limit: int | None = None
    own_descriptors: int | None = None
    own_descriptor_limit: int | None = None

    @property
    def usable_ports(self) -> int | None:
        """How many source ports the kernel may choose from."""
        if self.first_port is None or self.last_port is None:
            return None
        return max(self.last_port - self.first_port + 1 - self.reserved_ports, 0)
