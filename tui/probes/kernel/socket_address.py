"""From an address as people write it to the form that a socket call takes."""

import errno
import socket

from tui.model.address import ip_family, parse_address, plain_address, zone_of
from tui.model.numbers import decimal_number

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
"""The address of AF_INET, or of AF_INET6 with flow label and scope."""


def socket_address(address: str, port: int = 0) -> tuple[socket.AddressFamily, SocketAddress]:
    """Family and socket address of an IPv4 or IPv6 address, the latter with a zone such as `%eth0` if needed.

    Raises OSError (ENODEV) for a zone that is not an interface here, ValueError if `address` is not an address.
    """
    plain = str(parse_address(plain_address(address)))  # to a mapped address IPv4 packets are sent, so IPv4 errors come back
    if ip_family(plain) == "IPv4":
        return socket.AF_INET, (plain, port)
    zone = zone_of(address)
    return socket.AF_INET6, (plain, port, 0, scope_id(zone) if zone else 0)


def scope_id(zone: str) -> int:
    """The scope of a zone, an interface's index, by its name or number (RFC 4007). Raises OSError (ENODEV) for no such name."""
    number = decimal_number(zone)
    if number is not None:
        return number
    try:
        return socket.if_nametoindex(zone)
    except OSError as error:  # its own number is ENXIO or ENODEV, by version
        raise OSError(errno.ENODEV, f"there is no interface {zone}") from error
