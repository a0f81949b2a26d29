"""nft's listing as chains, and its rules held against a packet: matches, statements, maps, verdicts, translations."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from tests.probes.packets import ANSWER, SYN, SYN6, UNKNOWN, UNTRACKED
from tests.probes.test_nft_values import ct, meta, payload
from tui.probes.firewall import nft_rules
from tui.probes.firewall.nft_rules import comment_of, packets_of, ruleset_of
from tui.probes.firewall.packet import Packet, address_span
from tui.probes.firewall.ruleset import Action, Chain, Finding, Ruleset
from tui.probes.firewall.tristate import Truth, exactly

DPORT = payload("tcp", "dport")
CHAIN = {"family": "inet", "table": "t", "name": "c"}


def listing(*items: dict[str, Any]) -> Ruleset:
    """The ruleset in these items of nft's JSON."""
    return ruleset_of(json.dumps({"nftables": items}).encode())


def match(left: Any, right: Any, operator: str = "==") -> dict[str, Any]:
    """A match of a rule."""
    return {"match": {"op": operator, "left": left, "right": right}}


def rule(*expressions: Any, **more: Any) -> dict[str, Any]:
    """A rule of the chain `c`."""
    return {"rule": {"family": "inet", "table": "t", "chain": "c", "handle": 7, "expr": list(expressions), **more}}


def named(kind: str, name: str, elements: Any = None) -> dict[str, Any]:
    """A set or map of the table `t`."""
    body = {"family": "inet", "table": "t", "name": name}
    return {kind: body if elements is None else {**body, "elem": elements}}


def finding(*expressions: Any, packet: Packet = SYN, sets: tuple[dict[str, Any], ...] = ()) -> Finding:
    """What one rule comes to for the packet."""
    ruleset = listing({"chain": CHAIN}, *sets, rule(*expressions))
    (chain,) = ruleset.chains.values()
    return ruleset.read(chain.entries[0], chain, packet)


def kinds(found: Finding) -> list[tuple[Truth, str]]:
    """How sure each of its actions is."""
    return [(truth, action.kind) for truth, action in found.actions]


def action_of(*expressions: Any, packet: Packet = SYN, sets: tuple[dict[str, Any], ...] = ()) -> Action:
    """The one action of a rule."""
    ((_, action),) = finding(*expressions, packet=packet, sets=sets).actions
    return action


def test_a_chain_is_read_with_its_hook() -> None:
    """Hook, priority, type, policy and devices; what is missing or of another form has its default."""
    base = {**CHAIN, "hook": "input", "prio": -10, "type": "nat", "policy": "drop"}
    (chain,) = listing({"chain": base}).chains.values()
    (plain,) = listing({"chain": CHAIN}).chains.values()
    (odd,) = listing({"chain": {**CHAIN, "hook": 1, "prio": "x", "type": 2, "policy": 3, "dev": 4}}).chains.values()

    assert (chain.hook, chain.priority, chain.type, chain.policy, chain.devices) == ("input", -10, "nat", "drop", None)
    assert plain == odd == Chain(backend="nft", family="inet", table="t", name="c")


@pytest.mark.parametrize(
    ("family", "device", "devices"),
    [
        ("netdev", "d0", ("d0",)),
        ("netdev", ["d0", "d1"], ("d0", "d1")),
        ("netdev", [], ()),
        ("netdev", None, None),
        ("inet", "d0", ("d0",)),
        ("inet", [], None),
    ],
)
def test_a_chain_may_be_of_some_devices(family: str, device: Any, devices: tuple[str, ...] | None) -> None:
    """One device or several; a netdev chain without any is of none."""
    parts = {**CHAIN, "family": family, **({} if device is None else {"dev": device})}
    (chain,) = listing({"chain": parts}).chains.values()

    assert chain.devices == devices


@pytest.mark.parametrize("missing", ["family", "table", "name"])
def test_a_chain_without_its_names_is_none(missing: str) -> None:
    """Nor is anything else that a chain stands for in nft's JSON."""
    assert not listing({"chain": {key: text for key, text in CHAIN.items() if key != missing}}).chains
    assert not listing({"chain": [1]}, {"metainfo": {}}).chains


