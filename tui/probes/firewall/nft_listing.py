"""nft's listings as far as more than one reader takes them apart: the objects of its JSON, and the tables of its text. Pure."""

import re

import msgspec

Table = tuple[str, str]
"""Family and name."""
_TABLE = re.compile(r"table (\S+) (\S+) \{.*")


def objects(listing: bytes, kind: str) -> list[dict[str, object]]:
    """The objects of one kind (`table`, `chain`) in nft's JSON (libnftables-json(5)); none where it is not understood."""
    try:
        items = msgspec.json.decode(listing, type=dict[str, list[dict[str, msgspec.Raw]]])["nftables"]
        return [msgspec.json.decode(item[kind], type=dict[str, object]) for item in items if kind in item]
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError, RecursionError):
        return []


def table_opened(line: str) -> Table | None:
    """The table that begins with this line of nft's text."""
    opened = _TABLE.fullmatch(line)
    return (opened[1], opened[2]) if opened else None
