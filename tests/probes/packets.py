"""Packets of one connection, for the tests of the packet filter's rules: as its sender's machine sees them."""

from msgspec.structs import replace

from tui.probes.firewall.packet import Packet, address_span
from tui.probes.firewall.tristate import exactly

HERE, THERE = address_span("10.9.0.1"), address_span("10.9.0.7")
HERE6, THERE6 = address_span("fd09::1"), address_span("fd09::7")
PORTS = (32768, 60999)

SYN = Packet(
    version=4,
    source=HERE,
    target=THERE,
    source_port=PORTS,
    target_port=exactly(5432),
    going_out="d0",
    uid=1000,
    gid=100,
    mark=5,
    connection_mark=6,
    source_is_own=True,
    target_is_own=False,
    original_target=THERE,
    original_port=exactly(5432),
)
"""From 10.9.0.1, a socket of user 1000 and group 100, to port 5432 of 10.9.0.7, by d0."""
ANSWER = replace(
    SYN,
    answers=True,
    made_here=False,
    source=THERE,
    target=HERE,
    source_port=exactly(5432),
    target_port=PORTS,
    coming_in="d0",
    going_out="",
    source_is_own=False,
    target_is_own=True,
)
"""The SYN-ACK that comes back by d0."""
SYN6 = replace(SYN, version=6, source=HERE6, target=THERE6, original_target=THERE6)
UNKNOWN = replace(
    SYN,
    source=None,
    target=None,
    source_port=(0, 65535),
    target_port=None,
    coming_in=None,
    going_out=None,
    uid=None,
    gid=None,
    mark=None,
    connection_mark=None,
    tracked=None,
    source_is_own=None,
    target_is_own=None,
    translated=None,
)
"""Of which nothing is known but that it is a SYN of IPv4."""
UNTRACKED = replace(SYN, tracked=False)