def test_rules_are_numbered_in_their_chain() -> None:
    """With their handles; a rule of a chain that is not there, or without a head, is none."""
    other = {"rule": {"family": "inet", "table": "t", "chain": "d", "expr": []}}
    broken = {"rule": {"family": "inet"}}
    (chain,) = listing({"chain": CHAIN}, rule(), other, broken, rule()).chains.values()

    assert [(entry.handle, entry.number) for entry in chain.entries] == [(7, 1), (7, 2)]


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"nftables": 3}', b'{"other": []}', b"\xff"])
def test_what_is_no_ruleset_is_said_to_be_none(text: bytes) -> None:
    """No text is read as an empty filter."""
    with pytest.raises(ValueError, match="not a ruleset"):
        ruleset_of(text)


def test_a_rules_comment_and_counter_are_read() -> None:
    """Where it has any, and where they are of the right form."""
    ruleset = listing(
        {"chain": CHAIN},
        rule({"counter": {"packets": 9, "bytes": 1}}, comment="mine"),
        rule({"drop": None}, comment=3),
        {"rule": {"family": "inet", "table": "t", "chain": "c", "expr": 3}},
    )
    (chain,) = ruleset.chains.values()

    assert [comment_of(entry) for entry in chain.entries] == ["mine", None, None]
    assert [packets_of(entry) for entry in chain.entries] == [9, None, None]
    assert ruleset.read(chain.entries[2], chain, SYN) == Finding(truth=True, packet=SYN)


@pytest.mark.parametrize(
    ("expressions", "expected"),
    [
        (({"accept": None},), [(True, "accept")]),
        (({"drop": None},), [(True, "drop")]),
        (({"return": None},), [(True, "return")]),
        (({"continue": None},), [(True, "next")]),
        (({"reject": None},), [(True, "reject")]),
        (({"reject": {"type": "tcp reset"}},), [(True, "tcp-reset")]),
        (({"reject": {"type": "icmp", "expr": "x"}},), [(True, "reject")]),
        (({"reject": {"type": "icmpv6", "expr": "x"}},), [(True, "next")]),
        (({"reject": {"type": "icmpx", "expr": "x"}},), [(True, "reject")]),
        (({"snat": {"addr": "10.0.0.1"}},), [(True, "source")]),
        (({"masquerade": None},), [(True, "source")]),
        (({"tproxy": {}},), [(True, "unknown")]),
        (({"queue": {"num": 1}},), [(True, "queue")]),
        (({"synproxy": {}},), [(True, "unknown")]),
        (({"fwd": {}},), [(True, "unknown")]),
        (({"xt": {"type": "target", "name": "X"}},), [(True, "unknown")]),
        ((match(DPORT, 5432), {"drop": None}), [(True, "drop")]),
        ((match(DPORT, 80), {"drop": None}), []),
        ((match(meta("length"), 80), {"drop": None}), [(None, "drop")]),
        (({"limit": {"rate": 1}}, {"drop": None}), [(None, "drop")]),
        (({"xt": {"type": "match", "name": "X"}}, {"drop": None}), [(None, "drop")]),
        ((3, {"drop": None}), [(None, "drop")]),
        (({"a": 1, "b": 2}, {"drop": None}), [(None, "drop")]),
        (({"set": {"op": "add", "elem": 1, "set": "@s"}}, {"drop": None}), [(True, "drop")]),
        (({"set": {"op": "add", "elem": 1, "set": "@s", "stmt": [{"limit": {}}]}}, {"drop": None}), [(None, "drop")]),
        (({"set": 1}, {"drop": None}), [(None, "drop")]),
        (({"drop": None}, {"accept": None}), [(True, "drop")]),
        ((), []),
    ],
)
def test_a_rule_acts_as_its_statements_say(expressions: tuple[Any, ...], expected: list[tuple[Truth, str]]) -> None:
    """Up to the first verdict; what can't be evaluated on the way makes it unsure, what does not hold makes it nothing."""
    assert kinds(finding(*expressions)) == expected


