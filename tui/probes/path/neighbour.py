"""What the kernel's table has about a neighbour on a link (ARP, NDP); nothing is sent to find out."""

from collections.abc import AsyncGenerator
from typing import Literal

from tui.model.address import parse_address, without_zone
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, Neighbour, NotObserved
from tui.model.requests import LookUpNeighbour
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.path import rtnetlink
from tui.probes.path.route import interface_index

State = Literal["reachable", "stale", "delay", "probe", "permanent", "noarp", "incomplete", "failed", "none"]

_STATES: dict[int, State] = {
    0x01: "incomplete",
    0x02: "reachable",
    0x04: "stale",
    0x08: "delay",
    0x10: "probe",
    0x20: "failed",
    0x40: "noarp",
    0x80: "permanent",
}
"""NUD_* in linux/neighbour.h."""


async def check(request: LookUpNeighbour, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield the Neighbour entry for an address on a device, state `none` where there is no entry; or why it can't be read."""
    bare = without_zone(request.address)
    command = f"ip neigh show {bare} dev {quoted(request.device)}"
    try:
        address = parse_address(bare)
        entry = await in_thread(rtnetlink.neighbour, address, interface_index(request.device))
    except ValueError as error:
        yield NotObserved(request=request, reason=str(error), command=command)
        return
    except OSError as error:
        reason = f"The kernel cannot be asked for its neighbours ({error.strerror or error})."
        yield NotObserved(request=request, reason=reason, remedy="Allow netlink sockets to this process.", command=command)
        return
    bits, mac = entry or (0, None)
    yield Neighbour(address=request.address, device=request.device, state=_STATES.get(bits, "none"), mac=mac, command=command)
