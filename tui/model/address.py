"""IP addresses as text: their family and zone, what range they are in, and whether two are the same.

Facts and requests hold an address as people and the kernel write it; what can be known of such a text is asked here.
An IPv6 address may name its zone, as in `fe80::1%eth0` (RFC 4007, section 11). An IPv4-mapped one, `::ffff:10.0.0.1`, stands
for the IPv4 address (RFC 4291, 2.5.5.2). Text that is not an address raises nothing, except in `parse_address`.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from typing import Annotated, Literal

from msgspec import Meta

_ALPHABET = re.compile(r"^(?!-)[0-9A-Za-z_.:%@/*-]*(?![\s\S])")
Address = Annotated[str, Meta(pattern=_ALPHABET.pattern)]
"""An address, or a network with its length, as a record holds it: nothing that a shell acts on, and never an option.

A record with another text is not read. Zones keep to these characters too.
"""
IpAddress = IPv4Address | IPv6Address
IpFamily = Literal["IPv4", "IPv6"]

_SHARED = IPv4Network("100.64.0.0/10")
LOOPBACK: dict[IpFamily, str] = {"IPv4": "127.0.0.1", "IPv6": "::1"}
"""The usual address of a machine for itself."""


def parse_address(text: str) -> IpAddress:
    """The address as a number, with its zone as `scope_id`. Raises ValueError, whose message is a sentence."""
    try:
        return ip_address(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an address.") from None


def literal_address(host: str) -> str | None:
    """The address in its usual spelling if `host` is one (a zone such as `%eth0` is kept), else None.

    A zone with other characters than those of `Address` makes it none: a container may call its interfaces as it likes.
    """
    try:
        address = str(ip_address(host))
    except ValueError:
        return None
    return address if _ALPHABET.match(address) else None


def without_zone(text: str) -> str:
    """`fe80::1` of `fe80::1%eth0`: the text before its zone, as it is spelled."""
    return text.split("%", maxsplit=1)[0]


def zone_of(text: str) -> str:
    """`eth0` of `fe80::1%eth0`: the interface's name or number; empty where no zone is named."""
    return text[len(without_zone(text)) + 1 :]


def plain_address(text: str) -> str:
    """The address alone, in its usual spelling: without zone, and IPv4 where it is mapped. Other text stays as it is."""
    address = _plain(text)
    return text if address is None else str(address)


def peer_address(text: str) -> str:
    """The address that connect() makes the peer: the plain one; for the unspecified one this machine, by loopback (ip(7))."""
    plain = plain_address(text)
    return LOOPBACK[ip_family(plain)] if is_unspecified(plain) else plain


def same_address(first: str, second: str) -> bool:
    """Whether two texts are the same address; a zone only says on which link, and is ignored."""
    return plain_address(first) == plain_address(second)


def ip_family(text: str) -> IpFamily:
    """The family that the text is written in: `IPv6` if it has a colon (a mapped address has), else `IPv4`."""
    return "IPv6" if ip_version(text) == 6 else "IPv4"  # noqa: PLR2004 -- the version of IP


def ip_version(text: str) -> Literal[4, 6]:
    """The family's number, in packets and in tables by protocol."""
    return 6 if ":" in text else 4


def is_loopback(text: str) -> bool:
    """Whether it is in 127.0.0.0/8, or ::1."""
    address = _plain(text)
    return address is not None and address.is_loopback


def is_link_local(text: str) -> bool:
    """Whether it is in 169.254.0.0/16 or fe80::/10: good on one link alone, and each link may have it."""
    address = _plain(text)
    return address is not None and address.is_link_local


def is_private(text: str) -> bool:
    """Whether it is of a network that the Internet does not route (RFC 1918, RFC 6598, RFC 4193), loopback left out."""
    address = _plain(text)
    return address is not None and address.is_private | _is_shared(address) and not address.is_loopback


def is_unspecified(text: str) -> bool:
    """Whether it is 0.0.0.0 or ::, or the `*` that ss(8) writes: every address to a listener, this machine to a client."""
    address = _plain(text)
    return text == "*" or (address is not None and address.is_unspecified)


def endpoint(address: str, port: int) -> str:
    """`address:port`, with an IPv6 address in brackets (RFC 3986, section 3.2.2)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _is_shared(address: IpAddress) -> bool:
    """Whether it is of a provider's inner network (RFC 6598), which Python does not call private."""
    return isinstance(address, IPv4Address) and address in _SHARED


@lru_cache(maxsize=4096)  # a session's addresses are few, and each is asked about hundreds of times
def _plain(text: str) -> IpAddress | None:
    """The number without zone, and of IPv4 where it is mapped; None where the text is not an address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))
