"""What the interface is that a route leads into, whose network it carries, and which route would hold without it.

Law: a name alone shows neither kind nor maker. The kind is the kernel's word (IFLA_INFO_KIND), the maker an engine's own, asked
only where it has run already. The other route is asked of the kernel for each other interface, by its own rules, so that it is
the one that SO_BINDTODEVICE takes. Nothing is sent. Sources: rtnetlink(7), linux/if_link.h; docker-network-inspect(1),
podman-network-ls(1); libvirt's files of dnsmasq.
"""

import ipaddress
import json
from collections.abc import AsyncGenerator, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from tui.model.address import IpAddress, is_link_local, parse_address, peer_address
from tui.model.command_line import quoted
from tui.model.facts import AnyFact, Detour, Device, NetworkMaker, NotObserved
from tui.model.requests import ExamineDevice
from tui.model.safe_text import safe_name
from tui.probes.kernel.netlink import KernelError
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.kernel.tool import run_tool
from tui.probes.namespaces.engine_access import Access, EnginePlaces, accesses
from tui.probes.path import rtnetlink
from tui.probes.path.rtnetlink import FoundLink

DEADLINE_S = 3.0
"""docker answers in a tenth of a second, podman in half a second."""
MOST_LINKS = 512
"""Interfaces that are asked for another route; a machine with more has one for each of its containers."""
TUNNELS = frozenset(
    {"tun", "wireguard", "ipip", "gre", "gretap", "sit", "ip6tnl", "ip6gre", "vti", "vti6", "xfrm", "vxlan", "geneve"}
)
"""Kinds of interface that lead into another network by way of packets around packets (ip-link(8)); of OpenVPN and its like
it is `tun`."""
_OF_CONTAINERS = frozenset({"veth", "tun"})
"""The ports of a bridge that lead to containers and to virtual machines; any other port is a way to a real network."""
_DOCKERS_OWN, _DOCKERS = "docker0", "br-"
"""The bridges of docker: of its network `bridge`, and of others by the first twelve digits of their id."""
_LIBVIRTS_FILES = Path("var/lib/libvirt/dnsmasq")


class LookedAt(Struct, frozen=True, kw_only=True):
    """What the kernel says of the interface, before anybody is asked whose it is."""

    kind: str | None
    leads_into: Literal["bridge", "tunnel"] | None
    addresses: tuple[str, ...]
    networks: tuple[str, ...]
    detour: Detour | None


async def check(request: ExamineDevice, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Device, or why nothing is known of it."""
    command = f"ip -d link show dev {quoted(request.name)}; ip route show table all"
    try:
        address = parse_address(peer_address(request.address))
        look = await in_thread(_looked, request.name, address)
    except (OSError, ValueError) as error:
        reason = f"The kernel cannot be asked for the interface {request.name} ({getattr(error, 'strerror', None) or error})."
        yield NotObserved(request=request, reason=reason, command=command)
        return
    made_by, network = await maker(request.name, system) if look.leads_into == "bridge" else (None, None)
    yield Device(
        name=request.name,
        address=request.address,
        link_kind=look.kind,
        leads_into=look.leads_into,
        addresses=look.addresses,
        networks=look.networks,
        made_by=made_by,
        network=network,
        detour=look.detour,
        command=command,
    )


def _looked(name: str, address: IpAddress) -> LookedAt:
    """Ask the kernel. Blocks; raises OSError, ValueError where there is no such interface."""
    links = rtnetlink.links()
    mine = next((link for link in links if link.name == name), None)
    if mine is None:
        raise ValueError("there is none of that name")
    own = [
        ipaddress.ip_interface(f"{one}/{length}")
        for index, one, length in rtnetlink.interface_networks()
        if index == mine.index and not is_link_local(one)
    ]
    return LookedAt(
        kind=mine.kind,
        leads_into=_leads_into(mine, links),
        addresses=tuple(str(one.ip) for one in own),
        networks=tuple(str(one.network) for one in own),
        detour=_detour(mine, links, address),
    )


def _leads_into(mine: FoundLink, links: Iterable[FoundLink]) -> Literal["bridge", "tunnel"] | None:
    if mine.kind == "bridge" and all(link.kind in _OF_CONTAINERS for link in links if link.master == mine.index):
        return "bridge"
    return "tunnel" if mine.kind in TUNNELS else None


def _detour(mine: FoundLink, links: list[FoundLink], address: IpAddress) -> Detour | None:
    """The best route by any other interface: the longest prefix, then the smallest metric."""
    best: tuple[int, int, Detour] | None = None
    others = [link for link in links if link.is_up and not link.master and link.index != mine.index]
    for link in others[:MOST_LINKS]:
        try:
            entry = rtnetlink.look_up(address, link.index, in_table=True)
        except KernelError:  # it has no route that way
            continue
        if entry.type != "unicast" or entry.device != link.name:
            continue
        length = 0 if entry.prefix == "default" else ipaddress.ip_network(entry.prefix).prefixlen
        found = (-length, entry.metric or 0, Detour(device=link.name, gateway=entry.gateway, prefix=entry.prefix))
        if best is None or found[:2] < best[:2]:
            best = found
    return best[2] if best else None


async def maker(bridge: str, system: SystemView) -> tuple[NetworkMaker | None, str | None]:
    """Who made a bridge, and how it calls the network; None where nobody says so."""
    libvirts = await in_thread(_libvirts, bridge, system.root / _LIBVIRTS_FILES)
    if libvirts:
        return "libvirt", libvirts
    for way in await in_thread(accesses, system.environ, EnginePlaces(proc=system.proc)):
        if not isinstance(way, Access):
            continue
        if way.engine == "docker" and (name := _dockers_name(bridge)):
            for network in await _networks((*way.program, "network", "inspect", name), system.environ):
                return "docker", safe_name(str(network.get("Name")))
        elif way.engine == "podman":
            listed = await _networks((*way.program, "network", "ls", "--format", "json"), system.environ)
            own = next((one for one in listed if one.get("network_interface") == bridge), None)
            if own:
                return "podman", safe_name(str(own.get("name")))
    return None, None


def _dockers_name(bridge: str) -> str:
    """How docker's program is asked for the network of a bridge; empty for one that is not called as docker's are."""
    return "bridge" if bridge == _DOCKERS_OWN else bridge.removeprefix(_DOCKERS) if bridge.startswith(_DOCKERS) else ""


def _libvirts(bridge: str, folder: Path) -> str:
    """The network of libvirt that has the bridge, by the file that its dnsmasq is started with; empty where there is none."""
    try:
        files = sorted(folder.glob("*.conf"))
    except OSError:
        return ""
    return next((safe_name(file.stem) for file in files if f"\ninterface={bridge}\n" in text_of(file)), "")


async def _networks(command: tuple[str, ...], environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """The objects of the JSON array that an engine prints; none where it does not answer so."""
    try:
        done = await run_tool(command, environ=environ, deadline_s=DEADLINE_S)
        rows = [] if done.status else json.loads(done.output)
    except (OSError, TimeoutError, ValueError, RecursionError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
