"""A copy of the repository with a virtual environment of its own, in which one file at a time is wrong.

The work tree is only read. The copy's interpreter has the copy as its `tui`, whatever a test does to its environment
and its folder: no editable install reaches it.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OPTIONS = (
    "-x",
    "-q",
    "--timeout=60",
    "--hypothesis-seed=0",
    "--no-header",
    "--tb=no",
    "-rfE",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
)
NOTHING_RAN = 5
"""pytest's exit status where no test was selected."""


class Ending(StrEnum):
    """How the tests ended."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed out"


class Copy:
    """One copy, in a folder that its maker removes."""

    def __init__(self, parent: Path, name: str) -> None:
        folder = parent / name
        self.root = folder / "repository"
        self._python = folder / "venv" / "bin" / "python"
        self._written = 0
        self._runner: asyncio.subprocess.Process | None = None
        parent.chmod(0o755)  # tests run programs as other users too
        folder.mkdir()
        _copy_repository(self.root)
        _make_environment(folder / "venv", self.root)
        self._check()

    def write(self, path: str, text: str) -> None:
        """Replace a file's text. Its time is new each time, in whole seconds, so that no byte code of before is taken for it."""
        self._written += 1
        here = self.root / path
        here.write_text(text, encoding="utf-8")
        changed = here.stat().st_mtime + 10 * self._written
        os.utime(here, (changed, changed))

    async def run_tests(self, words: Sequence[str], timeout_s: float) -> tuple[Ending, str]:
        """Run pytest to its end, and the end of what it wrote; however this ends, no process of it is left."""
        runner = self._runner = self._runner or await self._start()
        assert runner.stdin is not None
        assert runner.stdout is not None
        answer = b""
        try:
            async with asyncio.timeout(timeout_s):
                runner.stdin.write(json.dumps([*_OPTIONS, *words]).encode() + b"\n")
                answer = await runner.stdout.readline()
        except TimeoutError:
            return Ending.TIMED_OUT, ""
        finally:
            if not answer:
                await self.end()
        status, written = json.loads(answer)
        return Ending.PASSED if status in {0, NOTHING_RAN} else Ending.FAILED, written

    async def end(self) -> None:
        """End what runs here, if something does; another run starts it anew."""
        runner, self._runner = self._runner, None
        if runner is not None and runner.stdin is not None:
            runner.stdin.close()
            await runner.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        """The process that forks the runs, in a session of its own: Ctrl-C is for us."""
        environment = {name: text for name, text in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
        return await asyncio.create_subprocess_exec(
            self._python,
            "-m",
            "tests.mutate.runner",
            cwd=self.root,
            env=environment | {"PYTHONPATH": str(self.root)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    def _check(self) -> None:
        """Make sure that the copy is what the copy's interpreter imports, from anywhere."""
        words = [str(self._python), "-c", "import tui; print(tui.__file__)"]
        done = subprocess.run(words, cwd="/", env={}, capture_output=True, text=True, check=True)
        assert Path(done.stdout.strip()).is_relative_to(self.root), done.stdout


def _copy_repository(root: Path) -> None:
    """Copy what git knows and what it would take, as it is in the work tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)


def _make_environment(folder: Path, root: Path) -> None:
    """An interpreter that finds the copy first and then the packages of ours; path files there are not read a second time."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    ours, theirs = (Path(sysconfig.get_path("purelib", vars=vars_)) for vars_ in ({}, {"base": str(folder)}))
    (theirs / "copy.pth").write_text(f"{root}\n{ours}\n", encoding="utf-8")
