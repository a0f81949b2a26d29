"""Who answers on the link for an IPv4 address: two ARP probes, and all answers to them.

Law: a probe names no address of ours, so that nobody's table learns anything from it (RFC 5227, 1.1); whoever has the address
says so. Our own kernel learns from the answers what it learns from any. It takes root (CAP_NET_RAW, packet(7)).
"""

import asyncio
import errno
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import closing
from ipaddress import IPv4Address
from time import monotonic

from tui.model.address import parse_address, without_zone
from tui.model.command_line import quoted
from tui.model.facts import AddressOwners, AnyFact, NotObserved
from tui.model.requests import ProbeAddress
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.system_view import SystemView

PROBES = 2
"""RFC 5227 sends three; a lost one is made good by the second."""
LISTEN_S = 0.4
"""After each; machines of one link answer within some milliseconds, and one that sleeps to save power within a tenth."""
MOST_ANSWERS = 64
_ARP = 0x0806  # ETH_P_ARP in linux/if_ether.h
_EVERYBODY = b"\xff" * 6
_PACKET = struct.Struct("!HHBBH6s4s6s4s")  # struct arphdr with its addresses (RFC 826)
_ETHERNET, _IPV4, _REQUEST, _REPLY = 1, 0x0800, 1, 2


async def check(request: ProbeAddress, system: SystemView) -> AsyncGenerator[AnyFact, None]:  # noqa: ARG001 -- a check's signature
    """Yield the AddressOwners, or why nobody could be asked."""
    bare = without_zone(request.address)
    command = f"arping -D -c {PROBES} -I {quoted(request.device)} {bare}"
    try:
        address = parse_address(bare)
        if not isinstance(address, IPv4Address):
            raise ValueError("ARP is for IPv4 alone.")  # noqa: TRY004, TRY301 -- what was asked for; said in one place
        macs = await _asked(address, request.device)
    except PermissionError:
        yield NotObserved(
            request=request, reason="Only root may send ARP probes.", remedy=unless_root("Run refused as root."), command=command
        )
    except (OSError, ValueError) as error:
        reason = f"No ARP probe could be sent on {request.device} ({getattr(error, 'strerror', None) or error})."
        yield NotObserved(request=request, reason=reason, absent=isinstance(error, ValueError), command=command)
    else:
        yield AddressOwners(address=request.address, device=request.device, macs=macs, command=command)


async def _asked(address: IPv4Address, device: str) -> tuple[str, ...]:
    """The link-layer addresses that answered. Raises OSError."""
    with closing(socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ARP))) as link:
        link.setblocking(False)  # noqa: FBT003 -- the method's only form
        link.bind((device, _ARP))
        own: bytes = link.getsockname()[4]
        if len(own) != len(_EVERYBODY):
            raise OSError(errno.EOPNOTSUPP, "it is no Ethernet")
        probe = _PACKET.pack(_ETHERNET, _IPV4, 6, 4, _REQUEST, own, bytes(4), bytes(6), address.packed)
        found: dict[str, None] = {}
        for _ in range(PROBES):
            link.sendto(probe, (device, _ARP, 0, 0, _EVERYBODY))
            await _hear(link, address, found)
    return tuple(found)


async def _hear(link: socket.socket, address: IPv4Address, found: dict[str, None]) -> None:
    """Add who answers within LISTEN_S."""
    loop, until = asyncio.get_running_loop(), monotonic() + LISTEN_S
    while (left := until - monotonic()) > 0 and len(found) < MOST_ANSWERS:
        try:
            data = await asyncio.wait_for(loop.sock_recv(link, 2048), left)
        except TimeoutError:
            return
        owner = answer(data, address)
        if owner:
            found.setdefault(owner)


def answer(data: bytes, address: IPv4Address) -> str | None:
    """Whose answer a packet is, where it says that somebody has the address."""
    if len(data) < _PACKET.size:
        return None
    hardware, protocol, _, _, operation, mac, sender, _, _ = _PACKET.unpack_from(data)
    if (hardware, protocol, operation, sender) != (_ETHERNET, _IPV4, _REPLY, address.packed):
        return None
    return bytes(mac).hex(":")
