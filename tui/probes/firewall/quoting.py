"""A rule, or a chain's policy, as a fact quotes it: as its own tool prints it, with the names to find it by.

Law: the text of rules comes from outside and passes `safe_text` here.
"""

import re
from collections.abc import Mapping

from tui.model.facts import Rule
from tui.model.facts.rules import Effect
from tui.model.safe_text import safe_line, safe_name, safe_text
from tui.probes.firewall import nft_rules
from tui.probes.firewall.iptables_rules import options_of
from tui.probes.firewall.iptables_text import text_of
from tui.probes.firewall.nft_listing import table_opened
from tui.probes.firewall.rule_owners import made_by, policy_made_by
from tui.probes.firewall.ruleset import ENDS, Action, Chain, RuleEntry, Ruleset
from tui.probes.firewall.walk import RuleHit

LONGEST_TEXT = 500
"""Characters quoted of a rule: what iptables allows in a comment is 256 of them."""
_CHAIN_LINE = re.compile(r"\s*chain (\S+) \{.*")
_RULE_LINE = re.compile(r"(.*)\s# handle (\d+)\s*")
_COUNTER = re.compile(r"\bcounter packets \d+ bytes \d+")
_VARYING = re.compile(
    r"`(?:-m |--)?(?:limit|hashlimit|connlimit|ct count|meter|set|quota|statistic|numgen|random|every|recent|update|rcheck)\b"
)
"""The parts, as a finding names them, that take some packets and leave others of the same connection's kind."""
Lines = Mapping[tuple[str, str, str, int], str]
"""Rules as `nft -a` prints them, by family, table, chain and handle."""


def nft_lines(text: str, wanted: set[tuple[str, str, str, int]]) -> dict[tuple[str, str, str, int], str]:
    """The wanted rules in what `nft -a list …` prints."""
    rules: dict[tuple[str, str, str, int], str] = {}
    family = table = chain = ""
    for line in text.split("\n"):
        if "# handle" not in line and not line.startswith("table "):
            continue
        if (opened := table_opened(line.lstrip())) is not None:
            (family, table), chain = opened, ""
        elif (begun := _CHAIN_LINE.fullmatch(line)) is not None:
            chain = begun[1]
        elif (rule := _RULE_LINE.fullmatch(line)) is not None:
            key = family, table, chain, int(rule[2][:18])
            if key in wanted:
                rules[key] = rule[1].strip()
    return rules


def key_of(hit: RuleHit) -> tuple[str, str, str, int] | None:
    """The key of the rule in nft's text; None for iptables' rules and for policies."""
    if hit.entry is None or hit.entry.handle is None or hit.chain.backend != "nft":
        return None
    return hit.chain.family, hit.chain.table, hit.chain.name, hit.entry.handle


def rule_of(hit: RuleHit, rulesets: tuple[Ruleset, ...], lines: Lines, *, sure: bool) -> Rule:
    """The fact's rule for a hit of the walk."""
    chain, entry, action = hit.chain, hit.entry, hit.action
    names = _chain_names(chain, rulesets)
    comment = _comment(entry, chain)
    answer = "matches" if sure else "cannot-tell"
    if entry is None:
        maker = policy_made_by(names) or made_by(chain.table, chain.name, None, names)
        text, packets = "", chain.policy_packets
    else:
        maker = made_by(chain.table, chain.name, comment, names)
        text, packets = _text(hit, lines), _packets(entry, chain)
    return Rule(
        backend=chain.backend,
        family=safe_name(chain.family),
        table=safe_name(chain.table),
        chain=safe_name(chain.name),
        hook=hit.hook,
        handle=entry.handle if entry else None,
        line=entry.number if entry else None,
        text=text,
        comment=comment,
        made_by=maker,
        verdict=_effect(action),
        on="answer" if hit.answers else "request",
        answer="matches" if answer == "matches" else "cannot-tell",
        why=safe_line(hit.why or _why(action.kind)),
        packets=packets,
        varies=not sure and _VARYING.search(hit.why) is not None,
    )


def _effect(action: Action) -> Effect:
    if action.kind == "translate":
        return "redirect" if action.here else "dnat"
    return action.kind


def _why(kind: str) -> str:
    return "" if kind in ENDS or kind in {"translate", "source"} else "What it decides can't be known."


def _chain_names(chain: Chain, rulesets: tuple[Ruleset, ...]) -> tuple[str, ...]:
    return tuple(
        other.name
        for ruleset in rulesets
        for other in ruleset.chains.values()
        if (other.backend, other.family, other.table) == (chain.backend, chain.family, chain.table)
    )


def _text(hit: RuleHit, lines: Lines) -> str:
    if hit.entry is None:
        return ""
    if hit.chain.backend != "nft":
        return safe_text(text_of(hit.entry, hit.chain), limit=LONGEST_TEXT)
    key = key_of(hit)
    line = lines.get(key, "") if key else ""
    return safe_text(_COUNTER.sub("counter", line), limit=LONGEST_TEXT) if line else hit.action.kind


def _packets(entry: RuleEntry, chain: Chain) -> int | None:
    return nft_rules.packets_of(entry) if chain.backend == "nft" else entry.raw[1]


def _comment(entry: RuleEntry | None, chain: Chain) -> str | None:
    if entry is None:
        return None
    if chain.backend == "nft":
        return nft_rules.comment_of(entry)
    options = options_of(entry.raw[0]) or []
    text = next((option.values[0] for option in options if option.name == "comment" and option.values), None)
    return safe_line(text) if text else None
