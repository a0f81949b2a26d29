"""The addresses of this machine's interfaces, and whether IPv6 is switched off. From the kernel, elsewhere from psutil."""

import os
import socket
import struct
import sys
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from pathlib import Path

from tui.model.address import ip_family, without_zone
from tui.model.facts import Addresses, AnyFact, NotObserved
from tui.model.requests import ListAddresses
from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import text_of
from tui.probes.kernel.threads import in_thread
from tui.probes.path import rtnetlink

MOST_ADDRESSES = 10_000
"""A router or a container host has hundreds; this is only a bound."""
COMMAND = "ip -brief address"
_SIOCGIFFLAGS, _IFF_UP = 0x8913, 0x1  # netdevice(7)
_FLAGS_OF, _FLAGS = struct.Struct("16s24x"), struct.Struct("16xh22x")  # struct ifreq with its name, and with its flags
_SWITCHES = ("all", "lo")
"""`all` is for every interface; where IPv6 is off on `lo`, ::1 is gone too."""


async def check(request: ListAddresses, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the Addresses, each with its interface and without a zone; or why they cannot be read."""
    try:
        addresses = await in_thread(_addresses)
        down = await in_thread(interfaces_down)
        disabled = await in_thread(ipv6_disabled, system.proc, [address for _, address in addresses])
    except OSError as error:
        yield NotObserved(
            request=request, reason=f"The interfaces cannot be listed ({error.strerror or error}).", command=COMMAND
        )
        return
    yield Addresses(addresses=tuple(addresses[:MOST_ADDRESSES]), ipv6_disabled=disabled, down=down, command=COMMAND)


def interfaces_down() -> tuple[str, ...]:
    """The interfaces that are not up; none where this system does not show it. Raises OSError."""
    if sys.platform != "linux":
        return ()
    import fcntl

    down = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        for _, name in socket.if_nameindex()[:MOST_ADDRESSES]:
            with suppress(OSError):  # gone since it was listed
                (flags,) = _FLAGS.unpack(fcntl.ioctl(link, _SIOCGIFFLAGS, _FLAGS_OF.pack(os.fsencode(name))))
                if not flags & _IFF_UP:
                    down.append(safe_text(name))
    return tuple(down)


def ipv6_disabled(proc: Path, addresses: Iterable[str]) -> bool:
    """Whether IPv6 can't be used here: no interface has an IPv6 address, and the kernel lacks it or a switch is off."""
    if any(ip_family(address) == "IPv6" for address in addresses):
        return False
    settings = proc / "sys/net/ipv6/conf"
    return not settings.is_dir() or any(text_of(settings / name / "disable_ipv6").strip() == "1" for name in _SWITCHES)


def _addresses() -> list[tuple[str, str]]:
    try:
        rows = rtnetlink.interface_addresses()
        names = dict(socket.if_nameindex())
    except OSError:  # netlink is not available
        return from_psutil()
    return [(safe_text(names.get(index, f"interface {index}")), address) for index, address in rows]


def from_psutil() -> list[tuple[str, str]]:
    """The same by psutil, for systems without netlink. Raises OSError."""
    import psutil

    families = {socket.AF_INET, socket.AF_INET6}
    return [
        (safe_text(name), without_zone(entry.address))
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if entry.family in families
    ]
