"""The kernel's limits that a connection can meet: source ports and file descriptors."""

from tui.model.facts.fact import Fact


class Limits(Fact, frozen=True, kw_only=True, tag="limits"):
    """Limits of this machine and how far they are used up (ip_local_port_range in ip(7), file-nr in proc_sys_fs(5))."""

    address: str
    port: int
    first_port: int | None = None
    last_port: int | None = None
    reserved_ports: int = 0
    """How many ports of the range are reserved (ip_local_reserved_ports)."""
    used_towards_target: int | None = None
    """Source ports in use towards this address and port, in any state."""
    used_in_all: int | None = None
    """Source ports of the range in use at all."""
    biggest_user: str | None = None
    """Who holds most of them: `python3, pid 812`."""
    biggest_user_ports: int | None = None
    files_open: int | None = None
    files_limit: int | None = None
    own_descriptors: int | None = None
    own_descriptor_limit: int | None = None
