"""nft's expressions: what each is for a packet, which words stand for which values, and what is not known."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.probes.packets import ANSWER, SYN, SYN6, UNKNOWN, UNTRACKED
from tui.probes.firewall.nft_rules import Store, matched
from tui.probes.firewall.nft_values import (
    Absent,
    Value,
    all_are,
    has_bits,
    in_order,
    is_one_of,
    number,
    same_interface,
    value_of,
)
from tui.probes.firewall.packet import Packet
from tui.probes.firewall.ruleset import Chain
from tui.probes.firewall.tristate import Truth, either, every, exactly, negated, within

CHAIN = Chain(backend="nft", family="inet", table="t", name="c")


def payload(protocol: str, field: str) -> Any:
    """A field of a header, as nft's JSON has it."""
    return {"payload": {"protocol": protocol, "field": field}}


def meta(key: str) -> Any:
    """What the kernel knows beside the packet."""
    return {"meta": {"key": key}}


def ct(key: str, **more: str) -> Any:
    """What connection tracking knows."""
    return {"ct": {"key": key, **more}}


def fib(result: str, *flags: str) -> Any:
    """What the routing table says."""
    return {"fib": {"result": result, "flags": list(flags)}}


def holds(left: Any, right: Any, packet: Packet = SYN, operator: str = "==") -> Truth:
    """Whether a match holds for the packet."""
    return matched({"op": operator, "left": left, "right": right}, CHAIN, packet, Store({}, {}))


@pytest.mark.parametrize(
    ("left", "right", "wrong", "packet"),
    [
        (payload("ip", "saddr"), "10.9.0.1", "10.9.0.7", SYN),
        (payload("ip", "daddr"), "10.9.0.7", "10.9.0.1", SYN),
        (payload("ip6", "saddr"), "fd09::1", "fd09::7", SYN6),
        (payload("ip6", "daddr"), "fd09::7", "fd09::1", SYN6),
        (payload("ip", "version"), 4, 6, SYN),
        (payload("ip6", "version"), 6, 4, SYN6),
        (payload("ip", "protocol"), "tcp", "udp", SYN),
        (payload("ip6", "nexthdr"), 6, 17, SYN6),
        (payload("tcp", "dport"), 5432, 5433, SYN),
        (payload("th", "dport"), 5432, 5433, SYN),
        (payload("tcp", "sport"), 5432, 5433, ANSWER),
        (payload("th", "sport"), 5432, 5433, ANSWER),
        (payload("tcp", "flags"), "syn", "ack", SYN),
        (payload("tcp", "flags"), ["syn", "ack"], "syn", ANSWER),
        (meta("l4proto"), "tcp", "udp", SYN),
        (meta("nfproto"), "ipv4", "ipv6", SYN),
        (meta("nfproto"), "ipv6", "ipv4", SYN6),
        (meta("protocol"), "ip", "ip6", SYN),
        (meta("protocol"), "ip6", "ip", SYN6),
        (meta("iif"), "d0", "d1", ANSWER),
        (meta("iifname"), "d*", "e*", ANSWER),
        (meta("oif"), "d0", "d1", SYN),
        (meta("oifname"), "d0", "d", SYN),
        (meta("skuid"), 1000, 100, SYN),
        (meta("skgid"), 100, 1000, SYN),
        (meta("mark"), 5, 6, SYN),
        (meta("pkttype"), "host", "broadcast", SYN),
        (meta("pkttype"), "unicast", "multicast", SYN),
        (ct("state"), "new", "established", SYN),
        (ct("state"), "established", "new", ANSWER),
        (ct("state"), "untracked", "new", UNTRACKED),
        (ct("direction"), "original", "reply", SYN),
        (ct("direction"), "reply", "original", ANSWER),
        (ct("mark"), 6, 5, SYN),
        (ct("status"), 0, 32, SYN),
        (ct("ip daddr", dir="original"), "10.9.0.7", "10.9.0.1", SYN),
        (ct("daddr", dir="original"), "10.9.0.7", "10.9.0.1", SYN),
        (ct("ip6 daddr", dir="original"), "fd09::7", "fd09::1", SYN6),
        (ct("proto-dst", dir="original"), 5432, 5433, SYN),
        (fib("type", "daddr"), "unicast", "local", SYN),
        (fib("type", "daddr"), "local", "unicast", ANSWER),
        (fib("type", "saddr"), "local", "unicast", SYN),
        ({"fib": {"result": "type", "flags": "saddr"}}, "local", "unicast", SYN),
        ({"fib": {"result": "type", "flags": "daddr"}}, "unicast", "local", SYN),
        (fib("oif", "saddr", "iif"), True, False, ANSWER),
        (fib("oifname", "saddr", "mark", "iif"), True, False, ANSWER),
        ({"&": [meta("mark"), 4]}, 4, 5, SYN),
        ({"|": [meta("mark"), 2]}, 7, 5, SYN),
        ({"&": [payload("tcp", "flags"), ["syn", "ack"]]}, "syn", "ack", SYN),
        (7, 7, 8, SYN),
    ],
)
def test_an_expression_is_a_value_of_the_packet(left: Any, right: Any, wrong: Any, packet: Packet) -> None:
    """It equals what the packet has, and differs from anything else."""
    assert holds(left, right, packet) is True
    assert holds(left, wrong, packet) is False
    assert holds(left, right, packet, "!=") is False
    assert holds(left, wrong, packet, "!=") is True


