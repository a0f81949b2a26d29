"""The long form: `python -m tests.fuzz --minutes 60`; every reader in turn, until the time is up. Status 1 where one failed."""

import argparse
import sys
import time
from random import Random

from tests.fuzz import growth
from tests.fuzz.attack import attack
from tests.fuzz.readers import readers

ROUND = 200
"""Texts for one reader before the next has its turn."""


def main() -> int:
    """Run it, and print each failure with the bytes that make it."""
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Does anything that others write break a reader?")
    reader.add_argument("--minutes", type=float, default=1.0, help="for how long (default 1)")
    reader.add_argument("--seed", type=int, default=1, help="which texts (default 1)")
    reader.add_argument("--only", default="", help="only readers whose name has this in it")
    reader.add_argument("--patterns", action="store_true", help="look for texts that make a pattern slow instead (10 s)")
    words = reader.parse_args()
    if words.patterns:
        return _patterns(words.only)
    chosen = [each for each in readers() if words.only in each.name]
    deadline = time.monotonic() + words.minutes * 60
    random = Random(words.seed)  # noqa: S311 -- mistakes, not secrets
    texts = failures = 0
    while time.monotonic() < deadline and chosen:
        for each in chosen:
            for failure in attack(each, random, ROUND):
                failures += 1
                say(failure)
            texts += ROUND
    say(f"{texts} texts for {len(chosen)} readers, {failures} failures (seed {words.seed})")
    return 1 if failures else 0


def _patterns(only: str) -> int:
    slow = count = 0
    for name, pattern, search in growth.patterns():
        if only in name:
            count += 1
            if text := growth.slow_text(pattern, search=search):
                slow += 1
                say(f"{name}: {text[0]!r}, then {text[1]!r} again and again, then {text[2]!r}")
    say(f"{count} patterns, {slow} slow")
    return 1 if slow else 0


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
