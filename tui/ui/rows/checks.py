"""What a check that waits for consent would send."""

from tui.model.address import endpoint
from tui.model.requests import (
    AnyRequest,
    FindResetOrigin,
    HoldIdle,
    MeasureMtu,
    ProbeAddress,
    SendEcho,
    TalkTo,
    TraceHops,
    TryPorts,
)
from tui.report.sentences import check_words


def sends(request: AnyRequest) -> str:
    """What this check sends, in one sentence for the person who is asked."""
    match request:
        case SendEcho():
            return f"{request.count} echo requests to {request.address}, as ping sends them."
        case ProbeAddress():
            return f"Two ARP probes on {request.device}, which claim no address, to hear who has {request.address}."
        case HoldIdle():
            return (
                f"Three connections to {endpoint(request.address, request.port)}, held for {request.idle_s:g} seconds without a "
                "byte; TCP alone asks whether they are still known."
            )
        case TraceHops():
            return (
                f"Attempts on {endpoint(request.address, request.port)} with a rising TTL, up to {request.max_hops}, "
                "to see who answers at each distance."
            )
        case TryPorts():
            ports = ", ".join(map(str, request.ports))
            return f"One attempt on each of {len(request.ports)} other ports of {request.address}: {ports}."
        case FindResetOrigin():
            return (
                f"About twenty attempts on {endpoint(request.address, request.port)} with different TTLs, "
                "to see which device sends the resets."
            )
        case TalkTo():
            return f"One connection to {endpoint(request.address, request.port)}, with the opening words of {request.protocol}."
        case MeasureMtu():
            return (
                f"Two to eight connections to {endpoint(request.address, request.port)}, with a harmless request of four "
                "kilobytes, to see whether large packets arrive."
            )
        case _:
            return f"A check of {check_words(request)}."
