"""What a redirecting rule makes of a packet: its target, whether that is this machine's, and the way that it takes."""

import pytest

from tui.probes.firewall.packet import LOOPBACK, Packet, address_span, loopback_of, redirected_to
from tui.probes.firewall.tristate import exactly

PACKET = Packet(
    version=4,
    source=address_span("10.0.1.2"),
    target=address_span("10.0.3.9"),
    source_port=exactly(40000),
    target_port=exactly(80),
    going_out="eth0",
    target_is_own=False,
)


def test_a_rule_may_change_the_port_alone() -> None:
    """The address, and with it the way, stays; the connection counts as redirected."""
    moved = redirected_to(PACKET, None, exactly(8080), keeps_address=True, hook="output")

    assert (moved.target, moved.target_port, moved.translated) == (PACKET.target, exactly(8080), True)
    assert (moved.target_is_own, moved.going_out) == (False, "eth0")


@pytest.mark.parametrize(
    ("address", "hook", "own", "out"),
    [
        ("10.0.5.5", "output", None, None),
        ("10.0.5.5", "prerouting", None, "eth0"),
        (None, "output", True, LOOPBACK),
    ],
    ids=["elsewhere", "before the way is chosen", "to this machine"],
)
def test_a_rule_may_change_the_address(address: str | None, hook: str, own: bool | None, out: str | None) -> None:
    """By loopback it is this machine's, and goes there; whose any other address is, and which way it takes, is not known."""
    target = address_span(address) if address else loopback_of(4)
    moved = redirected_to(PACKET, target, exactly(8080), hook=hook)

    assert (moved.target, moved.target_port, moved.translated) == (target, exactly(8080), True)
    assert (moved.target_is_own, moved.going_out) == (own, out)
