"""The matches of iptables' modules, each option answered for one packet.

Law: a module that counts, times or remembers can't be evaluated. Source: iptables-extensions(8).
"""

import ipaddress
from collections.abc import Callable, Iterable

from tui.model.numbers import decimal_number
from tui.model.target import LONGEST_PORT
from tui.probes.firewall.packet import TCP, Packet
from tui.probes.firewall.tristate import Span, Truth, either, exactly, within

ALL_BITS = 0xFFFFFFFF
MODULES = frozenset(
    {"tcp", "comment", "multiport", "conntrack", "state", "owner", "addrtype", "mark", "connmark", "iprange", "pkttype"}
    | {"set", "limit", "hashlimit", "recent", "rpfilter", "nfacct", "physdev", "mac"}
)
"""The modules whose options are known; those that count, time or remember are answered with None below."""
ABSENT = frozenset({"rt", "frag", "hbh", "dst", "mh", "ah", "esp", "eui64", "icmp", "icmp6", "sctp", "dccp", "udplite", "udp"})
"""Modules for headers that a SYN and its answer do not have."""
_OF_TCP = frozenset({"all", "tcp"})
_NOT_OF_TCP = frozenset(
    {
        "icmp",
        "udp",
        "esp",
        "ah",
        "ipv6-icmp",
        "icmpv6",
        "sctp",
        "gre",
        "igmp",
        "ospf",
        "vrrp",
        "udplite",
        "dccp",
        "ipencap",
        "ipv6",
    }
)
"""Protocols by the names that iptables-save prints; every other one it prints as a number."""
_FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ALL": 63, "NONE": 0}
_STATES = frozenset({"INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED"})
_OTHER_TYPES = frozenset(
    {"BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"}
)


def holds(module: str, option: str, values: tuple[str, ...], packet: Packet) -> Truth:
    """Whether one option, without its `!`, holds for the packet."""
    value = values[0] if values else ""
    answer = _GENERAL.get(option) or _BY_MODULE.get((module, option))
    return answer(value, values, packet) if answer else None


def _protocol(value: str, _values: tuple[str, ...], _packet: Packet) -> Truth:
    number = decimal_number(value)
    if number is not None:
        return number in {0, TCP}
    return True if value in _OF_TCP else False if value in _NOT_OF_TCP else None


