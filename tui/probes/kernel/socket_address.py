"""From an address as people write it to what a socket call takes."""

import errno
import ipaddress
import socket

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
"""The address of AF_INET, or of AF_INET6 with flow label and scope."""


def socket_address(address: str, port: int = 0) -> tuple[socket.AddressFamily, SocketAddress]:
    """Family and socket address of an IPv4 or IPv6 address, the latter with a zone such as `%eth0` if need be.

    Raises OSError (ENODEV) for a zone that is no interface of this machine, ValueError if `address` is none.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return socket.AF_INET, (str(ip), port)
    if ip.ipv4_mapped:  # IPv4 packets go out, so the errors of IPv4 come back
        return socket.AF_INET, (str(ip.ipv4_mapped), port)
    return socket.AF_INET6, (str(ip).partition("%")[0], port, 0, _scope(ip.scope_id))


def _scope(zone: str | None) -> int:
    if not zone:
        return 0
    if zone.isascii() and zone.isdigit():
        return int(zone)
    try:
        return socket.if_nametoindex(zone)
    except OSError as error:  # its own number is ENXIO or ENODEV, by version
        raise OSError(errno.ENODEV, f"there is no interface {zone}") from error
