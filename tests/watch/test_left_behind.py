"""What a command under `refused run` leaves behind keeps its environment: nobody can put anything where that leads."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import REFUSED, environment
from tests.strangers import NOBODY, ROOT_USER, STRANGER, as_user, attempt, needs_root, open_directory

pytestmark = needs_root
_SHOW = 'printf "%s\\n" "$PYTHONPATH"'


@pytest.fixture
def base() -> Iterator[Path]:
    """A directory that every user may read."""
    with open_directory() as directory:
        yield directory


@pytest.mark.parametrize("home", ["own", "of-a-stranger", "missing"])
@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_a_stranger_can_not_make_the_paths_anew(user: int, home: str, base: Path) -> None:
    """A daemon or a worker started later finds nothing there but what this user put there, whatever a stranger tries."""
    for name, owner in (("own", user), ("of-a-stranger", STRANGER)):
        (base / name).mkdir(mode=0o755)
        os.chown(base / name, owner, owner)
    variables = environment(base / home) | {"PYTHONPATH": str(ROOT), "XDG_RUNTIME_DIR": str(base / home)}
    command = [*as_user(user), *REFUSED, "run", "--", "sh", "-c", _SHOW]

    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True, timeout=60)
    modules = done.stdout.strip().removesuffix(str(ROOT)).rstrip(":")
    kept = [modules, str(Path(modules).with_name("records"))] if modules else []

    assert not any(attempt(STRANGER, 'mkdir -p "$1" || touch "$1"', kept_path) for kept_path in kept)
    assert not any((base / "of-a-stranger").iterdir())
    assert bool(kept) == (user == ROOT_USER or home == "own")
