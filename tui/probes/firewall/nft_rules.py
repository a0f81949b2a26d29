"""nft's own rules: `nft -j list ruleset` read as chains, and one rule matched against one packet.

Law: an expression that is not known makes its rule unknown. Source: libnftables-json(5); the forms were read from
nft 1.0.6 and its successors.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from tui.model.safe_text import safe_line, safe_name
from tui.probes.firewall.nft_values import Absent, MaybeValue, Value, all_are, has_bits, in_order, is_one_of, number, value_of
from tui.probes.firewall.packet import Packet
from tui.probes.firewall.ruleset import Action, Chain, Finding, RuleEntry, Ruleset
from tui.probes.firewall.tristate import Span, Truth, exactly, negated

MOST_ELEMENTS = 300_000
"""Elements of a set that are compared; a list of every blocked network of the world has a hundred thousand."""
_SILENT = frozenset(
    {"counter", "log", "notrack", "mangle", "flow", "dup", "ct helper", "ct timeout", "ct expectation", "secmark"}
)
"""Statements after which the rule continues, whatever they do."""
_Parts = dict[str, Raw]


class _Head(Struct):
    """A rule's chain and handle; the rest is read when a packet comes to it."""

    family: str
    table: str
    chain: str
    handle: int | None = None


class Store(Struct, frozen=True):
    """The sets and maps, by family, table and name, each read when a rule first asks for it."""

    raw: dict[tuple[str, str, str], Raw]
    read: dict[tuple[str, str, str], list[Any] | None]

    def elements(self, chain: Chain, name: str) -> list[Any] | None:
        """The elements of a set or map of the chain's table; None where it is not known."""
        key = chain.family, chain.table, name
        if key not in self.read:
            self.read[key] = _elements(self.raw.get(key))
        return self.read[key]


def ruleset_of(text: bytes) -> Ruleset:
    """The ruleset in nft's JSON. Raises ValueError for anything else."""
    try:
        items = msgspec.json.decode(text, type=dict[str, list[_Parts]])["nftables"]
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"nft's answer is not a ruleset ({safe_name(str(error))}).") from None
    chains: dict[tuple[str, str, str], Chain] = {}
    store = Store({}, {})
    for item in items:
        for kind, raw in item.items():
            if kind == "chain" and (chain := _chain(raw)):
                chains[chain.family, chain.table, chain.name] = chain
            elif kind in {"set", "map"}:
                _keep(raw, store)
    for item in items:
        if "rule" in item:
            _add_rule(item["rule"], chains)
    return Ruleset(chains=chains, read=lambda entry, chain, packet: match_rule(entry, chain, packet, store))


def _chain(raw: Raw) -> Chain | None:
    parts = _plain(raw)
    if not isinstance(parts, dict) or not all(isinstance(parts.get(key), str) for key in ("family", "table", "name")):
        return None
    devices = parts.get("dev")
    names = (devices,) if isinstance(devices, str) else tuple(devices) if isinstance(devices, list) else None
    return Chain(
        backend="nft",
        family=parts["family"],
        table=parts["table"],
        name=parts["name"],
        hook=parts["hook"] if isinstance(parts.get("hook"), str) else None,
        priority=parts["prio"] if isinstance(parts.get("prio"), int) else 0,
        type=parts["type"] if isinstance(parts.get("type"), str) else "filter",
        policy=parts["policy"] if isinstance(parts.get("policy"), str) else None,
        devices=names if parts.get("family") == "netdev" or names else None,
    )


def _keep(raw: Raw, store: Store) -> None:
    try:
        head = msgspec.json.decode(raw, type=dict[str, Raw])
        key = tuple(str(_plain(head[name])) for name in ("family", "table", "name"))
    except (msgspec.MsgspecError, KeyError, RecursionError):
        return
    store.raw[key[0], key[1], key[2]] = head.get("elem", Raw(b"[]"))


def _add_rule(raw: Raw, chains: dict[tuple[str, str, str], Chain]) -> None:
    try:
        head = msgspec.json.decode(raw, type=_Head)
    except (msgspec.MsgspecError, RecursionError):
        return
    chain = chains.get((head.family, head.table, head.chain))
    if chain is not None:
        chain.entries.append(RuleEntry(raw=raw, handle=head.handle, number=len(chain.entries) + 1))


