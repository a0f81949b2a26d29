"""The table, a line as soon as it is known."""

from tests.bench.measuring import Result
from tests.bench.row import Row

_WIDTHS = (66, 9, 11, 8)
_HELD = {True: "yes", False: "NO", None: "-"}


def head() -> str:
    """The names of the columns."""
    return _line("what", "budget", "measured", "holds", "side by side")


def line(row: Row, result: Result) -> str:
    """A row and what it came to."""
    budget = "-" if row.most is None else f"<= {_number(row.most)} {row.unit}"
    if result.value is None:
        return _line(row.what, budget, "-", "-", f"not measured: {result.why_not}")
    return _line(row.what, budget, f"{_number(result.value)} {row.unit}", _HELD[result.holds(row)], _beside(row, result))


def _beside(row: Row, result: Result) -> str:
    times = f"{row.pairs} pairs" if row.theirs else f"{row.pairs} run{'s' * (row.pairs > 1)}"
    if result.theirs is None:
        return times
    if result.ours is not None:
        return f"{_number(result.ours)} ms / {_number(result.theirs)} ms of {row.peer}, {times}"
    ratio = f", {_number((result.value or 0) / result.theirs)} x" if result.theirs else ""
    return f"{row.peer}: {_number(result.theirs)} {row.unit}{ratio}, {times}"


def _number(value: float) -> str:
    """Three figures that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _line(*cells: str) -> str:
    padded = [f"{cell:{width}}" for cell, width in zip(cells, _WIDTHS, strict=False)]
    return "  ".join([*padded, *cells[len(_WIDTHS) :]]).rstrip()
