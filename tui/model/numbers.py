"""Numbers in text from outside: what is no plain number, or no number of this world, is none."""

import re

_DIGITS = re.compile(r"[0-9]{1,20}")
"""64 bits have twenty digits. `int` takes digits of every script, `isdigit` even `²`, and `int` refuses what is very long."""


def decimal_number(text: str | bytes | None) -> int | None:
    """The number that one to twenty ASCII digits spell; None for any other text, a sign and spaces too, and for no text."""
    plain = text.decode("latin-1") if isinstance(text, bytes) else text
    return int(plain) if plain and _DIGITS.fullmatch(plain) else None
