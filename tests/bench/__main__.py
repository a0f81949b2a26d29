"""`python -m tests.bench`: one table of all budgets, each measured here and now. It takes some minutes on two cores.

Status 1 where a budget does not hold; CI never runs it.
"""

import argparse
import sys
from dataclasses import replace

from tests.bench import peers, scaling, table
from tests.bench.measuring import measured
from tests.bench.programs import compiled
from tests.bench.row import Row
from tests.bench.rows import rows


def main() -> int:
    """Measure what was asked for, and print each row as soon as it is known."""
    reader = argparse.ArgumentParser(
        prog="python -m tests.bench", description="What the program costs, held against its budgets."
    )
    reader.add_argument("--only", default="", metavar="TEXT", help="only rows that have this in them")
    reader.add_argument("--pairs", type=int, metavar="N", help="so many measurements of each row, and not as many as it says")
    reader.add_argument(
        "--peers", action="store_true", help="install other Textual programs from PyPI for as long as they are measured"
    )
    reader.add_argument(
        "--curves", action="store_true", help="print also how the cost grows with facts, addresses, targets, sockets"
    )
    words = reader.parse_args()
    chosen = [
        row for row in (*rows(), *(peers.rows() if words.peers else ())) if words.only.lower() in f"{row.what} {row.peer}".lower()
    ]
    compiled()
    _say(table.head())
    broken = [row for row in chosen if _measured(replace(row, pairs=words.pairs or row.pairs)) is False]
    for line in scaling.curves() if words.curves else ():
        _say(line)
    return 1 if broken else 0


def _measured(row: Row) -> bool | None:
    result = measured(row)
    _say(table.line(row, result))
    return result.holds(row)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
