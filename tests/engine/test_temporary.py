"""What a killed process left behind goes with the next one, and nothing else does."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import REFUSED, environment, terminal
from tests.strangers import NOBODY, ROOT_USER, STRANGER, as_user, needs_root, open_directory
from tui.engine.temporary import temporary_directory

_HELD = """
import sys
from pathlib import Path
from tui.engine.temporary import temporary_directory
with temporary_directory(Path(sys.argv[1]), "x-") as directory:
    (directory / "deep").mkdir()
    (directory / "deep" / "file").touch()
    print(directory, flush=True)
    sys.stdin.read()
"""


def holding(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that has a directory there until its standard input ends, and that directory."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HELD, str(parent)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str]) -> int:
    """Let it end, and wait for that."""
    with process:
        assert process.stdin is not None
        process.stdin.close()
        return process.wait(30)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT, signal.SIGUSR1])
def test_what_was_left_behind_is_removed(number: signal.Signals, tmp_path: Path) -> None:
    """However its process ended; what a living one has stays to its end."""
    living, kept = holding(tmp_path)
    killed, left = holding(tmp_path)
    killed.send_signal(number)
    end(killed)
    assert left.exists()

    with temporary_directory(tmp_path, "x-") as own:
        assert sorted(tmp_path.iterdir()) == sorted([kept, own])

    assert end(living) == 0
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_removed(tmp_path: Path) -> None:
    """Other names, files, links and what they lead to, and an empty one, whose maker may be about to fill it."""
    for name in ("other", "x-empty", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "other" / "file").touch()
    (tmp_path / "elsewhere" / "file").touch()
    (tmp_path / "x-file").touch()
    (tmp_path / "x-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "x-left").mkdir()
    (tmp_path / "x-left" / "link").symlink_to(tmp_path / "elsewhere")
    before = {path for path in tmp_path.rglob("*") if path.parent.name != "x-left" and path.name != "x-left"}

    with temporary_directory(tmp_path, "x-"):
        pass

    assert set(tmp_path.rglob("*")) == before


@needs_root
@pytest.mark.parametrize("user", [ROOT_USER, NOBODY])
def test_another_users_is_not_removed(user: int) -> None:
    """In a directory open to all, as `/tmp` is, root too removes only its own."""
    with open_directory() as parent:
        parent.chmod(0o1777)
        theirs = parent / "x-theirs"
        theirs.mkdir()
        (theirs / "file").touch()
        os.chown(theirs, STRANGER, STRANGER)
        theirs.chmod(0o777)

        done = subprocess.run(
            [*as_user(user), sys.executable, "-c", _HELD, str(parent)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            input="",
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )

        assert done.stdout.startswith(f"{parent}/x-")
        assert list(parent.rglob("*")) == [theirs, theirs / "file"]


def test_many_at_once_keep_theirs(tmp_path: Path) -> None:
    """Whoever begins while others look for what was left behind keeps his directory to his end."""

    def use(_: int) -> bool:
        with temporary_directory(tmp_path, "x-") as directory:
            (directory / "file").touch()
            with temporary_directory(tmp_path, "x-"):
                pass
            return (directory / "file").exists()

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(400)))
    assert list(tmp_path.iterdir()) == []


def test_a_parent_that_can_not_be_listed_or_written(tmp_path: Path) -> None:
    """It raises OSError, and nothing else."""
    for parent in (tmp_path / "none", Path("/proc/self"), Path(__file__)):
        with pytest.raises(OSError), temporary_directory(parent):  # noqa: PT011 -- each has its own number
            pytest.fail("there is none")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGQUIT])
def test_a_demonstration_removes_what_an_earlier_one_left(number: signal.Signals, tmp_path: Path) -> None:
    """With and without a screen."""
    variables = {"TMPDIR": str(tmp_path)}
    with terminal("demo", "stale-socket", state=tmp_path, variables=variables) as screen:
        screen.wait_for("connect")
        (left,) = tmp_path.glob("refused-demo-*")
        screen.process.send_signal(signal.SIGKILL)
        screen.process.wait(30)
    with subprocess.Popen([*REFUSED, "demo", "flapping", "--check"], cwd=ROOT, env=environment(tmp_path) | variables) as check:
        check.send_signal(number)
        check.wait(30)

    done = subprocess.run(
        [*REFUSED, "demo", "stale-socket", "--check"],
        cwd=ROOT,
        env=environment(tmp_path) | variables,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 1
    assert not left.exists()
    assert not list(tmp_path.glob("refused-demo-*"))


def test_a_run_removes_what_an_earlier_one_left(tmp_path: Path) -> None:
    """The hook's files of a run that was killed go with the next run; those of one that goes on stay."""
    (tmp_path / "runtime").mkdir(mode=0o700)
    words = [*REFUSED, "run", "--", "sh", "-c", 'echo "${PYTHONPATH%%:*}"; read line; test -e "${PYTHONPATH%%:*}"']
    env = environment(tmp_path) | {"XDG_RUNTIME_DIR": str(tmp_path / "runtime")}
    runs = [
        subprocess.Popen(words, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    killed, living = (Path(run.stdout.readline().strip()).parent for run in runs if run.stdout)
    runs[0].send_signal(signal.SIGKILL)
    runs[0].wait(30)
    assert killed.exists()

    subprocess.run([*REFUSED, "run", "--", "true"], cwd=ROOT, env=env, check=True, timeout=60)

    assert not killed.exists()
    assert living.exists()
    assert [end(run) for run in runs] == [-signal.SIGKILL, 0]
    assert not living.exists()
