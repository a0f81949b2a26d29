"""What a look that waits for consent would send."""

from tui.model.address import endpoint
from tui.model.requests import AnyRequest, FindResetOrigin, MeasureMtu, SendEcho, TalkTo, TraceHops, TryPorts
from tui.report.words import check_words


def sends(request: AnyRequest) -> str:
    """One sentence for the person who is asked."""
    match request:
        case SendEcho():
            return f"{request.count} echo requests to {request.address}, as ping sends them."
        case TraceHops():
            return (
                f"Attempts on {endpoint(request.address, request.port)} with a rising TTL, at most {request.max_hops}, "
                "to see who answers at which distance."
            )
        case TryPorts():
            ports = ", ".join(map(str, request.ports))
            return f"One attempt on each of {len(request.ports)} other ports of {request.address}: {ports}."
        case FindResetOrigin():
            return (
                f"Some twenty attempts on {endpoint(request.address, request.port)} with other TTLs, "
                "to see which device sends the resets."
            )
        case TalkTo():
            return f"One connection to {endpoint(request.address, request.port)} with the first words of {request.protocol}."
        case MeasureMtu():
            return (
                f"Two connections to {endpoint(request.address, request.port)}, at most eight, with a harmless request of four "
                "kilobytes, to see whether large packets arrive."
            )
        case _:
            return f"A look at {check_words(request)}."
