"""A process looked at through a command prefix: a real one behind `env`, and texts that other machines would print."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.facts import AnyFact, NotObserved, ProcessState
from tui.model.requests import ExamineProcess
from tui.probes.kernel.system_view import SystemView
from tui.vantage.process_state import check, remote_process

NO_PROCESS = 2**22 + 1
"""Above the highest process id that Linux gives (PID_MAX_LIMIT)."""
LINE = "7 (web) {state} 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 2 0 500 0 0\n"


def seen(pid: int, prefix: str = "env") -> AnyFact:
    """The one fact of the look."""

    async def facts() -> list[AnyFact]:
        return [one async for one in check(ExamineProcess(pid=pid, vantage=prefix), SystemView())]

    (fact,) = asyncio.run(facts())
    return fact


def test_a_stopped_process_is_seen_through_a_prefix() -> None:
    """State, who stopped it, descriptors and limit come from the other end's own files."""
    with subprocess.Popen(
        [sys.executable, "-c", "print('ready', flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        assert child.stdout.readline()
        os.kill(child.pid, signal.SIGSTOP)
        os.waitpid(child.pid, os.WUNTRACED)
        fact = seen(child.pid)
        child.kill()

    assert isinstance(fact, ProcessState)
    assert (fact.vantage, fact.states, fact.stopper, fact.busy_percent) == ("env", ("T", "T"), "signal", 0.0)
    assert fact.descriptors is not None
    assert fact.descriptors >= 3


@pytest.mark.parametrize(("pid", "prefix"), [(NO_PROCESS, "env"), (1, "false"), (1, "'")])
def test_what_cannot_be_looked_at_is_said(pid: int, prefix: str) -> None:
    """A process that is not there, a prefix that fails and one that is no command line are not observed."""
    fact = seen(pid, prefix)

    assert isinstance(fact, NotObserved)
    assert fact.reason.endswith(".") or ":" in fact.reason


def test_a_frozen_busy_or_hidden_process_is_told_apart() -> None:
    """The freezer's files, processor time and a directory size instead of a count are read; the group is named."""
    text = (
        f"=== first\n10.00 5.00\n{LINE.format(state='R', ticks=100)}=== last\n11.00 5.00\n{LINE.format(state='S', ticks=190)}"
        "=== status\nTracerPid:\t0\n=== limits\nMax open files            1024                 4096                 files\n"
        "=== cgroup\n0::/system.slice/web.service\n=== wchan\n0\n=== frozen\npopulated 1\nfrozen 1\n=== descriptors\n0\n1024\n"
    )

    fact = remote_process(text, 7)

    assert fact
    assert (fact.busy_percent, fact.states, fact.unit, fact.waits_in) == (90.0, ("R", "S"), "web.service", None)
    assert (fact.stopper, fact.frozen_group) == ("freezer", "/system.slice/web.service")
    assert fact.is_out_of_descriptors


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No answer of another machine breaks the reader."""
    remote_process(text, 7)
    remote_process(f"=== first\n{text}\n=== status\n{text}\n=== descriptors\n{text}", 7)
