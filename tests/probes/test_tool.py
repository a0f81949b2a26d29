"""Running other programs: what they say comes back, and none outlives its look."""

import asyncio
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tui.probes.kernel import tool
from tui.probes.kernel.tool import run_tool


async def test_output_errors_and_status_come_back() -> None:
    """A script on standard input is run to its end."""
    done = await run_tool(["sh", "-s"], environ=os.environ, deadline_s=20, script=b"echo out; echo err >&2; exit 3")

    assert (done.status, done.output, done.errors) == (3, b"out\n", b"err\n")


async def test_what_cannot_be_started_is_an_oserror() -> None:
    """A program that is not there, by the path of the environment given, raises."""
    with pytest.raises(FileNotFoundError):
        await run_tool(["sh"], environ={"PATH": "/nonexistent"}, deadline_s=5)


def is_gone(pid: int) -> bool:
    """Whether a process has ended, though perhaps nobody has waited for it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


async def until(holds: Callable[[], bool]) -> None:
    """Return when the condition holds, which another process brings about."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 -- another process gives no event
            await asyncio.sleep(0.01)


async def test_the_deadline_ends_the_program_and_its_children(tmp_path: Path) -> None:
    """After the deadline neither the program nor what it started is alive."""
    script = f"sleep 600 & echo $! > {tmp_path}/child; echo $$ > {tmp_path}/own; wait"

    with pytest.raises(TimeoutError):
        await run_tool(["sh", "-c", script], environ=os.environ, deadline_s=1.0)

    for name in ("child", "own"):
        await until(partial(is_gone, int((tmp_path / name).read_text())))


async def test_a_cancelled_look_ends_the_program(tmp_path: Path) -> None:
    """When nobody waits any more, the program is killed at once."""
    running = asyncio.ensure_future(
        run_tool(
            ["sh", "-c", f"echo $$ > {tmp_path}/own.part; mv {tmp_path}/own.part {tmp_path}/own; exec sleep 600"],
            environ=os.environ,
            deadline_s=600,
        )
    )
    await until((tmp_path / "own").exists)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert is_gone(int((tmp_path / "own").read_text()))


def open_descriptors() -> set[str]:
    """The descriptors of this process."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@pytest.mark.parametrize("turns", range(8))
async def test_a_look_that_is_cancelled_at_its_start_leaves_nothing_open(turns: int) -> None:
    """However many turns of the loop it has had, no pipe of it stays open."""
    await run_tool(["true"], environ=os.environ, deadline_s=20)
    before = open_descriptors()
    running = asyncio.ensure_future(run_tool(["sleep", "600"], environ=os.environ, deadline_s=600))
    for _ in range(turns):
        await asyncio.sleep(0)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0)

    assert open_descriptors() == before


async def test_endless_output_is_cut() -> None:
    """A program that never stops writing is ended at the bound."""
    done = await run_tool(["yes"], environ=os.environ, deadline_s=60)

    assert len(done.output) == tool.MOST_OUTPUT
    assert done.status == -signal.SIGKILL


async def test_a_background_process_that_keeps_the_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A program that leaves something behind in another session, as ssh does with its master, has ended when it has ended."""
    script = f"setsid sh -c 'echo $$ > {tmp_path}/left; sleep 600' & until [ -s {tmp_path}/left ]; do :; done; echo done"
    try:
        done = await run_tool(["sh", "-c", script], environ=os.environ, deadline_s=20)
        assert done.output == b"done\n"
    finally:
        os.killpg(int((tmp_path / "left").read_text()), signal.SIGKILL)


async def test_a_program_that_does_not_read_is_not_waited_for() -> None:
    """A script that is larger than a pipe and that nobody reads does not hold the look."""
    done = await run_tool(["true"], environ=os.environ, deadline_s=20, script=b"x" * 1_000_000)

    assert done.status == 0


async def test_there_is_no_terminal_to_ask_on() -> None:
    """The program has no controlling terminal, so it cannot put a question onto the screen."""
    done = await run_tool(["sh", "-c", "exec 3<>/dev/tty"], environ=os.environ, deadline_s=20)

    assert done.status != 0
