"""The state of processes that the tests have started, stopped, frozen or kept busy; and of process trees made of files."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.machine import facts_behind, needs_root
from tui.model.facts import AnyFact, NotObserved, ProcessState
from tui.model.requests import ExamineProcess
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets import process_state
from tui.probes.sockets.process_files import busy_percent, freezer_files, read_stat, soft_limit, stopper, tracer_pid

SLEEPS = "print('ready', flush=True); import sys; sys.stdin.read()"
SPINS = "print('ready', flush=True)\nwhile True: pass"
FEW_FILES = 64
NO_PROCESS = 2**22 + 1
"""Above the highest process id that Linux gives (PID_MAX_LIMIT)."""


@contextmanager
def running(code: str, *, files: int | None = None) -> Iterator[int]:
    """A Python process that runs `code`, past its first line of output; with a soft limit on its files, if wanted."""

    def limit() -> None:
        if files is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=limit,  # noqa: PLW1509 -- no threads yet in this process, and nothing but a system call is made
    ) as child:
        try:
            assert child.stdout
            assert child.stdout.readline()
            yield child.pid
        finally:
            child.kill()


def seen(pid: int, where: SystemView | None = None, groups: Path = process_state.GROUPS) -> AnyFact:
    """The one fact of a look at a process."""

    async def check() -> list[AnyFact]:
        return [one async for one in process_state.check(ExamineProcess(pid=pid), where or SystemView(), groups)]

    (fact,) = asyncio.run(check())
    return fact


def state_of(pid: int, where: SystemView | None = None, groups: Path = process_state.GROUPS) -> ProcessState:
    """The same, where there is such a process."""
    fact = seen(pid, where, groups)
    assert isinstance(fact, ProcessState)
    return fact


def test_a_sleeping_process_is_no_suspect() -> None:
    """A process that waits for input sleeps, is hardly busy, is stopped by nobody, and its descriptors are counted."""
    with running(SLEEPS, files=FEW_FILES) as pid:
        fact = state_of(pid)

        assert (fact.state, fact.stopper, fact.is_stopped) == ("S", None, False)
        assert fact.descriptors == len(list(Path(f"/proc/{pid}/fd").iterdir()))
        assert (fact.descriptor_limit, fact.threads) == (FEW_FILES, 1)
        assert not fact.is_out_of_descriptors
        assert fact.name.startswith("python")


def test_a_busy_process_uses_a_processor() -> None:
    """A loop that does nothing else runs at every look, and uses at most one processor, having one thread."""
    with running(SPINS) as pid:
        fact = state_of(pid)

    assert set(fact.states) == {"R"}
    assert fact.busy_percent is not None
    assert fact.busy_percent <= 100


def test_a_signal_stops_and_continues() -> None:
    """After SIGSTOP it is stopped by a signal at every look; after SIGCONT no more."""
    with running(SLEEPS) as pid:
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        stopped = state_of(pid)
        os.kill(pid, signal.SIGCONT)
        os.waitpid(pid, os.WCONTINUED)
        continued = state_of(pid)

    assert (stopped.state, stopped.stopper, stopped.is_stopped) == ("T", "signal", True)
    assert set(stopped.states) == {"T"}
    assert (continued.stopper, continued.is_stopped) == (None, False)


def test_a_process_that_has_ended_is_a_zombie_until_it_is_collected() -> None:
    """Before its parent has waited for it, a process that ended is in state Z; afterwards it is not there."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        fact = state_of(child.pid)

    assert (fact.state, fact.is_stopped) == ("Z", True)
    assert isinstance(seen(NO_PROCESS), NotObserved)


def test_a_process_at_its_limit_can_open_no_more() -> None:
    """A process that has opened all that it may is out of descriptors."""
    code = (
        "import os\nkept = []\ntry:\n    while True: kept.append(os.dup(0))\nexcept OSError: pass\n"
        "os.write(1, b'full\\n')\nos.read(0, 1)"
    )
    with running(code, files=FEW_FILES) as pid:
        fact = state_of(pid)

    assert (fact.descriptors, fact.descriptor_limit) == (FEW_FILES, FEW_FILES)
    assert fact.is_out_of_descriptors


