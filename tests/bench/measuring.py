"""Measuring a row: its pairs one after the other, so that what else the machine does hits both sides alike."""

from statistics import median
from typing import NamedTuple

from tests.bench.row import NotMeasured, Row

_IN_UNIT = {"ms": 1000.0}
"""How many of the unit a measurement is; 1 where it is not here."""


class Result(NamedTuple):
    """What a row came to: a value in its unit, what both sides took, and whether the budget holds; or why it has none."""

    value: float | None
    theirs: float | None = None
    """The median of the peer's measurements, in ms for a ratio and else in the row's unit."""
    ours: float | None = None
    """Likewise of ours, where the value is a ratio."""
    why_not: str = ""

    def holds(self, row: Row) -> bool | None:
        """Whether the budget holds; None where there is no budget, or no value."""
        return None if self.value is None or row.most is None else self.value <= row.most


def measured(row: Row) -> Result:
    """Measure it. Raises what a measurement raises, but for NotMeasured, which becomes the result."""
    try:
        with row.around():
            if row.pairs > 1:  # what is loaded for the first time is not what is measured
                _pair(row)
            pairs = [_pair(row) for _ in range(row.pairs)]
    except NotMeasured as reason:
        return Result(None, why_not=str(reason))
    ours = [mine for mine, _ in pairs]
    others = [other for _, other in pairs if other is not None]
    if row.unit == "x":
        ratio = median(mine / other for mine, other in zip(ours, others, strict=True))
        return Result(ratio, median(others) * 1000, median(ours) * 1000)
    scale = _IN_UNIT.get(row.unit, 1.0)
    return Result(median(ours) * scale, median(others) * scale if others else None)


def _pair(row: Row) -> tuple[float, float | None]:
    return row.ours(), row.theirs() if row.theirs else None