def _plain(raw: Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _elements(raw: Raw | None) -> list[Any] | None:
    elements = _plain(raw) if raw is not None else None
    return elements if isinstance(elements, list) and len(elements) <= MOST_ELEMENTS else None


def parts_of(entry: RuleEntry) -> dict[str, Any]:
    """A rule as nft's JSON has it."""
    parts = _plain(entry.raw)
    return parts if isinstance(parts, dict) else {}


def comment_of(entry: RuleEntry) -> str | None:
    """The rule's comment."""
    comment = parts_of(entry).get("comment")
    return safe_line(comment) if isinstance(comment, str) else None


def packets_of(entry: RuleEntry) -> int | None:
    """The rule's counter."""
    for expression in _expressions(entry):
        match expression:
            case {"counter": {"packets": int(packets)}}:
                return packets
    return None


def _expressions(entry: RuleEntry) -> list[Any]:
    expressions = parts_of(entry).get("expr")
    return expressions if isinstance(expressions, list) else []


def match_rule(entry: RuleEntry, chain: Chain, packet: Packet, store: Store) -> Finding:
    """Match the rule against the packet: its expressions in their order, up to its verdict."""
    truth: Truth = True
    why = ""
    after = packet
    for expression in _expressions(entry):
        if not isinstance(expression, dict) or len(expression) != 1:
            truth, why = None, why or "This program does not know a part of it."
            continue
        ((kind, body),) = expression.items()
        if kind == "match":
            here = matched(body, chain, after, store)
            if here is False:
                return Finding(truth=False)
            if here is None:
                truth, why = None, why or f"{_words(body)} can't be evaluated."
        elif kind in _SILENT:
            after = _changed(kind, body, after)
        elif kind == "vmap":
            return _mapped(body, chain, after, store, truth, why)
        elif (action := _verdict(kind, body, chain, after, store)) is not None:
            return Finding(truth=truth, why=why, actions=((truth, action),), packet=after)
        elif not (kind == "set" and isinstance(body, dict) and not body.get("stmt")):
            truth, why = None, why or f"`{safe_name(kind)}` can't be evaluated."
    return Finding(truth=truth, why=why, packet=after)


def _words(body: Any) -> str:
    left = body.get("left") if isinstance(body, dict) else None
    match left:
        case {"payload": {"protocol": str(protocol), "field": str(field)}}:
            return safe_name(f"`{protocol} {field}`")
        case dict() if left:
            ((kind, inner), *_) = left.items()
            key = inner.get("key") if isinstance(inner, dict) else None
            return safe_name(f"`{kind} {key}`" if key else f"`{kind}`")
        case _:
            return "A part of it"


def matched(body: Any, chain: Chain, packet: Packet, store: Store) -> Truth:
    """A `match`: left side, operator, right side."""
    match body:
        case {"op": str(operator), "left": {"concat": [*lefts]}, "right": right}:
            values = [value_of(left, packet) for left in lefts]
            if any(isinstance(value, Absent) for value in values):
                return False
            elements = _choices(right, chain, store)
            truth = None if elements is None else _among(elements, lambda element: all_are(values, element))
            return negated(truth) if operator == "!=" else truth
        case {"op": str(operator), "left": left, "right": right}:
            value = value_of(left, packet)
            return False if isinstance(value, Absent) else _compared(value, operator, right, chain, store)
        case _:
            return None


def _compared(value: MaybeValue, operator: str, right: Any, chain: Chain, store: Store) -> Truth:
    bits = isinstance(right, list) or (isinstance(right, dict) and "|" in right)
    match operator:
        case "in" if not (isinstance(right, str) and right.startswith("@")) and not (isinstance(right, dict) and "set" in right):
            return has_bits(value, right)
        case "!":
            return negated(has_bits(value, right))
        case "!=" if bits and isinstance(value, Value) and value.kind in {"state", "status"}:
            return negated(has_bits(value, right))
        case "==" | "!=" | "in":
            elements = _choices(right, chain, store)
            truth = None if elements is None else _among(elements, lambda element: is_one_of(value, element))
            return negated(truth) if operator == "!=" else truth
        case _:
            return in_order(value, operator, right)


def _choices(right: Any, chain: Chain, store: Store) -> list[Any] | None:
    match right:
        case str() if right.startswith("@"):
            return store.elements(chain, right[1:])
        case {"set": str(name)}:
            return store.elements(chain, name.removeprefix("@"))
        case {"set": [*elements]}:
            return elements
        case _:
            return [right]


def _among(elements: Iterable[Any], is_this: Any) -> Truth:
    truth: Truth = False
    for element in elements:
        here = is_this(element)
        if here:
            return True
        if here is None:
            truth = None
    return truth


def _mapped(  # noqa: PLR0917 -- what is known so far of the rule
    body: Any, chain: Chain, packet: Packet, store: Store, truth: Truth, why: str
) -> Finding:
    """A verdict map: the verdict of the element that equals the key, or none."""
    key, data = (body.get("key"), body.get("data")) if isinstance(body, dict) else (None, None)
    pairs = _choices(data, chain, store)
    lefts = key["concat"] if isinstance(key, dict) and isinstance(key.get("concat"), list) else None
    values = [value_of(left, packet) for left in (lefts if lefts is not None else [key])]
    if any(isinstance(value, Absent) for value in values):
        return Finding(truth=False)
    if pairs is None:
        return Finding(
            truth=None, why=why or "Its map is not known.", actions=((None, Action(kind="unknown", why="Its map is not known.")),)
        )
    perhaps: list[tuple[Truth, Action]] = []
    for pair in sorted(pairs, key=lambda pair: isinstance(pair, list) and pair[:1] == ["*"]):
        if not isinstance(pair, list) or len(pair) != 2:  # noqa: PLR2004 -- an element and its verdict
            continue
        here = all_are(values, pair[0]) if lefts is not None else is_one_of(values[0], pair[0])
        if here is False or not isinstance(pair[1], dict) or len(pair[1]) != 1:
            continue
        ((kind, inner),) = pair[1].items()
        action = _verdict(kind, inner, chain, packet, store) or Action(kind="next")
        if here and not perhaps:
            return Finding(truth=truth, why=why, actions=((truth, action),), packet=packet)
        perhaps.append((None, action))
        if here:
            break
    if not perhaps:
        return Finding(truth=False)
    return Finding(truth=None, why=why or "The key of its map can't be evaluated.", actions=tuple(perhaps), packet=packet)


def _verdict(kind: str, body: Any, chain: Chain, packet: Packet, store: Store) -> Action | None:  # noqa: C901, PLR0912 -- one branch for each statement
    """What a statement does, if it ends the rule."""
    match kind, body:
        case (("accept" | "drop" | "return"), _):
            return Action(kind="accept" if kind == "accept" else "drop" if kind == "drop" else "return")
        case "continue", _:
            return Action(kind="next")
        case (("jump" | "goto"), {"target": str(target)}):
            return Action(kind="jump" if kind == "jump" else "goto", chain=target)
        case "reject", {"type": "tcp reset"}:
            return Action(kind="tcp-reset")
        case "reject", {"type": "icmp" | "icmpv6" as kind} if (kind == "icmp") != (packet.version == 4):  # noqa: PLR2004 -- the version of IP
            return Action(kind="next")  # nft leaves out a `meta nfproto` that this implies
        case "reject", _:
            return Action(kind="reject")
        case (("dnat" | "redirect"), _):
            return _translation(kind, body, chain, packet, store)
        case "snat", {"addr": address}:
            return Action(kind="source", address=_looked_up(address, "address", chain, packet, store))
        case (("snat" | "masquerade"), _):
            return Action(kind="source")
        case "tproxy", _:
            return Action(kind="unknown", why="It hands the connection to a program on this machine (tproxy).")
        case "queue", _:
            return Action(kind="queue", why="It asks a program (queue) whose answer can't be known.")
        case "synproxy", _:
            return Action(kind="unknown", why="It answers for the server (synproxy).")
        case "fwd", _:
            return Action(kind="unknown", why="It sends the packet to another interface.")
        case "xt", {"type": "target", **more}:
            return Action(kind="unknown", why=f"nft does not show iptables' target {safe_name(str(more.get('name')))}.")
        case _:
            return None


def _translation(kind: str, body: Any, chain: Chain, packet: Packet, store: Store) -> Action:
    parts = body if isinstance(body, dict) else {}
    family = parts.get("family")
    if family in {"ip", "ip6"} and (family == "ip") != (packet.version == 4):  # noqa: PLR2004 -- the version of IP
        return Action(kind="next")
    port = _looked_up(parts["port"], "port", chain, packet, store) if "port" in parts else packet.target_port
    if kind == "redirect":
        return Action(kind="translate", port=port, here=True)
    if "addr" not in parts:
        return Action(kind="translate", port=port, keeps_address=True)
    if parts.get("type") or parts.get("flags") == "netmap":
        return Action(kind="translate", address=None, port=None)
    return Action(kind="translate", address=_looked_up(parts["addr"], "address", chain, packet, store), port=port)


def _looked_up(value: Any, kind: str, chain: Chain, packet: Packet, store: Store) -> Span | None:
    """The single value that is given, or that a map gives for the packet; None where it is not a single one."""
    match value:
        case {"map": {"key": key, "data": data}} if not (isinstance(key, dict) and "concat" in key):
            for pair in _choices(data, chain, store) or []:
                here = is_one_of(value_of(key, packet), pair[0]) if isinstance(pair, list) and pair else None
                if here is not False:
                    return _looked_up(pair[1], kind, chain, packet, store) if here and len(pair) > 1 else None
            return None
        case int() | str():
            single = number(value, kind)
            return None if single is None else exactly(single)
        case _:
            return None


def _changed(kind: str, body: Any, packet: Packet) -> Packet:
    """The packet after a statement that sets a mark, or leaves it untracked."""
    if kind == "notrack":
        return replace(packet, tracked=False)
    if kind != "mangle" or not isinstance(body, dict):
        return packet
    key = body.get("key")
    value = value_of(body.get("value"), packet)
    span = value.span if isinstance(value, Value) else None
    set_to = span[0] if span and span[0] == span[1] else None
    match key:
        case {"meta": {"key": "mark"}}:
            return replace(packet, mark=set_to)
        case {"ct": {"key": "mark"}}:
            return replace(packet, connection_mark=set_to)
        case {"payload": {"field": "saddr" | "daddr" | "sport" | "dport"}}:
            return replace(packet, source=None, target=None, target_port=None, source_port=(0, 65535))
        case _:
            return packet
