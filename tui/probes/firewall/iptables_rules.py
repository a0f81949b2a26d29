"""One rule of iptables matched against one packet: its options, the matches of its modules, its target.

Law: a module or an option that is not known makes the rule unknown. Source: iptables(8), iptables-extensions(8), whose
`iptables-save` form is read here.
"""

import shlex
from collections import deque
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from tui.model.address import ip_version, literal_address
from tui.model.safe_text import safe_name
from tui.probes.firewall import iptables_matches as matches
from tui.probes.firewall.packet import Packet, address_span
from tui.probes.firewall.ruleset import Action, Chain, Finding, RuleEntry
from tui.probes.firewall.tristate import Span, Truth, exactly, negated

_QUIET = frozenset({"LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "TCPMSS", "TCPOPTSTRIP", "DSCP", "TOS", "TTL", "HL", "CHECKSUM"})
_QUIET |= {"CLASSIFY", "SET", "TEE", "SECMARK", "CONNSECMARK", "RATEEST", "IDLETIMER", "LED", "ECN", "HMARK", "FLOWOFFLOAD"}
"""Targets after which the packet continues in the rule's chain."""
_GENERAL = {
    "-p": "protocol",
    "--protocol": "protocol",
    "-s": "source",
    "--source": "source",
    "-d": "destination",
    "--destination": "destination",
    "-i": "in-interface",
    "-o": "out-interface",
    "-f": "fragment",
    "-m": "match",
    "-j": "jump",
    "-g": "goto",
    "-c": "counters",
    "-4": "version",
    "-6": "version",
}
_ONE_TEXT = frozenset({"--comment", "--log-prefix", "--nflog-prefix", "--string", "--hex-string"})
"""Options whose value may begin with a dash."""
LONGEST_RULE = 8192
"""Characters of a rule; the longest that iptables-save prints has some hundreds, a comment's 256 included."""


class Option(Struct, frozen=True, kw_only=True):
    """One option with its values, and whether a `!` precedes it."""

    name: str
    values: tuple[str, ...] = ()
    negated: bool = False


def options_of(text: str) -> list[Option] | None:
    """The options of a rule in their order; None where the text can't be parsed."""
    if len(text) > LONGEST_RULE:
        return None
    try:
        words = deque(text.split() if '"' not in text and "\\" not in text and "'" not in text else shlex.split(text))
    except ValueError:
        return None
    options: list[Option] = []
    while words:
        inverted = words[0] == "!"
        if inverted:
            words.popleft()
        if not words:
            return None
        name = words.popleft()
        if not name.startswith("-"):
            return None
        values = [words.popleft()] if name in _ONE_TEXT and words else []
        while words and words[0] != "!" and not _is_option(words[0]):
            values.append(words.popleft())
        options.append(Option(name=_GENERAL.get(name, name.lstrip("-")), values=tuple(values), negated=inverted))
    return options


def _is_option(word: str) -> bool:
    return word in _GENERAL or (word.startswith("--") and len(word) > 2 and word[2:3].isalpha())  # noqa: PLR2004 -- the dashes


def match_rule(  # noqa: C901 -- one guard for each answer
    entry: RuleEntry, _chain: Chain, packet: Packet
) -> Finding:
    """Match the rule against the packet."""
    options = options_of(entry.raw[0])
    if options is None:
        return Finding(truth=None, why="The rule can't be parsed.", actions=((None, Action(kind="unknown")),))
    truth: Truth = True
    why = ""
    module = ""
    target_index = len(options)
    for index, option in enumerate(options):
        if option.name in {"jump", "goto"}:
            target_index = index
            break
        if option.name == "match":
            module = option.values[0] if option.values else ""
            if module in matches.ABSENT:
                return Finding(truth=False)
            if module not in matches.MODULES:
                truth, why = None, why or f"`-m {safe_name(module)}` can't be evaluated."
            continue
        here = matches.holds(module, option.name, option.values, packet)
        if option.negated:
            here = negated(here)
        if here is False:
            return Finding(truth=False)
        if here is None:
            truth, why = None, why or f"`--{safe_name(option.name)}` can't be evaluated."
    if target_index == len(options):
        return Finding(truth=truth, why=why)
    return _target(options[target_index], tuple(islice(options, target_index + 1, None)), packet, truth, why)


def _target(  # noqa: C901 -- one branch for each target
    target: Option, more: tuple[Option, ...], packet: Packet, truth: Truth, why: str
) -> Finding:
    name = target.values[0] if target.values else ""
    given = {option.name: option.values[0] if option.values else "" for option in more}
    after = packet
    if target.name == "goto":
        action = Action(kind="goto", chain=name)
    elif name in {"ACCEPT", "DROP", "RETURN"}:
        action = Action(kind="accept" if name == "ACCEPT" else "drop" if name == "DROP" else "return")
    elif name == "REJECT":
        action = Action(kind="tcp-reset" if given.get("reject-with") in {"tcp-reset", "tcp-rst"} else "reject")
    elif name in {"DNAT", "REDIRECT", "NETMAP"}:
        action = _translation(name, given, packet)
    elif name in {"SNAT", "MASQUERADE"}:
        action = Action(kind="source", address=_new_source(given.get("to-source", ""), packet))
    elif name in {"NFQUEUE", "QUEUE"}:
        action = Action(kind="queue", why=f"It asks a program ({name}) whose answer can't be known.")
    elif name == "TPROXY":
        action = Action(kind="unknown", why="It hands the connection to a program on this machine (TPROXY).")
    elif name in {"MARK", "CONNMARK", "CT", "NOTRACK"}:
        action, after = Action(kind="next"), _changed(name, given, packet)
    elif name in _QUIET or not name:
        action = Action(kind="next")
    elif name.isupper() and name in {"TARPIT", "DELUDE", "CHAOS", "SYNPROXY", "ACCOUNT", "DNETMAP", "SYSRQ", "STEAL"}:
        action = Action(kind="unknown", why=f"This program does not know what the target {name} does.")
    else:
        action = Action(kind="jump", chain=name)
    return Finding(truth=truth, why=why, actions=((truth, action),), packet=after)


def _new_source(wanted: str, packet: Packet) -> Span | None:
    """The one address that `--to-source` gives, without ports (iptables-extensions(8), SNAT); None for a range, or none."""
    bare = wanted.partition(":")[0] if packet.version == 4 else _v6(wanted)[0] or wanted  # noqa: PLR2004 -- the version of IP
    address = literal_address(bare.strip("[]"))
    return address_span(address) if address and ip_version(address) == packet.version else None


def _translation(name: str, given: dict[str, str], packet: Packet) -> Action:
    if name == "NETMAP":
        return Action(kind="translate")
    wanted = given.get("to-destination" if name == "DNAT" else "to-ports", "")
    if name == "REDIRECT":
        number = matches.port_number(wanted)
        port = exactly(number) if number is not None else (None if wanted else packet.target_port)
        return Action(kind="translate", port=port, here=True)
    address, _, ports = wanted.rpartition(":") if packet.version == 4 else _v6(wanted)  # noqa: PLR2004 -- the version of IP
    if packet.version == 4 and not address and not ports.isdigit():  # noqa: PLR2004 -- the version of IP
        address, ports = ports, ""
    port = exactly(number) if (number := matches.port_number(ports)) is not None else (None if ports else packet.target_port)
    if not address:
        return Action(kind="translate", port=port, keeps_address=True)
    try:
        return Action(kind="translate", address=address_span(address), port=port)
    except ValueError:  # several addresses, of which the kernel chooses one
        return Action(kind="translate", port=port)


def _v6(text: str) -> tuple[str, str, str]:
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        return address, ":", rest.removeprefix(":")
    return text, "", ""


def _changed(name: str, given: dict[str, str], packet: Packet) -> Packet:
    """The packet after a target that sets a mark, or leaves it untracked."""
    if name == "NOTRACK" or (name == "CT" and "notrack" in given):
        return replace(packet, tracked=False)
    if name == "CT":
        return packet
    if name == "MARK":
        return replace(packet, mark=_marked(packet.mark, given))
    if "restore-mark" in given:
        masked = {"nfmask", "ctmask", "mask"} & given.keys()
        return replace(packet, mark=None if masked and packet.connection_mark != 0 else packet.connection_mark)
    if "save-mark" in given:
        masked = {"nfmask", "ctmask", "mask"} & given.keys()
        return replace(packet, connection_mark=None if masked else packet.mark)
    return replace(packet, connection_mark=_marked(packet.connection_mark, given))


def _marked(before: int | None, given: dict[str, str]) -> int | None:
    """A mark after `--set-xmark VALUE/MASK` and similar options: zero the bits of the mask, then xor the value."""
    for name in ("set-xmark", "set-mark", "or-mark", "and-mark", "xor-mark"):
        if name in given:
            numbers = matches.mark_and_mask(given[name])
            if numbers is None or before is None:
                return numbers[0] if numbers and name == "set-xmark" and numbers[1] == matches.ALL_BITS else None
            value, mask = numbers
            match name:
                case "set-xmark":
                    return (before & ~mask & matches.ALL_BITS) ^ value
                case "set-mark":
                    return (before & ~mask & ~value & matches.ALL_BITS) | value
                case "or-mark":
                    return before | value
                case "and-mark":
                    return before & value
                case _:
                    return before ^ value
    return None
