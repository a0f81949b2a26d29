"""The values of nft's JSON: what an expression is for a packet, and which values its right side names.

Law: a word that is not known makes the comparison unknown, never wrong. Source: libnftables-json(5), nft(8).
"""

import ipaddress
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from tui.probes.firewall.packet import TCP, Packet
from tui.probes.firewall.tristate import Span, Truth, either, every, exactly, within

_SYMBOLS: dict[str, dict[str, int]] = {
    "protocol": {"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "gre": 47, "esp": 50, "ah": 51, "ipv6-icmp": 58, "icmpv6": 58}
    | {
        "ospf": 89,
        "pim": 103,
        "comp": 108,
        "vrrp": 112,
        "sctp": 132,
        "udplite": 136,
        "dccp": 33,
        "ip": 0,
        "ipencap": 4,
        "ipv6": 41,
    },
    "nfproto": {"ipv4": 2, "ipv6": 10},
    "ethertype": {"ip": 0x0800, "ip6": 0x86DD, "arp": 0x0806, "vlan": 0x8100, "8021q": 0x8100},
    "state": {"invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64},
    "status": {"expected": 1, "seen-reply": 2, "assured": 4, "confirmed": 8, "snat": 16, "dnat": 32, "dying": 512},
    "direction": {"original": 0, "reply": 1},
    "flags": {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128},
    "packet-type": {"host": 0, "unicast": 0, "broadcast": 1, "multicast": 2, "other": 3},
    "address-type": {"unspec": 0, "unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5, "blackhole": 6}
    | {"unreachable": 7, "prohibit": 8, "throw": 9, "nat": 10},
}
"""The words that nft prints, by what they stand for (src/proto.c, src/ct.c, src/meta.c, src/fib.c of nftables)."""
_LOCAL, _UNICAST = 2, 1


class Absent(Struct, frozen=True):
    """The packet has no such field, so a rule that asks for it does not match, whatever it compares with."""


class Value(Struct, frozen=True, kw_only=True):
    """What an expression is for a packet: a number in a range, or an interface's name."""

    kind: str
    span: Span | None = None
    name: str | None = None


MaybeValue = Value | Absent | None
"""None where it is not known."""


def value_of(left: Any, packet: Packet) -> MaybeValue:  # noqa: C901, PLR0912 -- one branch for each kind of expression
    """What the left side of a comparison is for the packet."""
    match left:
        case {"payload": {"protocol": str(protocol), "field": str(field)}}:
            return _payload(protocol, field, packet)
        case {"meta": {"key": str(key)}}:
            return _meta(key, packet)
        case {"ct": {"key": str(key), **more}}:
            return _tracked(key, more.get("dir"), packet)
        case {"fib": {"result": "type", "flags": ["daddr"] | "daddr"}}:
            return _type(packet.target_is_own)
        case {"fib": {"result": "type", "flags": ["saddr"] | "saddr"}}:
            return _type(packet.source_is_own)
        case {"fib": {"result": "oif" | "oifname", "flags": [*flags]}} if {"saddr", "iif"} <= {str(flag) for flag in flags}:
            # The way back is the way it came: the same route lookup found the interface.
            return Value(kind="presence", span=exactly(1)) if packet.coming_in else None
        case {"&": [inner, mask]}:
            value = value_of(inner, packet)
            bits = number(mask, value.kind) if isinstance(value, Value) else None
            if not isinstance(value, Value) or bits is None or value.span is None or value.span[0] != value.span[1]:
                return value if isinstance(value, Absent) else None
            return Value(kind=value.kind, span=exactly(value.span[0] & bits))
        case {"|": [inner, mask]}:
            value = value_of(inner, packet)
            bits = number(mask, value.kind) if isinstance(value, Value) else None
            if not isinstance(value, Value) or bits is None or value.span is None or value.span[0] != value.span[1]:
                return None
            return Value(kind=value.kind, span=exactly(value.span[0] | bits))
        case {"exthdr": _} | {"ip option": _}:
            return Absent()  # a SYN of ours has none
        case int():
            return Value(kind="number", span=exactly(left))
        case _:
            return None


def _payload(protocol: str, field: str, packet: Packet) -> MaybeValue:
    version = 4 if protocol == "ip" else 6
    match protocol, field:
        case (("ip" | "ip6"), _) if packet.version != version:
            return Absent()
        case (("ip" | "ip6"), "saddr"):
            return Value(kind="address", span=packet.source)
        case (("ip" | "ip6"), "daddr"):
            return Value(kind="address", span=packet.target)
        case (("ip" | "ip6"), "version"):
            return Value(kind="number", span=exactly(version))
        case ("ip", "protocol") | ("ip6", "nexthdr"):
            return Value(kind="protocol", span=exactly(TCP))
        case (("tcp" | "th"), "dport"):
            return Value(kind="port", span=packet.target_port)
        case (("tcp" | "th"), "sport"):
            return Value(kind="port", span=packet.source_port)
        case "tcp", "flags":
            return Value(kind="flags", span=exactly(packet.flags))
        case (("udp" | "udplite" | "sctp" | "dccp" | "icmp" | "icmpv6" | "igmp" | "esp" | "ah" | "comp" | "arp"), _):
            return Absent()
        case _:
            return None


def _meta(key: str, packet: Packet) -> MaybeValue:
    match key:
        case "l4proto":
            return Value(kind="protocol", span=exactly(TCP))
        case "nfproto":
            return Value(kind="nfproto", span=exactly(2 if packet.version == 4 else 10))  # noqa: PLR2004 -- the version of IP
        case "protocol":
            return Value(kind="ethertype", span=exactly(0x0800 if packet.version == 4 else 0x86DD))  # noqa: PLR2004 -- as above
        case "iif" | "iifname":
            return Value(kind="interface", name=packet.coming_in)
        case "oif" | "oifname":
            return Value(kind="interface", name=packet.going_out)
        case "skuid" | "skgid":
            owner = packet.uid if key == "skuid" else packet.gid
            if not packet.made_here:
                return Absent()
            return Value(kind="user" if key == "skuid" else "group", span=None if owner is None else exactly(owner))
        case "mark":
            return Value(kind="number", span=None if packet.mark is None else exactly(packet.mark))
        case "pkttype":
            return Value(kind="packet-type", span=exactly(0))
        case _:
            return None


def _tracked(key: str, direction: Any, packet: Packet) -> MaybeValue:
    if key == "state":
        if packet.tracked is None:
            return None
        state = "untracked" if not packet.tracked else ("established" if packet.answers else "new")
        return Value(kind="state", span=exactly(_SYMBOLS["state"][state]))
    if packet.tracked is not True:
        return None if packet.tracked is None else Absent()
    original = direction == "original"
    match key:
        case "direction":
            return Value(kind="direction", span=exactly(int(packet.answers)))
        case "mark":
            return Value(kind="number", span=None if packet.connection_mark is None else exactly(packet.connection_mark))
        case "status" if not packet.answers and packet.translated is False:
            return Value(kind="status", span=exactly(0))
        case "ip daddr" | "ip6 daddr" | "daddr" if original and not packet.answers:
            return Value(kind="address", span=packet.original_target)
        case "proto-dst" if original and not packet.answers:
            return Value(kind="port", span=packet.original_port)
        case _:
            return None


def _type(own: bool | None) -> MaybeValue:
    return None if own is None else Value(kind="address-type", span=exactly(_LOCAL if own else _UNICAST))


def number(right: Any, kind: str) -> int | None:
    """One number, or words and numbers whose bits are put together; None where a word is not known."""
    match right:
        case bool():
            return int(right)
        case int():
            return right
        case str():
            return _word(right, kind)
        case {"|": [*parts]} | [*parts]:
            numbers = [number(part, kind) for part in parts]
            return None if None in numbers else _joined(bits for bits in numbers if bits is not None)
        case _:
            return None


def _joined(numbers: Iterator[int]) -> int:
    total = 0
    for bits in numbers:
        total |= bits
    return total


def _word(text: str, kind: str) -> int | None:
    if kind == "address":
        try:
            return int(ipaddress.ip_address(text))
        except ValueError:
            return None
    if text in _SYMBOLS.get(kind, {}):
        return _SYMBOLS[kind][text]
    try:
        return int(text, 0)
    except ValueError:
        return None


def is_one_of(value: MaybeValue, right: Any) -> Truth:
    """Whether the value is what a single element stands for: a value, a prefix, a range, a wildcard, an element with more."""
    match right:
        case {"elem": {"val": inner}}:
            return is_one_of(value, inner)
        case "*":
            return True
        case _ if not isinstance(value, Value):
            return None
        case str() if value.kind == "interface":
            return same_interface(value.name, right, "*")
        case {"prefix": {"addr": str(address), "len": int(length)}}:
            return _in_prefix(value, address, length)
        case {"range": [low, high]}:
            first, last = number(low, value.kind), number(high, value.kind)
            return None if first is None or last is None else within(value.span, [(first, last)])
        case {"set": [*elements]}:
            return either(is_one_of(value, element) for element in elements)
        case _:
            wanted = number(right, value.kind)
            return None if wanted is None else within(value.span, [exactly(wanted)])


def _in_prefix(value: Value, address: str, length: int) -> Truth:
    try:
        network = ipaddress.ip_network(f"{address}/{length}", strict=False)
    except ValueError:
        return None
    return within(value.span, [(int(network.network_address), int(network.broadcast_address))])


def same_interface(name: str | None, pattern: str, wildcard: str) -> Truth:
    """Whether an interface is the named one, or one whose name begins like the pattern."""
    if name is None:
        return None
    if pattern.endswith(wildcard) and not pattern.endswith("\\" + wildcard):
        return name.startswith(pattern[: -len(wildcard)])
    if pattern.isascii() and pattern.isdigit():
        return None  # an index, whose interface is gone or in another namespace
    return name == pattern


def has_bits(value: MaybeValue, right: Any) -> Truth:
    """Whether the value has one of the named bits."""
    if not isinstance(value, Value) or value.span is None or value.span[0] != value.span[1]:
        return None
    bits = number(right, value.kind)
    return None if bits is None else bool(value.span[0] & bits)


def in_order(value: MaybeValue, operator: str, right: Any) -> Truth:
    """Whether the value is below or above a number."""
    if not isinstance(value, Value) or value.span is None:
        return None
    limit = number(right, value.kind)
    if limit is None:
        return None
    low, high = value.span
    match operator:
        case "<":
            return within((low, high), [(0, limit - 1)])
        case "<=":
            return within((low, high), [(0, limit)])
        case ">":
            return within((low, high), [(limit + 1, max(high, limit + 1))])
        case ">=":
            return within((low, high), [(limit, max(high, limit))])
        case _:
            return None


def all_are(values: list[MaybeValue], parts: Any) -> Truth:
    """Whether each value of a concatenation is what the element has at its position."""
    match parts:
        case {"elem": {"val": inner}}:
            return all_are(values, inner)
        case "*":
            return True
        case {"concat": [*single]} if len(single) == len(values):
            return every(is_one_of(value, part) for value, part in zip(values, single, strict=True))
        case _:
            return None
