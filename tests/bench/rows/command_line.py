"""What needs no network: help and version."""

from tests.bench.programs import NOTHING, REFUSED, seconds
from tests.bench.row import Row

ROWS = tuple(
    Row(
        what=f"`refused {option}`",
        most=2.5,
        ours=lambda option=option: seconds(*REFUSED, option),  # type: ignore[misc]  # the option of this turn
        peer="python -c pass",
        theirs=lambda: seconds(*NOTHING),
    )
    for option in ("--help", "--version")
)
