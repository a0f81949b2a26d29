"""`python -m tests.lab`: plays the scenarios and prints the table. Needs root; touches nothing but its own namespaces."""

import argparse
import os
import sys
from concurrent.futures import as_completed

from tests.approved import ROOT, write_section
from tests.lab.bench import DEFAULT_SEED
from tests.lab.calibration import table, too_sure
from tests.lab.network import sweep, what_is_missing
from tests.lab.plays import AT_ONCE, outcome, playing
from tests.lab.scenario import scenarios
from tests.lab.table import results, summary


def main() -> int:
    """Play; status 0 where everything is as expected, 1 where not, 2 where no lab can be made."""
    parser = argparse.ArgumentParser("python -m tests.lab", description=__doc__)
    seed = int(os.environ.get("REFUSED_LAB_SEED", DEFAULT_SEED))
    parser.add_argument("--seed", type=int, default=seed, help="draws other addresses, names and ports (%(default)s)")
    parser.add_argument("--only", default="", metavar="TEXT", help="the scenarios with this text in their name or cause")
    parser.add_argument("--jobs", type=int, default=AT_ONCE, metavar="N", help="so many at once (%(default)s)")
    parser.add_argument("--record", action="store_true", help="write how often each certainty was right into the README")
    chosen = parser.parse_args()
    if missing := what_is_missing():
        sys.stderr.write(f"{missing}\n")
        return 2
    sweep()
    selected = [one for one in scenarios() if chosen.only in f"{one.name} {one.about}"]
    for one in selected:
        if one.missing():
            sys.stdout.write(f"left out: {one.name}, which needs {', '.join(one.missing())}\n")
    wanted = [(one, user) for one in selected if not one.missing() for user in one.users]
    with playing(wanted, chosen.seed, chosen.jobs) as futures:
        for number, _ in enumerate(as_completed(futures.values()), start=1):
            sys.stderr.write(f"\r{number} of {len(futures)}" if sys.stderr.isatty() else "")
        plays = [outcome(futures, name, chosen.seed) for name in futures]
    sys.stdout.write(f"\r{results(plays, chosen.seed)}\n\n{table(plays)}\n")
    if chosen.record:
        write_section(ROOT / "README.md", "calibration", f"{summary(plays, chosen.seed)}.\n\n{table(plays)}")
    for problem in too_sure(plays):
        sys.stdout.write(f"{problem}\n")
    return int(any(one.problems for one in plays) or bool(too_sure(plays)))


if __name__ == "__main__":
    raise SystemExit(main())
