"""What probes saw. A fact names no cause; "could not check" is a fact with its reason.

Every fact has an id (given by the session), the time it was seen (UTC, RFC 3339) and the command that shows
the same by hand. Durations are in milliseconds where a name ends in `_ms`. Text from outside has passed
`safe_text` before it gets here. One file for each thing that is checked.
"""

from msgspec.structs import replace

from tui.model.facts.answer import Certificate, HttpAnswer, InnerAnswer, TlsAnswer
from tui.model.facts.attempt import Attempt, IcmpError, Quiet, TcpAttempt, UnixAttempt
from tui.model.facts.bans import Ban, Bans
from tui.model.facts.cloud import Cloud, CloudProvider
from tui.model.facts.code import Advice, Code, CodeValue
from tui.model.facts.counters import Counters, Drops, DropWatch
from tui.model.facts.error_text import ErrorText, TextOrigin
from tui.model.facts.fact import Fact
from tui.model.facts.forwarders import Forwarder, Forwarders
from tui.model.facts.idle import HeldConnection, HeldEnd, Idle
from tui.model.facts.limits import Limits
from tui.model.facts.mtu import PathMtu
from tui.model.facts.names import HostsEntry, NameserverAnswer, NameSources, NearName, SystemAnswer
from tui.model.facts.other_namespaces import Container, ContainerState, Engine, Namespace, OtherNamespaces
from tui.model.facts.outcome import Outcome
from tui.model.facts.path import Addresses, AddressOwners, Detour, Device, Echo, Hop, Neighbour, NetworkMaker, Proxy, Route
from tui.model.facts.policy import Confinement
from tui.model.facts.process import ProcessState
from tui.model.facts.proxy_answer import ProxyAnswer
from tui.model.facts.queue import AcceptQueue, QueueWatch
from tui.model.facts.reset_origin import ResetOrigin
from tui.model.facts.rules import Answer, Firewall, Rule
from tui.model.facts.service import LogLine, Service
from tui.model.facts.session_host import SessionHost
from tui.model.facts.sockets import Listener, Listeners, UnixPath
from tui.model.facts.talk import Talk
from tui.model.facts.tracking import Tracking
from tui.model.facts.upstreams import Upstream, Upstreams
from tui.model.requests import AnyRequest

__all__ = [
    "AcceptQueue",
    "AddressOwners",
    "Addresses",
    "Advice",
    "Answer",
    "AnyFact",
    "Attempt",
    "Ban",
    "Bans",
    "Certificate",
    "Cloud",
    "CloudProvider",
    "Code",
    "CodeValue",
    "Confinement",
    "Container",
    "ContainerState",
    "Counters",
    "Detour",
    "Device",
    "DropWatch",
    "Drops",
    "Echo",
    "Engine",
    "ErrorText",
    "Fact",
    "Firewall",
    "Forwarder",
    "Forwarders",
    "HeldConnection",
    "HeldEnd",
    "Hop",
    "HostsEntry",
    "HttpAnswer",
    "IcmpError",
    "Idle",
    "InnerAnswer",
    "Limits",
    "Listener",
    "Listeners",
    "LogLine",
    "NameSources",
    "NameserverAnswer",
    "Namespace",
    "NearName",
    "Neighbour",
    "NetworkMaker",
    "NotObserved",
    "OtherNamespaces",
    "Outcome",
    "PathMtu",
    "ProcessState",
    "Proxy",
    "ProxyAnswer",
    "QueueWatch",
    "Quiet",
    "ResetOrigin",
    "Route",
    "Rule",
    "Service",
    "SessionHost",
    "SystemAnswer",
    "Talk",
    "TcpAttempt",
    "TextOrigin",
    "TlsAnswer",
    "Tracking",
    "UnixAttempt",
    "UnixPath",
    "Upstream",
    "Upstreams",
    "same_observation",
]


class NotObserved(Fact, frozen=True, kw_only=True, tag="not-observed"):
    """A check that could not be made, and what would allow it."""

    request: AnyRequest
    reason: str
    remedy: str = ""
    absent: bool = False
    """Whether what would be looked at does not exist here: then nothing was missed."""


AnyFact = (
    TcpAttempt
    | UnixAttempt
    | Quiet
    | NameSources
    | SystemAnswer
    | NameserverAnswer
    | Listeners
    | Addresses
    | Route
    | Device
    | Neighbour
    | AddressOwners
    | Echo
    | Hop
    | Cloud
    | Proxy
    | ProxyAnswer
    | UnixPath
    | Confinement
    | ResetOrigin
    | PathMtu
    | Firewall
    | Bans
    | Talk
    | Service
    | OtherNamespaces
    | ProcessState
    | Limits
    | Idle
    | Counters
    | DropWatch
    | QueueWatch
    | Forwarders
    | Tracking
    | Upstreams
    | SessionHost
    | Code
    | ErrorText
    | NotObserved
)


def same_observation(earlier: AnyFact | None, later: AnyFact) -> bool:
    """Whether a repeated check saw nothing worth recording: the same but for id and time, and for queue lengths."""
    if isinstance(earlier, Listeners) and isinstance(later, Listeners):
        return _held(earlier) == _held(later)
    return earlier is not None and replace(earlier, id=later.id, at=later.at) == later


def _held(table: Listeners) -> set[tuple[str, str, int, int | None, float | None]]:
    return {(listener.proto, listener.address, listener.port, listener.pid, listener.started) for listener in table.listeners}