@pytest.mark.parametrize(("packet", "kind", "expected"), [(SYN6, "icmp", "next"), (SYN6, "icmpv6", "reject")])
def test_a_reject_of_the_other_family_is_none(packet: Packet, kind: str, expected: str) -> None:
    """An ICMP error of IPv4 answers no packet of IPv6."""
    assert action_of({"reject": {"type": kind, "expr": "x"}}, packet=packet).kind == expected


@pytest.mark.parametrize("kind", ["jump", "goto"])
def test_a_jump_names_its_chain(kind: str) -> None:
    """Both ways to another chain."""
    action = action_of({kind: {"target": "d"}})

    assert (action.kind, action.chain) == (kind, "d")


@pytest.mark.parametrize(
    "kind",
    ["counter", "log", "notrack", "mangle", "flow", "dup", "ct helper", "ct timeout", "ct expectation", "secmark"],
)
def test_a_statement_that_decides_nothing_leaves_the_rule_sure(kind: str) -> None:
    """What is counted, logged, marked or copied goes on."""
    assert kinds(finding({kind: None}, {"drop": None})) == [(True, "drop")]


@pytest.mark.parametrize(
    ("expressions", "why"),
    [
        ((3, match(meta("length"), 1)), "This program does not know a part of it."),
        ((match(meta("length"), 1), 3), "`meta length` can't be evaluated."),
        ((match(payload("ip", "ttl"), 1),), "`ip ttl` can't be evaluated."),
        ((match({"rt": {}}, 1),), "`rt` can't be evaluated."),
        ((match({"numgen": 3}, 1),), "`numgen` can't be evaluated."),
        ((match(3, 1, "~"),), "A part of it can't be evaluated."),
        (({"match": 3},), "A part of it can't be evaluated."),
        (({"limit": {}}, match(meta("length"), 1)), "`limit` can't be evaluated."),
        ((match(DPORT, 5432),), ""),
    ],
)
def test_the_first_part_that_can_not_be_evaluated_is_named(expressions: tuple[Any, ...], why: str) -> None:
    """As nft writes it; where all is known there is nothing to name."""
    assert finding(*expressions).why == why
    assert finding(*expressions, {"drop": None}).why == why


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ({"tproxy": {}}, "tproxy"),
        ({"queue": {}}, "queue"),
        ({"synproxy": {}}, "synproxy"),
        ({"fwd": {}}, "another interface"),
        ({"xt": {"type": "target", "name": "TARPIT"}}, "TARPIT"),
    ],
)
def test_a_statement_whose_end_is_open_says_why(statement: Any, words: str) -> None:
    """In words that a person can look up."""
    assert words in action_of(statement).why


NUMBERS = named("set", "ports", [5432, {"range": [8000, 8010]}])


@pytest.mark.parametrize(
    ("right", "operator", "packet", "expected"),
    [
        ("@ports", "==", SYN, True),
        ("@ports", "!=", SYN, False),
        ("@ports", "in", SYN, True),
        ("@ports", "==", replace(SYN, target_port=exactly(80)), False),
        ("@ports", "!=", replace(SYN, target_port=exactly(80)), True),
        ("@ports", "==", replace(SYN, target_port=exactly(8005)), True),
        ("@ports", "==", UNKNOWN, None),
        ({"set": "@ports"}, "==", SYN, True),
        ({"set": "ports"}, "==", SYN, True),
        ({"set": [5432]}, "==", SYN, True),
        ({"set": []}, "==", SYN, False),
        ("@empty", "==", SYN, False),
        ("@none", "==", SYN, None),
        ("@none", "!=", SYN, None),
        ("@odd", "==", SYN, None),
    ],
)
def test_a_set_is_looked_up_by_its_name(right: Any, operator: str, packet: Packet, expected: Truth) -> None:
    """In the chain's own table; a set without elements holds nothing, and one that is not there is not known."""
    sets = (NUMBERS, named("set", "empty"), named("map", "odd", 3), {"set": {"name": "none"}}, {"set": 4})

    assert finding(match(DPORT, right, operator), packet=packet, sets=sets).truth is expected


