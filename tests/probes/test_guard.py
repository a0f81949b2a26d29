"""What we started ends with us, however we end, and whatever it left in the background ends with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.approved import ROOT
from tui.probes.kernel.guard import Guard
from tui.probes.kernel.tool import run_tool

ENDINGS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL, signal.SIGUSR1, signal.SIGABRT)
RUNS_A_TOOL = """\
import asyncio, os, resource, signal, sys
from tui.probes.kernel.tool import run_tool

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if (number := int(sys.argv[1])) != signal.SIGKILL:
    signal.signal(number, signal.SIG_DFL)

async def begin():
    running = asyncio.create_task(run_tool(sys.argv[2:], environ=os.environ, deadline_s=600))
    await asyncio.sleep(0)
    print("begun", flush=True)
    await running

asyncio.run(begin())
"""


RUNS_TOOLS_EARLY = """\
import os, resource, signal, sys
from tui.probes.kernel.early_tools import run_all

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
if (number := int(sys.argv[1])) != signal.SIGKILL:
    signal.signal(number, signal.SIG_DFL)
run_all([sys.argv[2:], ["sh", "-c", f"echo begun >/proc/{os.getpid()}/fd/1"]], 600)
"""


@contextmanager
def held_open() -> Iterator[tuple[int, int]]:
    """A pipe: the end to read, and the one that others open by its path. The first ends when no process holds the second."""
    reading, writing = os.pipe()
    try:
        yield reading, writing
    finally:
        os.close(reading)


def until_nobody_holds(reading: int) -> bytes:
    """All that is written, up to the moment when the last holder has ended."""
    with os.fdopen(os.dup(reading), "rb") as pipe:
        return pipe.read()


@pytest.mark.parametrize("program", [RUNS_A_TOOL, RUNS_TOOLS_EARLY], ids=["in a walk", "before it"])
@pytest.mark.parametrize("script", ["exec sleep 600", "sleep 600 & sleep 600"], ids=["itself", "with a child"])
@pytest.mark.parametrize("number", ENDINGS)
def test_a_tool_ends_with_us(number: signal.Signals, script: str, program: str) -> None:
    """Whatever signal ends us, and none is handled here, neither the tool nor its children stay."""
    with held_open() as (reading, writing):
        held = f"exec 9>/proc/{os.getpid()}/fd/{writing}; echo up >&9; {script}"
        us = subprocess.Popen(
            [sys.executable, "-c", program, str(number.value), "sh", "-c", held], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert us.stdout is not None
        assert us.stdout.read(6) == b"begun\n"
        assert os.read(reading, 3) == b"up\n"
        os.close(writing)

        us.send_signal(number)

        assert us.wait(30) == -number
        us.stdout.close()
        assert until_nobody_holds(reading) == b""


async def test_a_tool_leaves_nothing_in_its_group() -> None:
    """What a tool that ends well leaves in the background ends too."""
    with held_open() as (reading, writing):
        script = f"exec 9>/proc/{os.getpid()}/fd/{writing}; sleep 600 >&9 2>&1 & exit 0"
        done = await run_tool(["sh", "-c", script], environ=os.environ, deadline_s=30)
        os.close(writing)

        assert done.status == 0
        assert until_nobody_holds(reading) == b""


def test_what_has_ended_is_not_killed_again() -> None:
    """The guard kills what still runs, and no group that it was told has ended."""
    groups = [subprocess.Popen(["sleep", "600"], start_new_session=True) for _ in range(3)]
    guard = Guard()
    guard.stand_by()
    try:
        with guard.watching(groups[0].pid):
            pass
        left = guard.watching(groups[1].pid)
        left.__enter__()
        guard.dismiss()

        assert groups[1].wait(30) == -signal.SIGKILL
        assert [groups[0].poll(), groups[2].poll()] == [None, None]
    finally:
        for group in groups:
            group.kill()
            group.wait(30)


def test_without_a_guard_tools_run_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no shell is, nothing is watched, and nothing fails."""
    monkeypatch.setattr("tui.probes.kernel.guard._SHELL", str(tmp_path / "none"))
    guard = Guard()
    guard.stand_by()
    with guard.watching(os.getpid()):
        pass
    guard.dismiss()

    assert guard._pid == 0


def test_a_guard_that_was_killed_is_no_harm() -> None:
    """Somebody may end it: then nothing is watched, and nothing fails."""
    guard = Guard()
    guard.stand_by()
    with guard.watching(os.getpid()):
        os.kill(guard._pid, signal.SIGKILL)
        os.waitid(os.P_PID, guard._pid, os.WEXITED | os.WNOWAIT)
    guard.dismiss()
