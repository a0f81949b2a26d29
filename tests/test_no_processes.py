"""Where this user may start no more processes, or no threads, each command says so on a line or goes on without them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import environment, terminal
from tests.strangers import NOBODY, ROOT_USER, as_user, open_directory
from tests.test_check import closed as closed  # noqa: PLC0414 -- a fixture
from tui.cli.streams import SCREEN_THREADS

NO_PROCESSES = "import resource, sys; resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))\n"
NO_THREADS = """\
import sys, threading
def start(thread):
    raise RuntimeError("can't start new thread")
threading.Thread.start = start
"""
MAIN = "from tui.cli.main import main; sys.exit(main())"
FULL = os.strerror(11)
"""EAGAIN, of fork(2)."""


def limited(*words: str, state: Path, code: str = NO_PROCESSES) -> subprocess.CompletedProcess[str]:
    """Run it to its end as a user whom the limit binds, which root is not."""
    user = as_user(NOBODY) if os.geteuid() == ROOT_USER else []
    return subprocess.run(
        [*user, sys.executable, "-c", f"{code}{MAIN}", *words],
        cwd=ROOT,
        env=environment(state),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", [("run", "--", "true"), ("run", "--check", "--", "true"), ("run", "--", "no-such-command")])
def test_a_command_that_can_not_be_started(words: tuple[str, ...]) -> None:
    """One line, and the status that bash gives where fork(2) fails."""
    with open_directory() as state:
        done = limited(*words, state=state)

    assert (done.returncode, done.stdout) == (126, "")
    assert done.stderr == f"refused run: {words[-1]}: {FULL}\n"


def test_a_command_on_a_terminal_that_can_not_be_started(tmp_path: Path) -> None:
    """Neither where the process beside it can't be started, nor where that one can't start the command."""
    for number in (1, 2):
        code = f"""\
import os, sys
forks, fork = [], os.fork
def failing():
    forks.append(0)
    if len(forks) == {number}:
        raise BlockingIOError(11, os.strerror(11))
    return fork()
os.fork = failing
"""
        with terminal("run", state=tmp_path, program=[sys.executable, "-c", code + MAIN, "run", "--", "true"]) as screen:
            before = screen.modes()
            assert screen.end() == 126
            assert screen.modes() == before
        assert screen.seen.decode() == f"refused run: true: {FULL}\r\n"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_walk_without_processes(name: str, closed: str) -> None:
    """It comes to its verdict, and says of a tool that it could not be run."""
    with open_directory() as state:
        done = limited("check", f"{name}:{closed.rpartition(':')[2]}", "--attempts", "1", "--server", "sh", state=state)

    assert done.returncode == 1
    assert "not-listening" in done.stdout
    assert FULL in " ".join(done.stdout.split())
    assert "itself failed" not in done.stdout
    assert "Traceback" not in done.stderr


def test_a_tool_without_threads(closed: str, tmp_path: Path) -> None:
    """What a tool prints is read to its end, also where no thread can wait for that."""
    words = ["check", closed, "--attempts", "1", "--server", "sh"]
    done = subprocess.run(
        [sys.executable, "-c", NO_THREADS + MAIN, *words],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert "itself failed" not in done.stdout
    assert "sh cannot be run" not in done.stdout


@pytest.mark.parametrize("words", [(), ("127.0.0.1:1",), ("demo", "healthy")])
@pytest.mark.parametrize("left", range(SCREEN_THREADS))
def test_a_screen_without_threads(left: int, words: tuple[str, ...], tmp_path: Path) -> None:
    """One line says why there is no screen, and what does without one."""
    code = f"""\
import sys, threading
started, begin = [], threading.Thread.start
def start(thread):
    if len(started) == {left}:
        raise RuntimeError("can't start new thread")
    started.append(thread)
    begin(thread)
threading.Thread.start = start
"""
    with terminal(state=tmp_path, program=[sys.executable, "-c", code + MAIN, *words]) as screen:
        assert screen.end() == 2
    assert screen.seen.count(b"\n") == 1
    assert b"no threads for the screen; `refused " in screen.seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP])
@pytest.mark.parametrize("on_terminal", [False, True])
def test_signals_reach_the_command_without_threads(on_terminal: bool, number: signal.Signals, tmp_path: Path) -> None:
    """Where no thread can wait for signals they are passed on all the same, and the command's status is ours."""
    words = f"trap 'echo caught; exit 5' {number.value}; echo ready; while :; do sleep 0.05; done"
    program = [sys.executable, "-c", NO_THREADS + MAIN, "run", "--", "bash", "-c", words]
    if not on_terminal:
        program = ["/bin/sh", "-c", 'exec "$@" | cat', "sh", *program]
    with terminal(state=tmp_path, program=program) as screen:
        screen.wait_for("ready")
        pid = screen.process.pid
        if not on_terminal:  # the first of the pipeline, which the shell has started
            pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])
        os.kill(pid, number)
        assert screen.end() == (5 if on_terminal else 0)
    assert b"caught" in screen.seen