def test_a_set_of_another_table_is_another() -> None:
    """The same name in another family or table does not count."""
    other = {"set": {"family": "ip", "table": "t", "name": "ports", "elem": [5432]}}
    there = {"set": {"family": "inet", "table": "u", "name": "ports", "elem": [5432]}}

    assert finding(match(DPORT, "@ports"), sets=(other, there)).truth is None


def test_a_list_that_nobody_has_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set with more elements than are compared is not known; one with just as many is."""
    monkeypatch.setattr(nft_rules, "MOST_ELEMENTS", 2)

    assert finding(match(DPORT, "@ports"), sets=(named("set", "ports", [1, 5432]),)).truth is True
    assert finding(match(DPORT, "@ports"), sets=(named("set", "ports", [1, 2, 5432]),)).truth is None


BOTH = {"concat": [payload("ip", "daddr"), DPORT]}


@pytest.mark.parametrize(
    ("right", "operator", "expected"),
    [
        ({"set": [{"concat": ["10.9.0.7", 5432]}]}, "==", True),
        ({"set": [{"concat": ["10.9.0.7", 80]}]}, "==", False),
        ({"set": [{"concat": ["10.9.0.7", 80]}]}, "!=", True),
        ({"concat": ["10.9.0.7", 5432]}, "==", True),
        ({"set": [{"concat": ["x", 5432]}, {"concat": ["10.9.0.7", 80]}]}, "==", None),
        ({"set": [{"concat": ["x", 5432]}, {"concat": ["10.9.0.7", 5432]}]}, "==", True),
        ("@none", "==", None),
    ],
)
def test_several_fields_are_compared_together(right: Any, operator: str, expected: Truth) -> None:
    """A concatenation on the left side with each on the right."""
    assert finding(match(BOTH, right, operator)).truth is expected


def vmap(key: Any, *pairs: Any) -> dict[str, Any]:
    """A verdict map."""
    return {"vmap": {"key": key, "data": {"set": list(pairs)}}}


DROP, ACCEPT = {"drop": None}, {"accept": None}


@pytest.mark.parametrize(
    ("statement", "packet", "expected"),
    [
        (vmap(DPORT, [80, ACCEPT], [5432, DROP]), SYN, [(True, "drop")]),
        (vmap(DPORT, [80, ACCEPT], [81, DROP]), SYN, []),
        (vmap(DPORT, ["*", ACCEPT], [5432, DROP]), SYN, [(True, "drop")]),
        (vmap(DPORT, ["*", ACCEPT], [80, DROP]), SYN, [(True, "accept")]),
        (vmap(DPORT, [5432, {"continue": None}]), SYN, [(True, "next")]),
        (vmap(DPORT, [5432, {"nobody": "knows"}]), SYN, [(True, "next")]),
        (vmap(DPORT, [80, ACCEPT], ["*", DROP]), UNKNOWN, [(None, "accept"), (None, "drop")]),
        (vmap(DPORT, [80, ACCEPT], [81, DROP]), UNKNOWN, [(None, "accept"), (None, "drop")]),
        (vmap(DPORT, [{"set": ["x"]}, ACCEPT], [5432, DROP], [5432, ACCEPT]), SYN, [(None, "accept"), (None, "drop")]),
        (vmap(payload("udp", "dport"), ["*", DROP]), SYN, []),
        (vmap(BOTH, [{"concat": ["10.9.0.7", 5432]}, DROP]), SYN, [(True, "drop")]),
        (vmap(BOTH, [{"concat": ["10.9.0.7", 80]}, DROP]), SYN, []),
        (vmap({"concat": [payload("udp", "dport"), DPORT]}, ["*", DROP]), SYN, []),
        (vmap(DPORT, 3, [5432], [5432, 3], [5432, {"a": 1, "b": 2}], [5432, DROP]), SYN, [(True, "drop")]),
        (vmap(DPORT), SYN, []),
        ({"vmap": {"key": DPORT, "data": "@verdicts"}}, SYN, [(True, "drop")]),
        ({"vmap": {"key": DPORT, "data": "@none"}}, SYN, [(None, "unknown")]),
        ({"vmap": 3}, SYN, []),
    ],
)
def test_a_verdict_map_gives_the_verdict_of_the_packets_element(
    statement: Any, packet: Packet, expected: list[tuple[Truth, str]]
) -> None:
    """The rest, `*`, comes last; where the key can't be told, each verdict that it may have is open."""
    assert kinds(finding(statement, packet=packet, sets=(named("map", "verdicts", [[5432, DROP]]),))) == expected


