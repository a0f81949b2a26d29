"""Tables of nft that are switched off: their rules are listed and do nothing (nft(8), TABLES: `flags dormant`).

Law: pure. nft 1.0.6 prints a freed buffer for a table's flags in JSON, so there it shows only that a table has flags; which
ones they are stands in nft's text.
"""

import re
from collections.abc import Collection

from msgspec.structs import replace

from tui.probes.firewall.nft_listing import Table, objects, table_opened
from tui.probes.firewall.ruleset import Ruleset

_FLAGS = re.compile(r"\s+flags (.*)")


def flagged(listing: bytes) -> list[Table]:
    """The tables in nft's JSON that have any flag; none where it is not understood."""
    tables = objects(listing, "table")
    return [(str(table["family"]), str(table["name"])) for table in tables if {"flags", "family", "name"} <= table.keys()]


def dormant_in(text: str) -> frozenset[Table]:
    """The tables that are switched off in nft's text, of one table or of all."""
    dormant: set[Table] = set()
    table: Table | None = None
    for line in text.split("\n"):
        if (opened := table_opened(line)) is not None:
            table = opened
        elif table and (flags := _FLAGS.fullmatch(line)) is not None:
            dormant |= {table} if "dormant" in flags[1].replace(",", " ").split() else set()
        elif line.strip():
            table = None  # flags stand first; what follows may have flags of its own
    return frozenset(dormant)


def awake(ruleset: Ruleset, dormant: Collection[Table]) -> Ruleset:
    """The ruleset without the tables that are switched off."""
    return replace(ruleset, chains={key: chain for key, chain in ruleset.chains.items() if key[:2] not in dormant})