def _source(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return within_networks(packet.source, value, packet.version)


def _target(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return within_networks(packet.target, value, packet.version)


def within_networks(address: Span | None, text: str, version: int) -> Truth:
    """Whether an address lies in one of the networks, with a prefix length or a mask."""
    spans: list[Span] = []
    for network_text in text.split(","):
        try:
            network = ipaddress.ip_network(network_text, strict=False)
        except ValueError:
            return None  # a mask with holes, or a name
        if network.version == version:
            spans.append((int(network.network_address), int(network.broadcast_address)))
    return within(address, spans)


def _coming_in(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _interface(packet.coming_in, value)


def _going_out(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _interface(packet.going_out, value)


def _interface(name: str | None, pattern: str) -> Truth:
    if pattern == "+":
        return True
    if name is None:
        return None
    return name.startswith(pattern[:-1]) if pattern.endswith("+") else name == pattern


def _yes(_value: str, _values: tuple[str, ...], _packet: Packet) -> Truth:
    return True


def _no(_value: str, _values: tuple[str, ...], _packet: Packet) -> Truth:
    return False


def port_spans(text: str) -> list[Span]:
    """Ports and ranges: `80`, `80,443`, `1024:65535`, `:1023`; what is not a number is left out."""
    spans: list[Span] = []
    for part in text.split(","):
        low, ranged, high = part.partition(":")
        first, last = port_number(low or "0"), port_number((high or "65535") if ranged else low)
        if first is not None and last is not None:
            spans.append((first, last))
    return spans


def port_number(text: str) -> int | None:
    """The port that the text spells; None where it is none."""
    number = decimal_number(text)
    return number if number is not None and number <= LONGEST_PORT else None


def _target_port(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    spans = port_spans(value)
    return within(packet.target_port, spans) if len(spans) == value.count(",") + 1 else None


def _source_port(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    spans = port_spans(value)
    return within(packet.source_port, spans) if len(spans) == value.count(",") + 1 else None


def _either_port(value: str, values: tuple[str, ...], packet: Packet) -> Truth:
    return either([_target_port(value, values, packet), _source_port(value, values, packet)])


def _tcp_flags(_value: str, values: tuple[str, ...], packet: Packet) -> Truth:
    if len(values) != 2:  # noqa: PLR2004 -- mask and wanted
        return None
    numbers = [_bits(text) for text in values]
    if numbers[0] is None or numbers[1] is None:
        return None
    return packet.flags & numbers[0] == numbers[1]


def _bits(text: str) -> int | None:
    total = 0
    for word in text.split(","):
        bit = int(word, 16) if word.startswith("0x") and word[2:].isalnum() and _is_hex(word[2:]) else _FLAGS.get(word)
        if bit is None:
            return None
        total |= bit
    return total


def _is_hex(text: str) -> bool:
    return bool(text) and all(letter in "0123456789abcdefABCDEF" for letter in text)


def _is_syn(_value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return not packet.answers


def _state(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    wanted = set(value.split(","))
    if wanted & {"SNAT", "DNAT"}:
        return None
    if not wanted <= _STATES:
        return None
    if packet.tracked is None:
        return None
    return ("UNTRACKED" if not packet.tracked else "ESTABLISHED" if packet.answers else "NEW") in wanted


def _direction(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return None if packet.tracked is not True else value == ("REPLY" if packet.answers else "ORIGINAL")


def _original_target(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return (
        None if packet.answers or packet.tracked is not True else within_networks(packet.original_target, value, packet.version)
    )


def _original_port(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return None if packet.answers or packet.tracked is not True else within(packet.original_port, port_spans(value))


def _uid(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _id(value, packet.uid, made_here=packet.made_here)


def _gid(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _id(value, packet.gid, made_here=packet.made_here)


def _id(value: str, own: int | None, *, made_here: bool) -> Truth:
    word, _, end = value.partition("-")
    low, high = decimal_number(word), decimal_number(end or word)
    if low is None or high is None or not made_here:
        return None
    return within(None if own is None else exactly(own), [(low, high)])


def _source_type(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _type(value, own=packet.source_is_own)


def _target_type(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _type(value, own=packet.target_is_own)


def _type(value: str, *, own: bool | None) -> Truth:
    wanted = set(value.split(","))
    if own is None or not wanted <= _OTHER_TYPES | {"LOCAL", "UNICAST"}:
        return None
    return ("LOCAL" if own else "UNICAST") in wanted


def mark_and_mask(text: str) -> tuple[int, int] | None:
    """`0x1/0xff`, or a mark alone, whose mask is every bit."""
    mark, _, mask = text.partition("/")
    try:
        return int(mark, 0) & ALL_BITS, int(mask, 0) & ALL_BITS if mask else ALL_BITS
    except ValueError:
        return None


def _mark(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _marked(value, packet.mark)


def _connection_mark(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _marked(value, packet.connection_mark)


def _marked(value: str, mark: int | None) -> Truth:
    numbers = mark_and_mask(value)
    return None if numbers is None or mark is None else mark & numbers[1] == numbers[0]


def _source_range(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _range(value, packet.source)


def _target_range(value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    return _range(value, packet.target)


def _range(value: str, address: Span | None) -> Truth:
    low, _, high = value.partition("-")
    try:
        return within(address, [(int(ipaddress.ip_address(low)), int(ipaddress.ip_address(high or low)))])
    except ValueError:
        return None


def _packet_type(value: str, _values: tuple[str, ...], _packet: Packet) -> Truth:
    return {"unicast": True, "host": True, "broadcast": False, "multicast": False}.get(value)


def _not_by_reverse_path(_value: str, _values: tuple[str, ...], packet: Packet) -> Truth:
    """Whether the way back differs from the way it came: never, as the same route lookup found the interface."""
    return False if packet.coming_in else None


Answer = Callable[[str, tuple[str, ...], Packet], Truth]
_GENERAL: dict[str, Answer] = {
    "protocol": _protocol,
    "source": _source,
    "destination": _target,
    "in-interface": _coming_in,
    "out-interface": _going_out,
    "fragment": _no,
    "counters": _yes,
    "version": _yes,
}


def _of(modules: Iterable[str], options: Iterable[str], answer: Answer) -> dict[tuple[str, str], Answer]:
    return {(module, option): answer for module in modules for option in options}


_BY_MODULE: dict[tuple[str, str], Answer] = {
    **_of(("", "tcp"), ("dport", "destination-port"), _target_port),
    **_of(("", "tcp"), ("sport", "source-port"), _source_port),
    **_of(("", "tcp"), ("tcp-flags",), _tcp_flags),
    **_of(("", "tcp"), ("syn",), _is_syn),
    **_of(("multiport",), ("dports", "destination-ports"), _target_port),
    **_of(("multiport",), ("sports", "source-ports"), _source_port),
    **_of(("multiport",), ("ports",), _either_port),
    **_of(("conntrack", "state"), ("ctstate", "state"), _state),
    **_of(("conntrack",), ("ctproto",), _protocol),
    **_of(("conntrack",), ("ctdir",), _direction),
    **_of(("conntrack",), ("ctorigdst",), _original_target),
    **_of(("conntrack",), ("ctorigdstport",), _original_port),
    **_of(("owner",), ("uid-owner",), _uid),
    **_of(("owner",), ("gid-owner",), _gid),
    **_of(("addrtype",), ("src-type",), _source_type),
    **_of(("addrtype",), ("dst-type",), _target_type),
    **_of(("mark",), ("mark",), _mark),
    **_of(("connmark",), ("mark",), _connection_mark),
    **_of(("iprange",), ("src-range",), _source_range),
    **_of(("iprange",), ("dst-range",), _target_range),
    **_of(("pkttype",), ("pkt-type",), _packet_type),
    **_of(("rpfilter",), ("invert",), _not_by_reverse_path),
    **_of(("rpfilter",), ("loose", "validmark", "accept-local"), _yes),
    **_of(("comment",), ("comment",), _yes),
    **_of(("nfacct",), ("nfacct-name",), _yes),
}
