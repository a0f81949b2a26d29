"""Addresses as people write them, in the form that a socket call takes; and what a connected socket says of itself."""

import errno
import socket

import pytest

from tests.probes.loopback import listening
from tui.probes.kernel.handshake import retransmits
from tui.probes.kernel.socket_address import socket_address

LO = socket.if_nametoindex("lo")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", (socket.AF_INET, ("127.0.0.1", 80))),
        ("::ffff:127.0.0.1", (socket.AF_INET, ("127.0.0.1", 80))),
        ("::1", (socket.AF_INET6, ("::1", 80, 0, 0))),
        ("fe80:0::1%lo", (socket.AF_INET6, ("fe80::1", 80, 0, LO))),
        ("fe80::1%7", (socket.AF_INET6, ("fe80::1", 80, 0, 7))),
    ],
)
def test_an_address_has_its_family_and_scope(address: str, expected: object) -> None:
    """A mapped address is one of IPv4; a zone is an interface's name or number."""
    assert socket_address(address, 80) == expected
    assert socket_address(address) == socket_address(address, 0)


def test_a_zone_that_is_not_here_is_said() -> None:
    """Whatever number the system gives to that, it is ENODEV; what is no address raises ValueError."""
    with pytest.raises(OSError, match="there is no interface nobody") as raised:
        socket_address("fe80::1%nobody", 80)
    assert raised.value.errno == errno.ENODEV
    with pytest.raises(ValueError, match="example"):
        socket_address("example", 80)


def test_a_socket_that_lost_nothing_says_nought() -> None:
    """The number of retransmitted segments is a number, also where there were none."""
    with listening("127.0.0.1") as server, socket.create_connection(server.getsockname(), timeout=5) as sock:
        assert retransmits(sock) == 0
