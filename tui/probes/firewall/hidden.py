"""The family that a rule is for, where nft does not print it: read from the rule's code in the kernel.

Law: for a rule with a reset in an inet table nft 1.0.6 leaves out `meta nfproto ipv6`, in text and JSON alike, so such a
rule decides only once its code has been read. Source: `nft --debug=netlink`, nft(8).
"""

import re
from collections.abc import Callable

from tui.model.address import ip_version
from tui.probes.firewall.evaluate import FilterOutcome, Flow
from tui.probes.firewall.ruleset import Ruleset
from tui.probes.firewall.walk import RuleHit

MOST_HIDDEN = 16
"""Rules whose code is read; each reading runs nft once more."""
_BLOCK = re.compile(r"(\w+) (\S+) (\S+) (\d+)(?: \d+)?\s*")
_LOADS = re.compile(r"\s*\[ meta load nfproto => reg (\d+) \]\s*")
_COMPARES = re.compile(r"\s*\[ cmp eq reg (\d+) 0x([0-9a-f]{8}) \]\s*")
_VERSIONS = {0x02: 4, 0x0A: 6, 0x02000000: 4, 0x0A000000: 6}
"""NFPROTO_IPV4 and NFPROTO_IPV6, as either byte order prints them."""
_Key = tuple[str, str, str, int]


def hidden_families(text: str) -> dict[_Key, int]:
    """The version of IP that rules are for, by family, table, chain and handle, where their code compares it."""
    versions: dict[_Key, int] = {}
    key: _Key | None = None
    register = ""
    for line in text.split("\n"):
        if block := _BLOCK.fullmatch(line):
            key, register = (block[1], block[2], block[3], int(block[4][:18])), ""
        elif loads := _LOADS.fullmatch(line):
            register = loads[1]
        elif (compares := _COMPARES.fullmatch(line)) and key and compares[1] == register:
            version = _VERSIONS.get(int(compares[2], 16))
            if version:
                versions[key] = version
            register = ""
        else:
            register = ""
    return versions


def doubtful(outcome: FilterOutcome) -> _Key | None:
    """The deciding rule, if nft may have left its family out."""
    hit = outcome.deciding
    if hit is None or hit.entry is None or hit.entry.handle is None:
        return None
    chain = hit.chain
    if chain.backend != "nft" or chain.family != "inet" or hit.action.kind != "tcp-reset":
        return None
    return chain.family, chain.table, chain.name, hit.entry.handle


def without(rulesets: tuple[Ruleset, ...], hit: RuleHit) -> None:
    """Take a rule that is for the other family out of its chain."""
    for ruleset in rulesets:
        for chain in ruleset.chains.values():
            if chain is hit.chain and hit.entry in chain.entries:
                chain.entries.remove(hit.entry)


def settled(
    judge: Callable[[Flow, tuple[Ruleset, ...]], FilterOutcome],
    connection: Flow,
    rulesets: tuple[Ruleset, ...],
    families: dict[_Key, int],
) -> FilterOutcome:
    """The outcome once no deciding rule is known to be for the other family. Raises TooManyRulesError."""
    version = ip_version(connection.address)
    outcome = judge(connection, rulesets)
    for _ in range(MOST_HIDDEN):
        key = doubtful(outcome)
        if key is None or outcome.deciding is None or families.get(key, version) == version:
            break
        without(rulesets, outcome.deciding)
        outcome = judge(connection, rulesets)
    return outcome
