"""Other users of this machine, for tests of what they can do to us. Needs root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

ROOT_USER, NOBODY, STRANGER = 0, 65534, 65533
needs_root = pytest.mark.skipif(os.geteuid() != ROOT_USER, reason="only root can act as other users")


def as_user(user: int) -> list[str]:
    """The words before a command that has it run as this user, without groups (setpriv(1))."""
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []


def attempt(user: int, script: str, *words: str) -> bool:
    """Whether a shell of this user can do that; `words` are its arguments."""
    command = [*as_user(user), "sh", "-c", script, "sh", *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0


@contextmanager
def open_directory() -> Iterator[Path]:
    """A new directory of root's that every user may read; pytest's own are root's alone."""
    directory = Path(mkdtemp(prefix="refused-strangers-"))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        rmtree(directory)
