"""Listeners of other network namespaces and containers of a machine, and whether what looked is in one itself."""

from typing import Literal

from msgspec import Struct

from tui.model.address import Address
from tui.model.facts.fact import Fact
from tui.model.facts.sockets import Listener

Engine = Literal["docker", "podman", "containerd", "cri-o", "lxc", "nspawn", "unknown"]

ContainerState = Literal[
    "created", "configured", "initialized", "running", "paused", "restarting", "stopping", "stopped", "exited", "removing", "dead"
]
"""As docker-ps(1) and podman-ps(1) name them."""


class Container(Struct, frozen=True, kw_only=True):
    """A container as its engine, or its control group, knows it."""

    engine: Engine
    id: str
    """Shortened to 12 characters, as docker and podman print it; empty where only a name is known."""
    name: str | None = None
    image: str | None = None
    state: ContainerState | None = None
    """None where no engine says, or in another word."""
    pid: int | None = None
    published: tuple[tuple[str, int, int], ...] = ()
    """Published TCP ports: host address, host port, port inside; of one that does not run, those that its settings ask for."""
    exposed: tuple[int, ...] = ()
    """TCP ports inside that its image or its settings name, published or not (EXPOSE)."""
    addresses: tuple[Address, ...] = ()
    """Its addresses in the engine's networks; a container that does not run has none."""
    networks: tuple[str, ...] = ()
    """The engine's networks that it belongs to, running or not."""
    exit_code: int | None = None
    """Of its last end; None while it runs, and where it never ran."""
    oom_killed: bool = False
    error: str = ""
    """Why the engine could not start it, in the engine's words."""
    restarts: int | None = None
    """How often the engine has started it anew by itself."""
    restart_policy: str | None = None
    """`always`, `unless-stopped`, `on-failure`; None for none."""
    started: float | None = None
    """When it was last started, in seconds since the epoch; None where it never was."""
    ended: float | None = None
    """When it last ended, likewise."""
    log: tuple[str, ...] = ()
    """The last lines of its log, oldest first, of one that has to do with the target and ended."""

    @property
    def label(self) -> str:
        """Its name, or its id."""
        return self.name or self.id or "?"


class Namespace(Struct, frozen=True, kw_only=True):
    """Another network namespace, and who listens there."""

    inode: int | None = None
    """As in `net:[4026532272]`; None where this user may not read it."""
    name: str | None = None
    """As `ip netns` knows it."""
    pid: int | None = None
    """A process that lives there."""
    process: str | None = None
    container: Container | None = None
    addresses: tuple[Address, ...] = ()
    """Its addresses, without those of loopback."""
    listeners: tuple[Listener, ...] = ()
    """Listening TCP sockets."""
    linked: bool = False
    """Whether a virtual cable (veth) leads there from this namespace."""
    born_here: bool = False
    """Whether its first process came out of this namespace, as `unshare --net` and a container's runtime do it."""
    initial: bool = False
    """Whether it is the namespace of process 1, and this one is not."""


class OtherNamespaces(Fact, frozen=True, kw_only=True, tag="other-namespaces"):
    """The other network namespaces of this machine, or of the one behind `vantage`, as far as the user there may see them."""

    vantage: str | None = None
    """The command prefix that it was read through; None for this machine. "This" is then the namespace that it leads to."""
    namespaces: tuple[Namespace, ...] = ()
    containers: tuple[Container, ...] = ()
    """Containers that the engines name, running or not."""
    hidden: int = 0
    """How many namespaces could not be looked into."""
    initial: bool | None = None
    """Whether this namespace is that of process 1; None where that is not known."""
    inside: str | None = None
    """The container that this process runs in, as far as it shows: its id, name or engine."""