@pytest.mark.parametrize(
    ("left", "packet"),
    [
        (payload("ip", "saddr"), SYN6),
        (payload("ip6", "saddr"), SYN),
        *(
            (payload(protocol, "x"), SYN)
            for protocol in ("udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "esp", "ah", "comp", "arp")
        ),
        (meta("skuid"), ANSWER),
        (meta("skgid"), ANSWER),
        (ct("mark"), UNTRACKED),
        (ct("direction"), UNTRACKED),
        ({"exthdr": {"name": "frag"}}, SYN),
        ({"ip option": {"name": "rr"}}, SYN),
        ({"&": [payload("udp", "dport"), 1]}, SYN),
    ],
)
def test_what_a_packet_does_not_have_equals_nothing(left: Any, packet: Packet) -> None:
    """A rule that asks for such a field does not match, whatever it compares with, and neither does a concatenation with it."""
    assert value_of(left, packet) == Absent()
    assert holds(left, 0, packet) is False
    assert holds(left, 0, packet, "!=") is False
    assert holds({"concat": [meta("l4proto"), left]}, {"concat": ["tcp", 0]}, packet, "!=") is False


@pytest.mark.parametrize(
    ("left", "packet"),
    [
        (payload("ip", "saddr"), UNKNOWN),
        (payload("ip", "daddr"), UNKNOWN),
        (payload("ip", "ttl"), SYN),
        (payload("tcp", "dport"), UNKNOWN),
        (payload("tcp", "sport"), UNKNOWN),
        (payload("tcp", "window"), SYN),
        (payload("nobody", "knows"), SYN),
        (meta("iif"), UNKNOWN),
        (meta("oif"), UNKNOWN),
        (meta("skuid"), UNKNOWN),
        (meta("skgid"), UNKNOWN),
        (meta("mark"), UNKNOWN),
        (meta("length"), SYN),
        (ct("state"), UNKNOWN),
        (ct("mark"), UNKNOWN),
        (ct("mark"), replace(SYN, connection_mark=None)),
        (ct("status"), ANSWER),
        (ct("status"), replace(SYN, translated=True)),
        (ct("status"), replace(SYN, translated=None)),
        (ct("daddr"), SYN),
        (ct("daddr", dir="reply"), SYN),
        (ct("daddr", dir="original"), ANSWER),
        (ct("proto-dst"), SYN),
        (ct("proto-dst", dir="original"), ANSWER),
        (ct("bytes"), SYN),
        (fib("type", "daddr"), UNKNOWN),
        (fib("type", "saddr"), UNKNOWN),
        (fib("type", "daddr", "iif"), SYN),
        (fib("oif", "saddr", "iif"), SYN),
        (fib("oif", "saddr"), ANSWER),
        (fib("oif", "daddr", "iif"), ANSWER),
        ({"&": [meta("mark"), 4]}, UNKNOWN),
        ({"|": [meta("mark"), 4]}, UNKNOWN),
        ({"&": [meta("mark"), "x"]}, SYN),
        ({"|": [meta("mark"), "x"]}, SYN),
        ({"&": [payload("tcp", "sport"), 4]}, SYN),
        ({"|": [payload("tcp", "sport"), 4]}, SYN),
        ({"|": [payload("udp", "sport"), 4]}, SYN),
        ({"&": [meta("length"), 4]}, SYN),
        ({"jhash": {}}, SYN),
        ("text", SYN),
    ],
)
def test_what_is_not_known_equals_nothing_for_sure(left: Any, packet: Packet) -> None:
    """Neither that it is so nor that it is not so can be told."""
    assert holds(left, 0 if isinstance(left, str) else 6, packet) is None
    assert holds(left, 6, packet, "!=") is None


WORDS = {
    "protocol": {
        "icmp": 1,
        "igmp": 2,
        "tcp": 6,
        "udp": 17,
        "gre": 47,
        "esp": 50,
        "ah": 51,
        "ipv6-icmp": 58,
        "icmpv6": 58,
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
    "address-type": {
        "unspec": 0,
        "unicast": 1,
        "local": 2,
        "broadcast": 3,
        "anycast": 4,
        "multicast": 5,
        "blackhole": 6,
        "unreachable": 7,
        "prohibit": 8,
        "throw": 9,
        "nat": 10,
    },
}
"""As the kernel's headers number them: linux/in.h, netfilter.h, if_ether.h, nf_conntrack_common.h, if_packet.h, rtnetlink.h."""


@pytest.mark.parametrize(("kind", "word"), [(kind, word) for kind, words in WORDS.items() for word in words])
def test_a_word_stands_for_its_number(kind: str, word: str) -> None:
    """Each word of nft's listing is the number that the kernel compares; in another place the same word is not known."""
    assert number(word, kind) == WORDS[kind][word]
    assert number(word, "number") is None


@pytest.mark.parametrize(
    ("right", "kind", "expected"),
    [
        (7, "number", 7),
        (True, "presence", 1),
        (False, "presence", 0),
        ("0x10", "number", 16),
        ("10.0.0.1", "address", 0x0A000001),
        ("::1", "address", 1),
        ("example", "address", None),
        ("x", "number", None),
        (["syn", "ack"], "flags", 18),
        ({"|": ["syn", 16, "fin"]}, "flags", 19),
        (["syn", "x"], "flags", None),
        (1.5, "number", None),
        (None, "number", None),
    ],
)
def test_a_number_is_read_from_numbers_words_and_bits(right: Any, kind: str, expected: int | None) -> None:
    """Bits are put together; a word that is not known makes the whole unknown."""
    assert number(right, kind) == expected


PORT, ADDRESS, DEVICE = (
    Value(kind="port", span=exactly(80)),
    Value(kind="address", span=exactly(0x0A090007)),
    Value(kind="interface", name="eth0"),
)


@pytest.mark.parametrize(
    ("value", "right", "expected"),
    [
        (PORT, 80, True),
        (PORT, 81, False),
        (PORT, "http", None),
        (PORT, {"range": [79, 80]}, True),
        (PORT, {"range": [80, 81]}, True),
        (PORT, {"range": [81, 90]}, False),
        (PORT, {"range": [70, 79]}, False),
        (PORT, {"range": ["a", 90]}, None),
        (PORT, {"range": [70, "b"]}, None),
        (PORT, {"set": [79, 80]}, True),
        (PORT, {"set": [78, 79]}, False),
        (PORT, {"set": ["x", 79]}, None),
        (PORT, {"set": ["x", 80]}, True),
        (PORT, {"elem": {"val": 80, "comment": "x"}}, True),
        (PORT, {"elem": {"val": 81, "comment": "x"}}, False),
        (PORT, "*", True),
        (None, "*", True),
        (None, 80, None),
        (None, {"elem": {"val": "*"}}, True),
        (Value(kind="port"), 80, None),
        (Value(kind="port", span=(80, 90)), 80, None),
        (Value(kind="port", span=(80, 90)), {"range": [80, 90]}, True),
        (Value(kind="port", span=(80, 90)), {"range": [91, 95]}, False),
        (ADDRESS, {"prefix": {"addr": "10.9.0.0", "len": 24}}, True),
        (ADDRESS, {"prefix": {"addr": "10.9.1.0", "len": 24}}, False),
        (ADDRESS, {"prefix": {"addr": "10.9.0.9", "len": 24}}, True),
        (ADDRESS, {"prefix": {"addr": "name", "len": 24}}, None),
        (ADDRESS, "10.9.0.7", True),
        (DEVICE, "eth0", True),
        (DEVICE, "eth1", False),
        (DEVICE, "eth*", True),
        (DEVICE, {"set": ["lo", "eth0"]}, True),
        (Value(kind="interface"), "eth0", None),
        (PORT, {"nobody": "knows"}, None),
    ],
)
def test_an_element_is_a_value_a_range_a_prefix_or_a_wildcard(value: Value | None, right: Any, expected: Truth) -> None:
    """Each form of an element is compared as it is meant; what can't be read is not known."""
    assert is_one_of(value, right) is expected


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("eth0", "eth0", True),
        ("eth0", "eth", False),
        ("eth0", "eth*", True),
        ("eth0", "*", True),
        ("lo", "eth*", False),
        ("eth*", "eth\\*", False),
        ("", "eth0", False),
        (None, "eth0", None),
        (None, "*", None),
        ("eth0", "7", None),
        ("eth0", "7x", False),
    ],
)
def test_an_interface_is_named_or_begins_alike(name: str | None, pattern: str, expected: Truth) -> None:
    """A star at the end, unless it is escaped, stands for any end; a number is an interface whose name is not known."""
    assert same_interface(name, pattern, "*") is expected


