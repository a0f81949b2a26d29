"""Programs of this machine that take connections to a port and make others to where they lead."""

from msgspec import Struct

from tui.model.facts.fact import Fact


class Forwarder(Struct, frozen=True, kw_only=True):
    """One program that leads a port elsewhere, as its arguments or its configuration say."""

    program: str
    """`docker-proxy`, `socat`, `ssh`, `haproxy`, …"""
    pid: int
    command: str = ""
    """Its command line, without secrets."""
    listens_on: str | None = None
    """The address that it takes connections to; None for every one, or where that is not known."""
    leads_to: tuple[tuple[str | None, int | None], ...] = ()
    """Host (address or name) and port, each None where nothing says it; empty where no more is known."""
    via: str | None = None
    """From where it connects, if not from here: an SSH server, `the cluster`, `the container`. A name in `leads_to` is
    looked up there."""
    container: str | None = None
    """The container that it belongs to, where its arguments name it."""
    source: str = ""
    """Where this stands: `its arguments`, or the path of its configuration and the line."""
    unit: str | None = None


class Forwarders(Fact, frozen=True, kw_only=True, tag="forwarders"):
    """The forwarders of one port, in this network namespace; empty where there is none that is known as such."""

    port: int
    forwarders: tuple[Forwarder, ...] = ()
