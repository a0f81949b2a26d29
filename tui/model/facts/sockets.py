"""Sockets of a machine: who listens where, and the path of a Unix socket."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact
from tui.model.program_names import known_as


class Listener(Struct, frozen=True, kw_only=True):
    """One listening TCP socket or bound UDP socket, and who holds it."""

    proto: Literal["tcp", "udp"]
    address: Address
    port: int
    v6_only: bool = False
    """Whether an IPv6 wildcard socket takes IPv6 alone (IPV6_V6ONLY)."""
    device: str | None = None
    inode: int | None = None
    uid: int | None = None
    user: str | None = None
    pid: int | None = None
    process: str | None = None
    """As ss calls it: the kernel's own name of the process."""
    command: str | None = None
    executable: str | None = None
    """The file that runs, where it may be read."""
    unit: str | None = None
    """Its control group's; of a socket that systemd holds, the socket unit."""
    activates: str | None = None
    """The service that systemd starts when a connection comes, where it holds the socket itself."""
    container: str | None = None
    queue: int | None = None
    """Connections that wait to be accepted."""
    queue_limit: int | None = None
    started: float | None = None
    """When the process started, in seconds since the epoch."""

    @property
    def programs(self) -> tuple[str, ...]:
        """Every name of its program: the process's first, then that of its script, of its command line and of its file."""
        return known_as(self.process, self.executable, self.command)

    @property
    def is_systemds(self) -> bool:
        """Whether systemd itself, or a child of its own such as `(sd-accept)`, holds it for a unit that it starts on demand."""
        process = self.process or ""
        is_unseen = self.pid is None and (self.unit or "").endswith(".socket")
        return process == "systemd" or process.startswith("(sd-") or is_unseen

    @property
    def known_owner(self) -> str:
        """The owner for people: unit or process and pid, or the user; empty where nothing is known."""
        if self.is_systemds:
            return self.unit or "a socket unit of systemd"
        name = self.container or self.unit or self.process
        if name and self.pid:
            return f"{name}, pid {self.pid}"
        return name or (f"user {self.user}" if self.user else "")

    @property
    def who(self) -> str:
        """The owner for people, `?` where nothing is known."""
        return self.known_owner or "?"


class Listeners(Fact, frozen=True, kw_only=True, tag="listeners"):
    """The listening sockets of this machine, or of the vantage."""

    listeners: tuple[Listener, ...] = ()
    vantage: str | None = None
    hidden_owners: int = 0
    """How many sockets belong to processes that this user may not look into."""
    hidden_why: str = ""
    """Why that is so, where root would see no more; empty where root may."""
    owners_known: bool = True
    """False for the quick first reading, before the owners have been searched."""
    addresses: tuple[Address, ...] = ()
    """The addresses of the vantage's machine; empty for this machine, and where they could not be read."""
    macs: tuple[str, ...] = ()
    """The link-layer addresses of the vantage's interfaces, likewise."""
    omitted: int = 0
    """How many listeners were left out because there were too many."""


class Barrier(Struct, frozen=True, kw_only=True):
    """The component of a path at which a user's way ends, with what `ls -l` says of it where that may be seen."""

    path: str
    owner: str | None = None
    group: str | None = None
    mode: str | None = None
    """As `ls -l` prints it: `drwx------`."""


class UnixPath(Fact, frozen=True, kw_only=True, tag="unix-path"):
    """The path of a Unix socket."""

    path: str
    type: Literal["socket", "file", "directory", "fifo", "device", "missing", "unknown"]
    owner: str | None = None
    group: str | None = None
    mode: str | None = None
    listening: bool | None = None
    """Whether the kernel's table has a listener on it; None where that is not known."""
    socket_kind: Literal["stream", "datagram", "seqpacket"] | None = None
    """The type of the socket that is bound there (unix(7)), where the kernel's table says."""
    queue: int | None = None
    """Connections that wait to be accepted."""
    queue_limit: int | None = None
    holder: str | None = None
    holder_pid: int | None = None
    barrier: Barrier | None = None
    """The component that this user may not pass, or the socket that it may not write to."""
    nearest_parent: str | None = None
    """The nearest directory above that exists, for a missing path."""
    look_alikes: tuple[str, ...] = ()
    """Listening sockets of the same name elsewhere."""

    @property
    def blocked_at(self) -> str:
        """The barrier for people: `/run/app (owner app:app, mode drwx------)`; empty where there is none."""
        if self.barrier is None:
            return ""
        known = f" (owner {self.barrier.owner}:{self.barrier.group}, mode {self.barrier.mode})" if self.barrier.mode else ""
        return f"{self.barrier.path}{known}"