@pytest.mark.parametrize(
    ("operator", "right", "expected"),
    [
        ("<", 81, True),
        ("<", 80, False),
        ("<=", 80, True),
        ("<=", 79, False),
        (">", 79, True),
        (">", 80, False),
        (">=", 80, True),
        (">=", 81, False),
        ("<", "x", None),
        ("~", 80, None),
    ],
)
def test_numbers_are_ordered(operator: str, right: Any, expected: Truth) -> None:
    """Below, up to, above, from: to the very number; an operator or a word that is not known tells nothing."""
    assert in_order(PORT, operator, right) is expected
    assert holds(payload("tcp", "sport"), right, replace(ANSWER, source_port=exactly(80)), operator) is expected


@pytest.mark.parametrize(
    ("operator", "right", "expected"),
    [
        ("<", 91, True),
        ("<", 90, None),
        ("<", 80, False),
        (">", 79, True),
        (">", 80, None),
        (">", 90, False),
        (">=", 80, True),
        (">=", 81, None),
        (">=", 91, False),
        ("<=", 90, True),
        ("<=", 89, None),
        ("<=", 79, False),
    ],
)
def test_a_value_that_lies_in_a_range_is_ordered_as_far_as_can_be_told(operator: str, right: int, expected: Truth) -> None:
    """From 80 to 90: what holds for each number of the range holds."""
    assert in_order(Value(kind="port", span=(80, 90)), operator, right) is expected
    assert in_order(Value(kind="port"), operator, right) is None
    assert in_order(None, operator, right) is None


