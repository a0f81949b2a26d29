"""From what the tools printed to one view of the filter, in which no rule counts twice.

Law: pure. iptables may keep its rules in nftables, where nft shows them without the parts that are iptables' own; then
the rules are taken from iptables-save, and their handles and hooks from nft, if both show as many.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from tui.probes.firewall import iptables_text, nft_rules
from tui.probes.firewall.devices import ChainKey, bound
from tui.probes.firewall.dormant import awake
from tui.probes.firewall.iptables_rules import match_rule
from tui.probes.firewall.nft_listing import Table
from tui.probes.firewall.ruleset import Chain, Ruleset

NFT = "nft"
FAMILY_OF = {"iptables": "ip", "ip6tables": "ip6"}


class Filter(Struct, frozen=True, kw_only=True):
    """All that was read."""

    rulesets: tuple[Ruleset, ...] = ()
    sources: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Sentences: what could not be read."""

    @property
    def rules(self) -> int:
        """How many rules were read."""
        return sum(ruleset.rules for ruleset in self.rulesets)


def filter_of(
    texts: Mapping[str, bytes],
    unread: Iterable[str] = (),
    dormant: Collection[Table] = (),
    devices: Mapping[ChainKey, tuple[str, ...]] = MappingProxyType({}),
) -> Filter:
    """The filter in what `nft`, `iptables-nft`, `ip6tables-nft`, `iptables-legacy` and `ip6tables-legacy` printed.

    Whichever tool was done first: the same texts give the same filter. The rules of `dormant` tables do nothing;
    `devices` are those of chains that the listing does not name.
    """
    missing = list(unread)
    nft: Ruleset | None = None
    if NFT in texts:
        try:
            nft = bound(awake(nft_rules.ruleset_of(texts[NFT]), dormant), devices)
        except ValueError as error:
            missing.append(str(error))
    by_iptables: dict[tuple[str, str, str], Chain] = {}
    old: list[Ruleset] = []
    for tool, family in FAMILY_OF.items():
        if f"{tool}-nft" in texts:
            text = texts[f"{tool}-nft"].decode("utf-8", "backslashreplace")
            by_iptables |= iptables_text.ruleset_of(text, "iptables-nft", family, match_rule).chains
        if f"{tool}-legacy" in texts:
            text = texts[f"{tool}-legacy"].decode("utf-8", "backslashreplace")
            old.append(iptables_text.ruleset_of(text, "iptables-legacy", family, match_rule))
    rulesets = list(_merged(nft, by_iptables)) if nft else []
    if nft is None and by_iptables:
        rulesets.append(Ruleset(chains=by_iptables, read=match_rule))
    return Filter(rulesets=(*rulesets, *old), sources=tuple(sorted(texts)), unread=tuple(sorted(set(missing))))


def _merged(nft: Ruleset, by_iptables: dict[tuple[str, str, str], Chain]) -> Iterable[Ruleset]:
    """The tables of nft itself, and those of iptables as iptables shows them."""
    same = {
        (family, table)
        for family, table in {key[:2] for key in by_iptables}
        if _agree(_of_table(nft.chains, family, table), _of_table(by_iptables, family, table))
    }
    yield Ruleset(chains={key: chain for key, chain in nft.chains.items() if key[:2] not in same}, read=nft.read)
    taken = {
        key: _with_handles(chain, nft.chains[key]) for key, chain in by_iptables.items() if key[:2] in same and key in nft.chains
    }
    if taken:
        yield Ruleset(chains=taken, read=match_rule)


def _of_table(chains: dict[tuple[str, str, str], Chain], family: str, table: str) -> dict[str, Chain]:
    return {key[2]: chain for key, chain in chains.items() if key[:2] == (family, table)}


def _agree(by_nft: dict[str, Chain], by_iptables: dict[str, Chain]) -> bool:
    """Whether both show the same chains with as many rules; iptables shows base chains that do not exist as empty ones."""
    return bool(by_nft) and all(
        len(by_nft[name].entries if name in by_nft else ()) == len(by_iptables[name].entries if name in by_iptables else ())
        for name in by_nft.keys() | by_iptables.keys()
    )


def _with_handles(chain: Chain, in_nft: Chain) -> Chain:
    entries = [replace(entry, handle=other.handle) for entry, other in zip(chain.entries, in_nft.entries, strict=True)]
    return replace(
        chain,
        entries=entries,
        hook=in_nft.hook,
        priority=in_nft.priority,
        type=in_nft.type,
        policy=in_nft.policy,
        policy_packets=chain.policy_packets if in_nft.hook else None,
    )
