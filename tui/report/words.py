"""Looks, outcomes and times in plain words, the same in every report."""

from typing import assert_never

from tui.model.address import endpoint
from tui.model.facts import Attempt, Outcome
from tui.model.requests import (
    AnyRequest,
    AskNameserver,
    Connect,
    ConnectUnix,
    ExamineProcess,
    ExamineUnixPath,
    FindResetOrigin,
    ListAddresses,
    ListListeners,
    ListOtherNamespaces,
    LookUpNeighbour,
    LookUpRoute,
    MeasureMtu,
    ReadCode,
    ReadConfinement,
    ReadFirewall,
    ReadLimits,
    ReadNameSources,
    ReadProxies,
    ReadService,
    ResolveSystem,
    SendEcho,
    TalkTo,
    TraceHops,
    TryPorts,
    WatchQueue,
)

TENTHS_BELOW_MS = 10.0
"""From here on a tenth of a millisecond says nothing."""
SECONDS_FROM_MS = 1000.0

_AFTER_CONNECTING = {
    Outcome.CONNECTED: "connected",
    Outcome.RESET: "connected, then reset",
    Outcome.CLOSED: "connected, then closed at once",
    Outcome.SILENT: "connected, then silence",
    Outcome.NAME_ERROR: "the name gives no address",
}


def check_words(request: AnyRequest) -> str:  # noqa: C901, PLR0912 -- one arm a request; the type checker sees that none is missing
    """What a look is at, in few words."""
    match request:
        case ReadNameSources():
            return f"the files that decide on {request.name}"
        case ResolveSystem():
            return f"this machine's answer for {request.name}"
        case AskNameserver():
            return f"nameserver {request.server} on {request.name}"
        case Connect():
            return f"attempts on {endpoint(request.address, request.port)}"
        case ConnectUnix():
            return f"attempts on {request.path}"
        case TryPorts():
            return f"other ports of {request.address}"
        case ListListeners():
            return f"listening sockets through {request.vantage!r}" if request.vantage else "listening sockets here"
        case ListAddresses():
            return "this machine's addresses"
        case LookUpRoute():
            return f"the route to {request.address}"
        case LookUpNeighbour():
            return f"the neighbour entry of {request.address} on {request.device}"
        case SendEcho():
            return f"an echo (ping) to {request.address}"
        case TraceHops():
            return f"the hops towards {endpoint(request.address, request.port)}"
        case ReadProxies():
            return f"the proxy settings for {request.host}"
        case ExamineUnixPath():
            return f"the path {request.path}"
        case ReadConfinement():
            return "the policies that hold this process"
        case FindResetOrigin():
            return f"which device resets {endpoint(request.address, request.port)}"
        case MeasureMtu():
            return f"whether large packets reach {endpoint(request.address, request.port)}"
        case ReadFirewall():
            return f"the packet filter through {request.vantage!r}" if request.vantage else "this machine's packet filter"
        case TalkTo():
            return f"what {endpoint(request.address, request.port)} answers to {request.protocol}"
        case ReadService():
            return f"the service {request.name}" if request.name else f"the service that belongs on port {request.port}"
        case ListOtherNamespaces():
            return "listeners of containers and other network namespaces"
        case ExamineProcess():
            return f"process {request.pid} through {request.vantage!r}" if request.vantage else f"process {request.pid}"
        case ReadLimits():
            return "source ports and file descriptors against their limits"
        case WatchQueue():
            where = f" through {request.vantage!r}" if request.vantage else ""
            return f"the accept queue of {endpoint(request.address, request.port)}{where}"
        case ReadCode():
            return f"the code at {request.path}:{request.line}"
        case _:
            assert_never(request)


def outcome_words(attempt: Attempt) -> str:
    """How an attempt ended, and who said so."""
    icmp = attempt.icmp
    said = f" by {icmp.sender} (ICMP {icmp.meaning})" if icmp else ""
    match attempt.outcome:
        case Outcome.REFUSED if icmp:
            return f"rejected{said}"
        case Outcome.REFUSED:
            return "refused by a reset" if attempt.error_queue == "empty" else "refused"
        case Outcome.REJECTED:
            return f"rejected{said}"
        case Outcome.UNREACHABLE:
            return f"reported unreachable{said}" if icmp else "unreachable"
        case Outcome.TIMEOUT:
            return "no answer"
        case Outcome.BLOCKED:
            return f"not allowed by this machine ({attempt.errno})" if attempt.errno else "not allowed by this machine"
        case other:
            return _AFTER_CONNECTING[other]


def took(milliseconds: float) -> str:
    """A duration: `0.4 ms`, `12 ms`, `3.5 s`."""
    if milliseconds >= SECONDS_FROM_MS:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms" if milliseconds < TENTHS_BELOW_MS else f"{milliseconds:.0f} ms"
