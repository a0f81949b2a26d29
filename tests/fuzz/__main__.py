"""The long forms: `python -m tests.fuzz --minutes 60`, each reader in turn; `--programs`, each trial of it; `--patterns`.

The first two go on until the time is up. Status 1 where one failed.
"""

import argparse
import sys
import time
from itertools import count
from random import Random

from tests.fuzz import growth
from tests.fuzz.attack import attack
from tests.fuzz.programs.trials import trials
from tests.fuzz.readers import readers

ROUND = 200
"""Texts for one reader before the next has its turn."""


def main() -> int:
    """Run it, and print each failure with the bytes that make it."""
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Does anything that others write break a reader?")
    reader.add_argument("--minutes", type=float, default=1.0, help="for how long (default 1)")
    reader.add_argument("--seed", type=int, default=1, help="which texts (default 1)")
    reader.add_argument("--only", default="", help="only readers, trials or patterns whose name has this in it")
    what = reader.add_mutually_exclusive_group()
    what.add_argument("--programs", action="store_true", help="the whole program among lying tools, far ends and nameservers")
    what.add_argument("--patterns", action="store_true", help="look for texts that make a pattern slow instead (10 s)")
    words = reader.parse_args()
    if words.patterns:
        return try_patterns(words.only)
    deadline = time.monotonic() + words.minutes * 60
    return (try_programs if words.programs else try_readers)(words.seed, words.only, deadline)


def try_programs(seed: int, only: str, deadline: float) -> int:
    """Every trial of a seed whose name has `only` in it, then those of the next seed, until the deadline."""
    tried = failures = 0
    chosen = ((number, name, trial) for number in count(seed) for name, trial in trials(number) if only in name)
    for number, name, trial in chosen:
        broken = list(trial())
        tried += 1
        failures += bool(broken)
        for breach in broken:
            say(f"{name} (seed {number}): {breach}")
        if time.monotonic() > deadline:
            break
    say(f"{tried} trials, {failures} failures (from seed {seed} on)")
    return 1 if failures else 0


def try_readers(seed: int, only: str, deadline: float) -> int:
    """Every reader whose name has `only` in it, in turn, until the deadline."""
    chosen = [each for each in readers() if only in each.name]
    random = Random(seed)  # noqa: S311 -- mistakes, not secrets
    texts = failures = 0
    while time.monotonic() < deadline and chosen:
        for each in chosen:
            for failure in attack(each, random, ROUND):
                failures += 1
                say(failure)
            texts += ROUND
    say(f"{texts} texts for {len(chosen)} readers, {failures} failures (seed {seed})")
    return 1 if failures else 0


def try_patterns(only: str) -> int:
    """Every pattern whose name has `only` in it, once."""
    slow = tried = 0
    for name, pattern, search in growth.patterns():
        if only in name:
            tried += 1
            if text := growth.slow_text(pattern, search=search):
                slow += 1
                say(f"{name}: {text[0]!r}, then {text[1]!r} again and again, then {text[2]!r}")
    say(f"{tried} patterns, {slow} slow")
    return 1 if slow else 0


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
