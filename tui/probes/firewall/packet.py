"""One packet of the connection, as a packet filter sees it: a SYN on its way, or the SYN-ACK that answers it.

Law: a field is a range of what it can be, or None where nothing is known; a name is None where it is not known, and
empty where there is no interface at this hook. Source: netfilter's hooks (linux/netfilter.h), nft(8), iptables-extensions(8).
"""

from msgspec import Struct
from msgspec.structs import replace

from tui.model.address import parse_address, plain_address
from tui.probes.firewall.tristate import Span, exactly

SYN, SYN_ACK = 0x02, 0x12
"""The TCP flags of the two packets (RFC 9293, 3.1)."""
LOOPBACK = "lo"
ANY_PORT: Span = (0, 65535)
TCP = 6


class Packet(Struct, frozen=True, kw_only=True):
    """What a rule can ask about."""

    version: int
    """4 or 6."""
    source: Span | None
    target: Span | None
    source_port: Span
    target_port: Span | None
    coming_in: str | None = ""
    going_out: str | None = ""
    answers: bool = False
    """Whether it is the SYN-ACK."""
    uid: int | None = None
    gid: int | None = None
    made_here: bool = True
    """Whether a socket of this machine sends it; else no owner is known to the filter."""
    mark: int | None = 0
    connection_mark: int | None = 0
    tracked: bool | None = True
    source_is_own: bool | None = None
    """Whether the source is an address of the machine whose filter this is."""
    target_is_own: bool | None = None
    translated: bool | None = False
    """Whether a rule has redirected the connection."""
    original_target: Span | None = None
    original_port: Span | None = None

    @property
    def flags(self) -> int:
        """The TCP flags."""
        return SYN_ACK if self.answers else SYN


def address_span(text: str) -> Span:
    """An address as a number. Raises ValueError."""
    return exactly(int(parse_address(plain_address(text))))


def redirected_to(packet: Packet, address: Span | None, port: Span | None, *, keeps_address: bool = False, hook: str) -> Packet:
    """The packet after its target was changed; the way out that the kernel would choose now is not known."""
    if keeps_address:
        return replace(packet, target_port=port, translated=True)
    loop = address is not None and address == loopback_of(packet.version)
    own = True if loop else None
    out = packet.going_out if hook != "output" else (LOOPBACK if loop else None)
    return replace(packet, target=address, target_port=port, target_is_own=own, going_out=out, translated=True)


def loopback_of(version: int) -> Span:
    """Where REDIRECT sends a connection that is made here."""
    return address_span("127.0.0.1" if version == 4 else "::1")  # noqa: PLR2004 -- the version of IP