def test_a_verdict_map_is_as_sure_as_what_stands_before_it() -> None:
    """And says what is not known of it."""
    before = match(meta("length"), 1)
    sure, unsure = vmap(DPORT, [5432, DROP]), vmap(meta("length"), [5432, DROP])

    assert kinds(finding(before, sure)) == [(None, "drop")]
    assert finding(before, sure).why == finding(before, unsure).why == "`meta length` can't be evaluated."
    assert finding(unsure).why == "The key of its map can't be evaluated."
    assert finding({"vmap": {"key": DPORT, "data": "@none"}}).why == "Its map is not known."
    assert finding(before, {"vmap": {"key": DPORT, "data": "@none"}}).why == "`meta length` can't be evaluated."
    assert finding({"mangle": {"key": meta("mark"), "value": 9}}, sure).packet == replace(SYN, mark=9)
    assert finding({"mangle": {"key": meta("mark"), "value": 9}}, vmap(meta("length"), [1, DROP])).packet == replace(SYN, mark=9)


TO = address_span("10.0.0.9")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"dnat": {"addr": "10.0.0.9", "port": 80}}, Action(kind="translate", address=TO, port=exactly(80))),
        ({"dnat": {"addr": "10.0.0.9"}}, Action(kind="translate", address=TO, port=exactly(5432))),
        ({"dnat": {"port": 80}}, Action(kind="translate", port=exactly(80), keeps_address=True)),
        ({"dnat": {"addr": "10.0.0.9", "family": "ip"}}, Action(kind="translate", address=TO, port=exactly(5432))),
        ({"dnat": {"addr": "::9", "family": "ip6"}}, Action(kind="next")),
        ({"dnat": {"addr": {"range": ["10.0.0.9", "10.0.0.10"]}, "port": 80}}, Action(kind="translate", port=exactly(80))),
        ({"dnat": {"addr": {"prefix": {"addr": "10.0.0.0", "len": 24}}, "type": "prefix"}}, Action(kind="translate")),
        ({"dnat": {"addr": "10.0.0.9", "flags": "netmap"}}, Action(kind="translate")),
        ({"dnat": {"addr": "10.0.0.9", "flags": "random"}}, Action(kind="translate", address=TO, port=exactly(5432))),
        ({"dnat": {"addr": "10.0.0.9", "port": {"range": [80, 81]}}}, Action(kind="translate", address=TO)),
        ({"redirect": {"port": 80}}, Action(kind="translate", port=exactly(80), here=True)),
        ({"redirect": None}, Action(kind="translate", port=exactly(5432), here=True)),
        ({"dnat": {"addr": "name"}}, Action(kind="translate", port=exactly(5432))),
    ],
)
def test_a_translation_leads_where_it_says(statement: Any, expected: Action) -> None:
    """Address and port, each as far as it is a single one; a translation of the other family does nothing."""
    assert action_of(statement) == expected


def test_a_translation_of_ipv6_is_for_ipv6() -> None:
    """The family that is named is the packet's, or it is passed over."""
    leads = Action(kind="translate", address=address_span("::9"), port=exactly(5432))

    assert action_of({"dnat": {"addr": "::9", "family": "ip6"}}, packet=SYN6) == leads
    assert action_of({"dnat": {"addr": "10.0.0.9", "family": "ip"}}, packet=SYN6) == Action(kind="next")