def test_inherited_descriptors_above_the_limit_take_nothing_from_it() -> None:
    """A descriptor whose number is above the limit does not count: a process at its limit less one can open one more."""
    code = (
        "import os, resource\nos.dup2(0, 200)\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
        "kept = []\ntry:\n    while True: kept.append(os.dup(0))\nexcept OSError: os.close(kept[0])\n"
        "os.write(1, b'full\\n')\nos.read(0, 1)"
    )
    with running(code) as pid:
        fact = state_of(pid)

    assert (fact.descriptors, fact.descriptor_limit, fact.descriptors_listed) == (63, 64, True)
    assert not fact.is_out_of_descriptors


@needs_root
def test_another_user_sees_state_and_limits() -> None:
    """State, limit and busy time of a foreign process are there for every user."""
    with running(SLEEPS, files=FEW_FILES) as pid:
        (fact,) = facts_behind(("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"), ExamineProcess(pid=pid))

    assert isinstance(fact, ProcessState)
    assert (fact.state, fact.descriptor_limit) == ("S", FEW_FILES)
    assert fact.busy_percent is not None


@pytest.mark.parametrize(
    ("cgroup", "file", "text"),
    [
        ("0::/app.slice/app.service\n", "app.slice/app.service/cgroup.events", "populated 1\nfrozen 1\n"),
        ("1:name=systemd:/x\n0::/app\n", "unified/app/cgroup.events", "frozen 1\npopulated 1\n"),
        ("6:cpu,freezer:/app\n0::/\n", "freezer/app/freezer.state", "FROZEN\n"),
    ],
)
def test_a_frozen_group_stops_its_processes(tmp_path: Path, cgroup: str, file: str, text: str) -> None:
    """Both versions of control groups tell that a group is frozen, wherever version 2 is mounted."""
    proc, groups = tmp_path / "proc", tmp_path / "groups"
    (proc / "7").mkdir(parents=True)
    (proc / "7/stat").write_text("7 (a b) c) S 1 1 1 0 -1 0 0 0 0 0 5 5 0 0 20 0 3 0 500 0 0\n")
    (proc / "7/cgroup").write_text(cgroup)
    (groups / file).parent.mkdir(parents=True)
    (groups / file).write_text(text)

    fact = state_of(7, SystemView(proc=proc), groups)
    (groups / file).write_text(text.replace("frozen 1", "frozen 0").replace("FROZEN", "THAWED"))
    thawed = state_of(7, SystemView(proc=proc), groups)

    assert (fact.stopper, fact.is_stopped, fact.threads) == ("freezer", True, 3)
    assert fact.frozen_group in {"/app", "/app.slice/app.service"}
    assert (thawed.stopper, thawed.frozen_group) == (None, None)


@needs_root
def test_a_really_frozen_group_is_seen() -> None:
    """A process in a control group of version 2 that the kernel has frozen is stopped by the freezer, although its state is S."""
    root = next(
        (one for one in (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup")) if (one / "cgroup.procs").exists()), None
    )
    if root is None:
        pytest.skip("no control groups of version 2 here")
    group = root / f"refused-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip("no control group can be made here")
    try:
        with running(SLEEPS) as pid:
            (group / "cgroup.procs").write_text(str(pid))
            (group / "cgroup.freeze").write_text("1")
            while "frozen 1" not in (group / "cgroup.events").read_text():
                os.sched_yield()
            fact = state_of(pid)
            (group / "cgroup.freeze").write_text("0")
        assert (fact.stopper, fact.frozen_group) == ("freezer", f"/{group.name}")
    finally:
        while "populated 1" in (group / "cgroup.events").read_text():
            os.sched_yield()
        group.rmdir()


def test_a_traced_stop_names_the_debugger() -> None:
    """State t is a debugger's; T is one too where a tracer is known; the freezer comes before both."""
    assert stopper("t", 5, None) == "debugger"
    assert stopper("T", 5, None) == "debugger"
    assert stopper("T", None, None) == "signal"
    assert stopper("D", None, "/app") == "freezer"
    assert stopper("S", 5, None) is None


def test_another_process_of_the_same_id_has_no_busy_time() -> None:
    """Readings of two runs under one process id are not subtracted from each other."""
    line = "7 (a) R 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 1 0 {start} 0"
    first, last, other = (read_stat(line.format(ticks=ticks, start=start)) for ticks, start in ((10, 500), (25, 500), (25, 900)))
    assert first
    assert last
    assert other

    assert busy_percent(first, last, 0.3, 100) == 50.0
    assert busy_percent(first, other, 0.3, 100) is None


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No text under /proc breaks the readers."""
    read_stat(text)
    read_stat(f"1 ({text}) R {text}")
    soft_limit(text)
    tracer_pid(text)
    freezer_files(text)
