"""Times and lists in plain words, the same in every report."""

from collections.abc import Sequence

TENTHS_BELOW_MS = 10.0
"""From here on a tenth of a millisecond says nothing."""
SECONDS_FROM_MS = 1000.0
MOST_NAMED = 4
"""More things than this are counted, not listed."""


def took(milliseconds: float) -> str:
    """A duration: `0.4 ms`, `12 ms`, `3.5 s`."""
    if milliseconds >= SECONDS_FROM_MS:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.1f} ms" if milliseconds < TENTHS_BELOW_MS else f"{milliseconds:.0f} ms"


def listed(items: Sequence[str]) -> str:
    """`a, b`, and of many the first few and how many more."""
    rest = len(items) - MOST_NAMED
    return ", ".join(items[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