@pytest.mark.parametrize(
    ("pairs", "packet", "address"),
    [
        ([[80, "10.0.0.8"], [5432, "10.0.0.9"]], SYN, TO),
        ([[80, "10.0.0.8"]], SYN, None),
        ([[5432, "10.0.0.9"]], UNKNOWN, None),
        ([["x", "10.0.0.8"], [5432, "10.0.0.9"]], SYN, None),
        ([[5432]], SYN, None),
        ([3, [5432, "10.0.0.9"]], SYN, None),
        ([], SYN, None),
    ],
)
def test_a_map_may_say_where_a_translation_leads(pairs: Any, packet: Packet, address: Any) -> None:
    """The element of the packet's key; where that can't be told, or there is none, it is not known."""
    to = {"map": {"key": DPORT, "data": {"set": pairs}}}

    assert action_of({"dnat": {"addr": to}}, packet=packet).address == address


def test_a_map_may_be_named_or_have_several_keys() -> None:
    """A named one is looked up; several keys are not followed."""
    to = {"map": {"key": DPORT, "data": "@targets"}}
    sets = (named("map", "targets", [[5432, "10.0.0.9"]]),)

    assert action_of({"dnat": {"addr": to}}, sets=sets).address == TO
    assert action_of({"dnat": {"addr": to}}).address is None
    both = {"map": {"key": BOTH, "data": {"set": [[{"concat": ["10.9.0.7", 5432]}, "10.0.0.9"]]}}}
    assert action_of({"dnat": {"addr": both}}).address is None


@pytest.mark.parametrize(
    ("statement", "after"),
    [
        ({"notrack": None}, UNTRACKED),
        ({"mangle": {"key": meta("mark"), "value": 9}}, replace(SYN, mark=9)),
        ({"mangle": {"key": meta("mark"), "value": {"|": [meta("mark"), 2]}}}, replace(SYN, mark=7)),
        ({"mangle": {"key": meta("mark"), "value": {"&": [meta("mark"), 4]}}}, replace(SYN, mark=4)),
        ({"mangle": {"key": meta("mark"), "value": ct("mark")}}, replace(SYN, mark=6)),
        ({"mangle": {"key": meta("mark"), "value": {"jhash": 1}}}, replace(SYN, mark=None)),
        ({"mangle": {"key": meta("mark"), "value": payload("tcp", "sport")}}, replace(SYN, mark=None)),
        ({"mangle": {"key": ct("mark"), "value": 9}}, replace(SYN, connection_mark=9)),
        ({"mangle": {"key": ct("mark"), "value": meta("mark")}}, replace(SYN, connection_mark=5)),
        *(
            (
                {"mangle": {"key": payload("ip", field), "value": 1}},
                replace(SYN, source=None, target=None, target_port=None, source_port=(0, 65535)),
            )
            for field in ("saddr", "daddr", "sport", "dport")
        ),
        ({"mangle": {"key": payload("ip", "dscp"), "value": 1}}, SYN),
        ({"mangle": {"key": meta("priority"), "value": 1}}, SYN),
        ({"mangle": 3}, SYN),
        ({"log": {"key": meta("mark"), "value": 9}}, SYN),
        ({"counter": {"packets": 1}}, SYN),
    ],
)
def test_a_statement_changes_the_packet(statement: Any, after: Packet) -> None:
    """Its marks, whether it is tracked, or where it goes; the rules behind it see it so."""
    assert finding(statement).packet == after
    assert finding(statement, {"drop": None}).packet == after


def test_what_a_rule_marks_it_may_ask_for() -> None:
    """A match behind a statement sees the changed packet."""
    mark = {"mangle": {"key": meta("mark"), "value": 9}}

    assert finding(mark, match(meta("mark"), 9)).truth is True
    assert finding(mark, match(meta("mark"), 5)).truth is False
    assert finding({"notrack": None}, match(ct("state"), "untracked")).truth is True
    assert finding(match(ct("state"), "established", "in"), packet=ANSWER).truth is True
