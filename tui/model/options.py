"""What the person set before the walk: the schedule of attempts and what may be checked."""

from msgspec import Struct

from tui.model.address import Address
from tui.model.nameserver import Nameserver

# Why these numbers: the mission's schedule is three attempts, two seconds apart. One attempt waits 3.5 s:
# Linux reports a dead neighbour only after three ARP tries, 3.05 to 3.1 s; and three silent ones end within 15 s.
ATTEMPTS = 3
DELAY_S = 2.0
TIMEOUT_S = 3.5


class Options(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The settings of one session; durations are in seconds."""

    attempts: int = ATTEMPTS
    """How often each address is tried."""
    delay_s: float = DELAY_S
    """The wait between two attempts on one address."""
    backoff: float = 1.0
    """What the delay is multiplied by after each attempt; 1.0 keeps it constant."""
    jitter_s: float = 0.0
    """The most that is added at random to each delay."""
    timeout_s: float = TIMEOUT_S
    """How long one attempt may take."""
    nameservers: tuple[Nameserver, ...] = ()
    """Nameservers asked besides the configured ones."""
    service: str | None = None
    """The unit, container or process that should listen."""
    probe_ports: bool | None = None
    """Whether other ports of the target's host may be tried; None asks the person."""
    servers: tuple[str, ...] = ()
    """Command prefixes that run a shell on the other end."""
    source: Address | None = None
    """The local address that the client binds before it connects."""
    talk: bool = True
    """Whether a first request of the protocol may be sent where the target connects."""
    idle_s: float | None = None
    """For how long connections are held idle, to see whether the path forgets them; None for not at all."""
    pid: int | None = None
    """Check as this process sees it: its namespaces, resolver files and environment."""
    container: str | None = None
    """Check as this container sees it; its name or id."""

    @property
    def as_another(self) -> bool:
        """Whether it is checked as another process or container sees it."""
        return self.pid is not None or self.container is not None