@pytest.mark.parametrize(
    ("value", "right", "expected"),
    [
        (Value(kind="flags", span=exactly(18)), "syn", True),
        (Value(kind="flags", span=exactly(18)), ["fin", "ack"], True),
        (Value(kind="flags", span=exactly(18)), ["fin", "rst"], False),
        (Value(kind="flags", span=exactly(18)), "x", None),
        (Value(kind="flags", span=(2, 18)), "syn", None),
        (Value(kind="flags"), "syn", None),
        (Absent(), "syn", None),
        (None, "syn", None),
    ],
)
def test_bits_are_looked_for_in_a_known_value(value: Any, right: Any, expected: Truth) -> None:
    """One of the named bits is enough."""
    assert has_bits(value, right) is expected


@pytest.mark.parametrize(
    ("operator", "right", "packet", "expected"),
    [
        ("in", "new", SYN, True),
        ("in", ["established", "related"], SYN, False),
        ("in", ["established", "related"], ANSWER, True),
        ("in", {"|": ["new", "invalid"]}, SYN, True),
        ("in", {"set": ["new", "invalid"]}, SYN, True),
        ("in", {"set": ["established"]}, SYN, False),
        ("==", {"set": ["new", "invalid"]}, SYN, True),
        ("!", "new", SYN, False),
        ("!", "invalid", SYN, True),
        ("!=", ["new", "invalid"], SYN, False),
        ("!=", ["related", "invalid"], SYN, True),
        ("!=", {"|": ["new", "invalid"]}, SYN, False),
        ("!=", {"set": ["new"]}, SYN, False),
        ("in", "new", UNKNOWN, None),
    ],
)
def test_a_state_is_one_of_several(operator: str, right: Any, packet: Packet, expected: Truth) -> None:
    """However nft writes that: as bits, as a set, with `in`, `==` or the opposite."""
    assert holds(ct("state"), right, packet, operator) is expected


