"""Which devices a chain at the ingress or egress hook is bound to, by nft's text (nft(8), section ADDRESS FAMILIES, NETDEV).

Law: pure. nft 1.0.6 and later leave the devices out of their JSON; the text has them. A chain whose devices are not known may
act on any of them, and nothing it does is certain.
"""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from tui.probes.firewall.nft_listing import Table, objects, table_opened
from tui.probes.firewall.ruleset import Ruleset

AT_DEVICES = frozenset({"ingress", "egress"})
"""The hooks that belong to devices, before and after all others."""
ChainKey = tuple[str, str, str]
"""Family, table and name."""
_CHAIN = re.compile(r"\s+chain (\S+) \{.*")
_HOOK = re.compile(r"\s+type \S+ hook (?:ingress|egress) devices? (?P<names>=? ?\{[^}]*\}|\S+) priority .*")
_NAME = re.compile(r'[^\s",={}]+')


def with_devices(listing: bytes) -> list[Table]:
    """The tables in nft's JSON with a chain at a device that the JSON does not name; none where it is not understood."""
    unnamed = [chain for chain in objects(listing, "chain") if chain.get("hook") in AT_DEVICES and "dev" not in chain]
    named = [(chain["family"], chain["table"]) for chain in unnamed if {"family", "table"} <= chain.keys()]
    return list(dict.fromkeys((str(family), str(table)) for family, table in named))


def devices_in(text: str) -> dict[ChainKey, tuple[str, ...]]:
    """The devices of each chain at a device, in nft's text of one table or of all."""
    devices: dict[ChainKey, tuple[str, ...]] = {}
    table: Table | None = None
    chain = ""
    for line in text.split("\n"):
        if (opened := table_opened(line)) is not None:
            table, chain = opened, ""
        elif (begun := _CHAIN.fullmatch(line)) is not None:
            chain = begun[1]
        elif table and chain and (hook := _HOOK.fullmatch(line)) is not None:
            devices[*table, chain] = tuple(_NAME.findall(hook["names"]))
    return devices


def bound(ruleset: Ruleset, devices: Mapping[ChainKey, tuple[str, ...]]) -> Ruleset:
    """The ruleset, its chains bound to the devices that the text names."""
    chains = {
        key: replace(chain, devices=devices[key]) if chain.devices is None and key in devices else chain
        for key, chain in ruleset.chains.items()
    }
    return replace(ruleset, chains=chains)
