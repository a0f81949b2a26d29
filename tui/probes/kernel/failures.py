"""The one place where an error number becomes meaning: errno, ICMP type and code, resolver error.

An ICMP error, where one came, decides; the errno that Linux derives from it is ambiguous (EHOSTUNREACH can be a dead
host, a prohibition or an expired TTL). Sources: icmp_err_convert in net/ipv4/icmp.c and tab_unreach in
net/ipv6/icmp.c; the IANA registries of ICMP and ICMPv6 parameters; connect(2), unix(7), getaddrinfo(3).
"""

import errno
import socket

from tui.model.address import IpFamily, ip_family
from tui.model.facts import IcmpError, Outcome

_UNREACHABLE, _REJECTED, _REFUSED = Outcome.UNREACHABLE, Outcome.REJECTED, Outcome.REFUSED
_ICMP: dict[IpFamily, dict[tuple[int, int], tuple[str, Outcome]]] = {
    "IPv4": {
        (3, 0): ("network unreachable", _UNREACHABLE),
        (3, 1): ("host unreachable", _UNREACHABLE),
        (3, 2): ("protocol unreachable", _REJECTED),
        (3, 3): ("port unreachable", _REFUSED),
        (3, 4): ("fragmentation needed", _UNREACHABLE),
        (3, 5): ("source route failed", _UNREACHABLE),
        (3, 6): ("network unknown", _UNREACHABLE),
        (3, 7): ("host unknown", _UNREACHABLE),
        (3, 8): ("source host isolated", _UNREACHABLE),
        (3, 9): ("network administratively prohibited", _REJECTED),
        (3, 10): ("host administratively prohibited", _REJECTED),
        (3, 11): ("network unreachable for this type of service", _UNREACHABLE),
        (3, 12): ("host unreachable for this type of service", _UNREACHABLE),
        (3, 13): ("administratively prohibited", _REJECTED),
        (3, 14): ("host precedence violation", _REJECTED),
        (3, 15): ("precedence cutoff", _REJECTED),
        (11, 0): ("time exceeded", _UNREACHABLE),
        (11, 1): ("fragment reassembly time exceeded", _UNREACHABLE),
        (12, 0): ("parameter problem", _UNREACHABLE),
    },
    "IPv6": {
        (1, 0): ("no route to destination", _UNREACHABLE),
        (1, 1): ("administratively prohibited", _REJECTED),
        (1, 2): ("beyond the scope of the source address", _UNREACHABLE),
        (1, 3): ("address unreachable", _UNREACHABLE),
        (1, 4): ("port unreachable", _REFUSED),
        (1, 5): ("source address failed the policy", _REJECTED),
        (1, 6): ("reject route to destination", _REJECTED),
        (2, 0): ("packet too big", _UNREACHABLE),
        (3, 0): ("time exceeded", _UNREACHABLE),
        (3, 1): ("fragment reassembly time exceeded", _UNREACHABLE),
        (4, 0): ("parameter problem", _UNREACHABLE),
    },
}

_BY_ERRNO = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ECONNRESET: Outcome.RESET,
    errno.EPIPE: Outcome.RESET,  # a reset after the peer had closed
    errno.ETIMEDOUT: Outcome.TIMEOUT,
}
_LATE = {
    # After the SYN went out these come from ICMP alone, so they mean the same where the kernel does not show it.
    errno.ENETUNREACH: Outcome.UNREACHABLE,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.EACCES: Outcome.REJECTED,  # IPv6 1/1
}
_UNIX = {errno.ECONNREFUSED: Outcome.REFUSED, errno.ECONNRESET: Outcome.RESET, errno.EAGAIN: Outcome.TIMEOUT}
_EAI = {value: name for name, value in vars(socket).items() if name.startswith("EAI_")}


def icmp_error(kind: int, code: int, sender: str) -> IcmpError:
    """The ICMP error of this type and code, in words; the family is the sender's."""
    known = _known(kind, code, sender)
    return IcmpError(type=kind, code=code, meaning=known[0] if known else f"ICMP type {kind} code {code}", sender=sender)


def is_time_exceeded(icmp: IcmpError | None) -> bool:
    """Whether a router on the way sent this because the TTL had reached zero."""
    return icmp is not None and (icmp.type, icmp.code) == ((3, 0) if ip_family(icmp.sender) == "IPv6" else (11, 0))


def tcp_outcome(error: int, icmp: IcmpError | None, *, at_once: bool) -> Outcome:
    """What a failed TCP connect means. `at_once`: connect() itself returned `error`, so no answer can have come."""
    if icmp is not None:
        known = _known(icmp.type, icmp.code, icmp.sender)
        return known[1] if known else Outcome.UNREACHABLE
    return _BY_ERRNO.get(error) or (Outcome.BLOCKED if at_once else _LATE.get(error, Outcome.BLOCKED))


def unix_outcome(error: int) -> Outcome:
    """What a failed connect to a Unix socket means; whatever keeps us from the socket is `blocked`."""
    return _UNIX.get(error, Outcome.BLOCKED)


def errno_name(error: int | None) -> str:
    """The symbolic name of an error number: `ECONNREFUSED`; `errno 9999` for a number without a name."""
    return errno.errorcode.get(error or 0, f"errno {error}")


def resolver_error_name(error: socket.gaierror) -> str:
    """The symbolic name of what getaddrinfo raised: `EAI_NONAME`; `EAI -105` for a number without a name here."""
    return _EAI.get(error.errno or 0, f"EAI {error.errno}")


def _known(kind: int, code: int, sender: str) -> tuple[str, Outcome] | None:
    return _ICMP[ip_family(sender)].get((kind, code))
