"""What a proxy or a balancer of this machine forwards a port to, as its own log and its configuration say."""

from msgspec import Struct

from tui.model.facts.error_text import ErrorClass
from tui.model.facts.fact import Fact


class Upstream(Struct, frozen=True, kw_only=True):
    """One service behind it: a host with a port, or the path of a Unix socket."""

    host: str | None = None
    port: int | None = None
    path: str | None = None
    scheme: str | None = None
    """In which protocol it is spoken to: `http`, `fastcgi`, …; None where nothing says it."""
    failure: ErrorClass | None = None
    """How it failed, by a line of the log; None where only the configuration names it."""
    asked: str | None = None
    """The path of the request that failed, where the line names it."""
    site: str | None = None
    """The host that this request was for, as its client wrote it."""
    at: float | None = None
    """When the line was written, in seconds since the epoch; None where it does not say so."""
    line: str = ""
    """The log's line, or the setting."""
    source: str = ""
    """Where it stands: the log's path or `journal`, or the path of the configuration."""


class Upstreams(Fact, frozen=True, kw_only=True, tag="upstreams"):
    """What the program that holds a port says of the services behind it."""

    port: int
    program: str
    pid: int
    logs: tuple[str, ...] = ()
    """The logs that were read: the files that it writes to, and `journal`."""
    logged: tuple[Upstream, ...] = ()
    """Failures of services behind it, oldest first."""
    configured: tuple[Upstream, ...] = ()
    """Where its configuration leads this port; empty also where that is not read for this program."""
