"""A whole filter matched against one connection: its SYN on the way out or in, and the SYN-ACK that comes back.

Law: pure. What the filter's machine does is walked as its kernel does it; where its way depends on something that is
not known, nothing after that is certain. Source: the hooks of netfilter and their order, nft(8), section ADDRESS FAMILIES.
"""

import ipaddress

from msgspec import Struct
from msgspec.structs import replace

from tui.model.address import ip_version
from tui.probes.firewall.packet import LOOPBACK, Packet, address_span
from tui.probes.firewall.ruleset import Ruleset
from tui.probes.firewall.tristate import Span, exactly
from tui.probes.firewall.walk import PacketWalk, RuleHit, through_all

_Hooks = tuple[tuple[str, str | None, str | None], ...]
MOST_UNDECIDED = 8
"""Rules kept that may or may not match; nobody reads more of them."""


class Flow(Struct, frozen=True, kw_only=True):
    """The connection, as the filter's machine sees it."""

    address: str
    port: int
    source: str | None = None
    """None where it is not known what the filter's machine sees."""
    device: str | None = None
    """The interface that it goes out by, or comes in by."""
    is_local: bool = False
    """Whether both ends are on this machine."""
    ephemeral: Span = (1, 65535)
    """The range that the source port is taken from."""
    uid: int | None = None
    gid: int | None = None


class FilterOutcome(Struct, frozen=True, kw_only=True):
    """What the filter does to it."""

    deciding: RuleHit | None = None
    undecided: tuple[RuleHit, ...] = ()
    translated: RuleHit | None = None
    sourced: RuleHit | None = None
    perhaps_translated: bool = False
    led_to: tuple[str | None, int | None] | None = None
    """Where a translation sends it: address and port, each as far as it is known."""
    new_source: str | None = None
    """The source address that `sourced` gives it."""


def outgoing(connection: Flow, rulesets: tuple[Ruleset, ...]) -> FilterOutcome:
    """For the machine that connects. Raises TooManyRulesError."""
    packet = _syn(connection, source_is_own=True, target_is_own=connection.is_local)
    out = LOOPBACK if connection.is_local else connection.device
    walk = PacketWalk(rulesets, packet)
    hooks: _Hooks = (("output", "", out), ("postrouting", "", out), ("egress", "", out))
    _take(walk, hooks)
    sent = walk.packet
    turns_back = connection.is_local if sent.translated is False else sent.target_is_own
    if turns_back:
        _arrive(walk, LOOPBACK, nat_done=True)
    elif turns_back is None and sent.translated is not False:
        return _outcome(walk)  # the kernel chooses where it goes now
    if walk.deciding is None and not walk.perhaps_translated:
        _answer(walk, connection, local=bool(turns_back), device=LOOPBACK if turns_back else walk.packet.going_out or out)
    return _outcome(walk, sent)


def incoming(connection: Flow, rulesets: tuple[Ruleset, ...]) -> FilterOutcome:
    """For the machine that is connected to. Raises TooManyRulesError."""
    packet = _syn(connection, source_is_own=False, target_is_own=True)
    walk = PacketWalk(rulesets, replace(packet, made_here=False, uid=None, gid=None))
    _take(walk, (("ingress", connection.device, ""), ("prerouting", connection.device, "")))
    arrived = walk.packet
    if walk.deciding is None:
        if arrived.target_is_own:
            _take(walk, (("input", connection.device, ""),))
        elif arrived.translated:
            _take(walk, (("forward", connection.device, None), ("postrouting", "", None)))
        else:
            walk.certain = False
            _take(walk, (("input", connection.device, ""), ("forward", connection.device, None)))
    if walk.deciding is None and arrived.translated is False:
        back = _turned(walk.packet, replace(connection, uid=None, gid=None), made_here=True)
        walk.packet = back
        device = connection.device
        _take(walk, (("output", "", device), ("postrouting", "", device), ("egress", "", device)), new=False)
    return _outcome(walk, arrived)


def _syn(connection: Flow, *, source_is_own: bool, target_is_own: bool) -> Packet:
    target = address_span(connection.address)
    return Packet(
        version=ip_version(connection.address),
        source=address_span(connection.source) if connection.source else None,
        target=target,
        source_port=connection.ephemeral,
        target_port=exactly(connection.port),
        uid=connection.uid,
        gid=connection.gid,
        source_is_own=source_is_own,
        target_is_own=target_is_own,
        original_target=target,
        original_port=exactly(connection.port),
    )


def _arrive(walk: PacketWalk, device: str, *, nat_done: bool) -> None:
    """The packet arrives at this machine. What was translated on the way out is not translated again."""
    walk.packet = replace(walk.packet, made_here=False)
    _take(walk, (("ingress", device, ""), ("prerouting", device, "")), new=not nat_done)
    _take(walk, (("input", device, ""),))


def _answer(walk: PacketWalk, connection: Flow, *, local: bool, device: str | None) -> None:
    """The SYN-ACK comes back: with a connection to this machine through all hooks, else through those of arrival."""
    translated = walk.packet.translated is not False
    back = _turned(walk.packet, connection, made_here=local)
    if translated:
        back = replace(back, source=None, source_port=(0, 65535))
    walk.packet = back
    if local:
        _take(walk, (("output", "", LOOPBACK), ("postrouting", "", LOOPBACK), ("egress", "", LOOPBACK)), new=False)
    _take(walk, (("ingress", device, ""), ("prerouting", device, ""), ("input", device, "")), new=False)


def _turned(packet: Packet, connection: Flow, *, made_here: bool) -> Packet:
    """The SYN-ACK for a SYN. Packet marks are not carried over, and the owner of the listening socket is not known."""
    return replace(
        packet,
        answers=True,
        source=packet.target,
        target=packet.source,
        source_port=packet.target_port or (0, 65535),
        target_port=connection.ephemeral,
        source_is_own=packet.target_is_own,
        target_is_own=packet.source_is_own,
        mark=0,
        uid=None,
        gid=None,
        made_here=made_here,
    )


def _take(walk: PacketWalk, hooks: _Hooks, *, new: bool = True) -> None:
    for _ in through_all(walk, hooks, new=new):
        pass


def _outcome(walk: PacketWalk, request: Packet | None = None) -> FilterOutcome:
    request = request or walk.packet
    undecided = {(id(hit.chain), id(hit.entry), hit.answers): hit for hit in walk.undecided}
    return FilterOutcome(
        deciding=walk.deciding,
        undecided=tuple(undecided.values())[:MOST_UNDECIDED],
        translated=walk.translated,
        sourced=walk.sourced,
        new_source=_text(walk.sourced.action.address, request.version) if walk.sourced else None,
        perhaps_translated=walk.perhaps_translated,
        led_to=(_text(request.target, request.version), _known(request.target_port)) if walk.translated else None,
    )


def _known(span: Span | None) -> int | None:
    return span[0] if span and span[0] == span[1] else None


def _text(span: Span | None, version: int) -> str | None:
    number = _known(span)
    if number is None:
        return None
    return str(ipaddress.IPv4Address(number) if version == 4 else ipaddress.IPv6Address(number))  # noqa: PLR2004 -- the version of IP
