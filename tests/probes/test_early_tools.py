"""Programs that are run before there is an event loop: bounded in time and output, and nothing of them stays."""

import os
import time

import pytest

from tests.probes.test_guard import held_open, until_nobody_holds
from tui.probes.kernel.early_tools import run_all


def test_what_programs_print() -> None:
    """In the order in which they were named; nothing of one that fails, is killed, or can't be run."""
    scripts = [
        "sleep 0.2; echo first",
        "echo second; exit 3",
        "echo third; kill -9 $$",
        "exec 1>&-; sleep 0.1",
        "yes | head -c 200000",
    ]

    printed = run_all([*(["sh", "-c", script] for script in scripts), ["no-such-command"], ["a\0b"]], 20)

    assert [text[:6] for text in printed] == ["first\n", "", "", "", "y\ny\ny\n", "", ""]
    assert len(printed[4]) == 200_000


@pytest.mark.parametrize("script", ["exec sleep 600", "exec yes", "sleep 600 & echo printed", "exec >&-; exec sleep 600"])
def test_a_program_without_end_is_ended(script: str) -> None:
    """It takes no longer than its time, and nothing that it started stays."""
    with held_open() as (reading, writing):
        begun = time.monotonic()
        printed = run_all([["sh", "-c", f"exec 9>/proc/{os.getpid()}/fd/{writing}; {script}"]], 0.5)
        took = time.monotonic() - begun
        os.close(writing)

        assert printed == [""]
        assert took < 10
        assert until_nobody_holds(reading) == b""
