"""A row of the table: what is measured, the most that it may be, and beside what."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal

Unit = Literal["x", "ms", "s", "MiB", "%", "kB"]
"""`x` is the ratio to the peer; a percentage is of one processor; 1 kB are 1000 bytes."""
PAIRS = 7
"""Interleaved pairs; the median of fewer swings with the machine."""


class NotMeasured(Exception):  # noqa: N818 -- no error: the table says why
    """It can't be measured here; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table. `ours` and `theirs` each take one measurement, in seconds where the unit is of time or a ratio."""

    what: str
    ours: Callable[[], float]
    unit: Unit = "x"
    most: float | None = None
    """The budget, in `unit`; without one the row is there for comparison."""
    peer: str = ""
    theirs: Callable[[], float] | None = None
    around: Callable[[], AbstractContextManager[object]] = nullcontext
    """What must be there while it is measured; it may raise NotMeasured."""
    pairs: int = PAIRS
    """How often; once is enough for what takes seconds, since a hundredth of a second is not felt then."""