def test_flags_that_are_equal_are_not_merely_among_them() -> None:
    """`tcp flags == syn|ack` is not true of a SYN, and `!=` is."""
    assert holds(payload("tcp", "flags"), ["syn", "ack"]) is False
    assert holds(payload("tcp", "flags"), ["syn", "ack"], operator="!=") is True
    assert holds(payload("tcp", "flags"), ["syn", "ack"], operator="in") is True
    assert holds(ct("status"), ["snat", "dnat"], operator="!=") is True


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"concat": [80, "10.9.0.7"]}, True),
        ({"concat": [81, "10.9.0.7"]}, False),
        ({"concat": [80, "10.9.0.8"]}, False),
        ({"concat": ["x", "10.9.0.7"]}, None),
        ({"concat": ["x", "10.9.0.8"]}, False),
        ({"concat": [80]}, None),
        ({"elem": {"val": {"concat": [80, "10.9.0.7"]}}}, True),
        ("*", True),
        (80, None),
    ],
)
def test_a_concatenation_is_compared_part_by_part(parts: Any, expected: Truth) -> None:
    """One part that differs is enough; another number of parts is not known."""
    assert all_are([PORT, ADDRESS], parts) is expected


def test_the_unknown_makes_unknown_what_depends_on_it_and_nothing_else() -> None:
    """Not, and, or: with three answers."""
    assert [negated(truth) for truth in (True, False, None)] == [False, True, None]
    assert [every(pair) for pair in ((True, True), (True, None), (None, True), (None, False), (False, None), ())] == [
        *(True, None, None, False, False, True)
    ]
    assert [either(pair) for pair in ((False, False), (False, None), (None, False), (None, True), (True, None), ())] == [
        *(False, None, None, True, True, False)
    ]


@pytest.mark.parametrize(
    ("value", "spans", "expected"),
    [
        ((5, 6), [(5, 6)], True),
        ((5, 6), [(4, 7)], True),
        ((5, 6), [(6, 7)], None),
        ((5, 6), [(4, 5)], None),
        ((5, 6), [(7, 8)], False),
        ((5, 6), [(3, 4)], False),
        ((5, 6), [(7, 8), (5, 9)], True),
        ((5, 6), [(6, 8), (9, 9)], None),
        ((5, 6), [], False),
        (None, [(0, 9)], None),
    ],
)
def test_a_range_lies_in_another_or_touches_it(value: Any, spans: Any, expected: Truth) -> None:
    """Wholly inside is yes, apart is no, partly is not known."""
    assert within(value, spans) is expected
