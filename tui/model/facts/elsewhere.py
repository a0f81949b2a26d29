"""Listeners of other network namespaces and containers of this machine."""

from typing import Literal

from msgspec import Struct

from tui.model.facts.fact import Fact
from tui.model.facts.sockets import Listener


class Container(Struct, frozen=True, kw_only=True):
    """A container as its engine knows it."""

    engine: Literal["docker", "podman", "containerd", "cri-o", "lxc", "nspawn", "unknown"]
    id: str
    name: str | None = None
    image: str | None = None
    state: str | None = None
    pid: int | None = None
    published: tuple[tuple[str, int, int], ...] = ()
    """Published TCP ports: host address, host port, port inside."""
    exit_code: int | None = None


class Namespace(Struct, frozen=True, kw_only=True):
    """Another network namespace, and who listens there."""

    inode: int
    name: str | None = None
    """As `ip netns` knows it."""
    pid: int | None = None
    """A process that lives there."""
    container: Container | None = None
    addresses: tuple[str, ...] = ()
    listeners: tuple[Listener, ...] = ()


class Elsewhere(Fact, frozen=True, kw_only=True, tag="elsewhere"):
    """The other network namespaces of this machine, as far as they may be seen."""

    namespaces: tuple[Namespace, ...] = ()
    containers: tuple[Container, ...] = ()
    """Containers that the engines name, running or not."""
    hidden: int = 0
    """How many namespaces could not be looked into."""
