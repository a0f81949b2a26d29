"""Draw mutants, run the tests that concern each, and say which of them nobody noticed.

`python -m tests.mutate diagnosis --count 40 --seed 3`. Survivors are lines whose meaning no test holds, or which have none.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutate.concerns import concerned, keyword
from tests.mutate.copy import ROOT, Copy, Ending
from tests.mutate.mutants import Mutant, change, is_sound, mutants_of, mutated

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
"""Mutants that change no behaviour at all, each with the reason."""
LONGEST_QUICK_S = 120
"""The tests that bear the module's name; a run that takes longer hangs."""
SLOWER = 4
"""So many times as long as the sound code's tests may those of a mutant take."""


@dataclass(frozen=True)
class Drawn:
    """A mutant in its file."""

    path: str
    source: str
    mutant: Mutant

    @property
    def difference(self) -> str:
        """Where it is, and the change, on one line."""
        before, after = change(self.source, self.mutant)
        return f"{self.path}:{self.mutant.line}  -{before}  +{after}"


def main() -> int:
    """Run it; status 1 where a mutant survived."""
    reader = argparse.ArgumentParser(prog="python -m tests.mutate", description="Does a test notice when the code is wrong?")
    reader.add_argument("folder", help="below tui/: diagnosis, errors, engine, probes …")
    reader.add_argument("--count", type=int, default=40, help="how many mutants (default 40)")
    reader.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    reader.add_argument("--only", default="", help="only in files whose path has this in it")
    reader.add_argument("--at-once", type=int, default=2, help="how many at the same time (default 2)")
    reader.add_argument("--list", action="store_true", help="only say which mutants are drawn")
    words = reader.parse_args()
    if not (ROOT / "tui" / words.folder).is_dir():
        reader.error(f"there is no folder tui/{words.folder}")
    chosen = list(draw(sources(words.folder, words.only), words.count, words.seed, known_equivalents()))
    if words.list:
        say("\n".join(each.difference for each in chosen))
        return 0
    try:
        return asyncio.run(_until_stopped(chosen, words.at_once))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def sources(folder: str, only: str = "") -> dict[str, str]:
    """The Python files below `tui/FOLDER`, by their path."""
    return {name: text for name, text in _texts_of(ROOT / "tui" / folder, "*.py").items() if only in name}


def _texts_of(folder: Path, pattern: str) -> dict[str, str]:
    paths = sorted(folder.rglob(pattern))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def draw(files: Mapping[str, str], count: int, seed: int, equivalents: frozenset[tuple[str, str, str]]) -> Iterator[Drawn]:
    """So many mutants of these files, the same for the same seed; those that change nothing are passed over."""
    pool = [Drawn(path, source, mutant) for path, source in files.items() for mutant in mutants_of(source)]
    random.Random(seed).shuffle(pool)  # noqa: S311 -- a draw, not a secret
    for each in pool:
        if count <= 0:
            return
        if (each.path, *change(each.source, each.mutant)) not in equivalents and is_sound(each.source, each.mutant):
            count -= 1
            yield each


def known_equivalents() -> frozenset[tuple[str, str, str]]:
    """File, line before and line after of each mutant that is known to change nothing."""
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", [])
    assert all(each["because"] for each in listed)
    return frozenset((each["file"], each["before"], each["after"]) for each in listed)


async def _until_stopped(chosen: list[Drawn], at_once: int) -> int:
    """As `_try_all`, and ended in order by SIGTERM too."""
    task = asyncio.ensure_future(_try_all(chosen, at_once))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


async def _try_all(chosen: list[Drawn], at_once: int) -> int:
    """Try each mutant in one of the copies, and count those that were killed."""
    with tempfile.TemporaryDirectory(prefix="refused-mutate-", ignore_cleanup_errors=True) as name:
        copies = [Copy(Path(name), str(number)) for number in range(at_once)]
        tests = _texts_of(ROOT / "tests", "test_*.py")

        def concerning(module: str) -> list[str]:
            return concerned(module, tests)

        every = sorted({test for each in chosen for test in concerning(each.path)})
        waiting = list(reversed(chosen))
        killed = 0

        async def work(copy: Copy, longest_s: float) -> None:
            nonlocal killed
            while waiting:
                each = waiting.pop()
                how = await _try(copy, each, concerning, longest_s)
                killed += how != "survived"
                say(f"{how:<10} {each.difference}")

        try:
            longest_s = await _sound(copies, every)
            async with asyncio.TaskGroup() as group:
                for copy in copies:
                    group.create_task(work(copy, longest_s))
        finally:
            for copy in copies:
                await copy.end()
    say(f"{killed} of {len(chosen)} killed")
    return 0 if killed == len(chosen) else 1


async def _sound(copies: list[Copy], tests: list[str]) -> float:
    """Run the tests on the sound code, in all copies at once as later; how long a mutant's may take. Exits where they fail."""
    began = time.monotonic()
    for ending, written in await asyncio.gather(*(_ending(copy, tests, 3600) for copy in copies)):
        if ending is not Ending.PASSED:
            sys.exit(f"the tests fail without a mutant:\n{written[-2000:]}")
    took_s = time.monotonic() - began
    say(f"{len(tests)} test files take {took_s:.0f} s")
    return SLOWER * took_s + 30


async def _ending(copy: Copy, words: Sequence[str], timeout_s: float) -> tuple[Ending, str]:
    """How the tests end; a failure counts only where it comes again, because a loaded machine alone makes a test fail once."""
    ending, written = await copy.run_tests(words, timeout_s)
    return await copy.run_tests(words, timeout_s) if ending is Ending.FAILED else (ending, written)


async def _try(copy: Copy, each: Drawn, concerning: Callable[[str], list[str]], longest_s: float) -> str:
    """Killed, timed out or survived."""
    tests = concerning(each.path)
    copy.write(each.path, mutated(each.source, each.mutant))
    try:
        for words, timeout_s in (([*tests, "-k", keyword(each.path)], LONGEST_QUICK_S), (tests, longest_s)):
            ending, _ = await _ending(copy, words, timeout_s)
            if ending is not Ending.PASSED:
                return "killed" if ending is Ending.FAILED else "timed out"
        return "survived"
    finally:
        copy.write(each.path, each.source)


def say(text: str) -> None:
    """A line of the result, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
