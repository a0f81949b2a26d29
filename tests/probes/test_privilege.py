"""Nobody who is root is told to be root."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import environment, run
from tests.strangers import NOBODY, as_user, needs_root
from tui.probes.kernel.privilege import unless_root


@pytest.mark.parametrize(("user", "remedy"), [(0, "Ask outside."), (1000, "Run as root.")])
def test_root_is_told_something_else(user: int, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """For root there is another remedy, or none."""
    monkeypatch.setattr(os, "geteuid", lambda: user)

    assert unless_root("Run as root.", "Ask outside.") == remedy


def not_shown(printed: str) -> str:
    """What the report says of what could not be looked at, on one line."""
    return " ".join(printed.partition("Not seen")[2].split())


@needs_root
@pytest.mark.lab
@pytest.mark.parametrize("proc", ["umount -l /proc", "mount -t tmpfs none /proc"])
def test_without_proc_root_is_told_why(proc: str, tmp_path: Path) -> None:
    """Where `/proc` is missing, that is the reason, and not who asks."""
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f'{proc} && exec "$@"', "sh", sys.executable, "-m", "tui", "check", "127.0.0.1:1"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "/proc is not mounted here" in not_shown(done.stdout)
    assert "as root" not in not_shown(done.stdout)


@needs_root
def test_a_user_is_told_to_be_root(tmp_path: Path) -> None:
    """Root itself is not."""
    words = ["check", "127.0.0.1:1", "--attempts", "1", "--no-session"]
    command = [*as_user(NOBODY), sys.executable, "-m", "tui", *words]
    user = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=60)

    assert "as root" in not_shown(user.stdout)
    assert "as root" not in not_shown(run(*words, state=tmp_path).stdout)
