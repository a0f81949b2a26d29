"""Programs that fail to connect, each run under `refused run`: the right line, the right place, the right cause."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import REFUSED, environment, run

EXAMPLES = Path(__file__).parent / "examples"
FAILS_HERE = "# fails here"


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of loopback that is taken and refuses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def failing_line(example: Path) -> int:
    """The line that says of itself that it fails."""
    return next(n for n, line in enumerate(example.read_text().splitlines(), 1) if FAILS_HERE in line)


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("wrong_port", "127.0.0.1"),
        ("retry_loop", "localhost"),
        ("with_asyncio", "127.0.0.1"),
        ("happy_eyeballs", "localhost"),
        ("with_urllib", "127.0.0.1"),
        ("with_requests", "127.0.0.1"),
        ("with_httpx", "127.0.0.1"),
        ("with_httpx_async", "127.0.0.1"),
        ("forked_worker", "127.0.0.1"),
        ("with_multiprocessing", "127.0.0.1"),
        ("in_a_thread", "127.0.0.1"),
    ],
)
def test_the_line_and_the_cause(name: str, host: str, closed_port: int, tmp_path: Path) -> None:
    """The user's own line is named, the host as the program asked for it, and the walk finds why; the status is the program's."""
    example = EXAMPLES / f"{name}.py"
    alone = subprocess.run([sys.executable, example, str(closed_port)], capture_output=True, check=False, timeout=60)

    done = run("run", "--check", "--attempts", "1", "--", sys.executable, str(example), str(closed_port), state=tmp_path)

    assert done.returncode == alone.returncode, done.stderr
    assert f"refused: {host}:{closed_port} refused" in done.stderr
    assert f"{example}:{failing_line(example)} in " in done.stderr
    assert "server.not-listening" in done.stderr
    assert done.stdout.encode() == alone.stdout


def test_a_name_that_does_not_resolve(tmp_path: Path) -> None:
    """In a network namespace without a nameserver the name fails, and the line that asked is named."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("needs root and unshare, so that no nameserver is asked")
    example = EXAMPLES / "wrong_name.py"
    words = [*REFUSED, "run", "--check", "--attempts", "1", "--", sys.executable, str(example)]

    done = subprocess.run(
        ["unshare", "-n", *words], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert (
        f"refused: db-primary.invalid:5432 failed: the name does not resolve, at {example}:{failing_line(example)}" in done.stderr
    )
    assert "name." in done.stderr


def test_what_works_in_the_end_is_no_failure(tmp_path: Path) -> None:
    """A refusal that is followed by a connection to the same place is not told."""
    done = run("run", "--check", "--", sys.executable, str(EXAMPLES / "comes_up_later.py"), state=tmp_path)

    assert (done.returncode, done.stderr) == (0, "refused: no failing connection was seen\n")


def test_any_language_by_what_it_prints(closed_port: int, tmp_path: Path) -> None:
    """What no hook sees is read from the output, where the command fails."""
    said = f"dial tcp 127.0.0.1:{closed_port}: connect: connection refused"

    done = run("run", "--check", "--attempts", "1", "--", "sh", "-c", f"echo '{said}' >&2; exit 4", state=tmp_path)
    well = run("run", "--check", "--", "sh", "-c", f"echo '{said}' >&2", state=tmp_path)

    assert done.returncode == 4
    assert f"refused: 127.0.0.1:{closed_port} refused\n" in done.stderr
    assert "server.not-listening" in done.stderr
    assert well.stderr.endswith("refused: no failing connection was seen\n")


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_any_program_by_strace(closed_port: int, tmp_path: Path) -> None:
    """With --strace the connects of a program that prints nothing are seen; its status stays."""
    script = f"exec 3<>/dev/tcp/127.0.0.1/{closed_port}"

    done = run(
        "run", "--check", "--strace", "--attempts", "1", "--", "bash", "-c", f"({script}) 2>/dev/null; exit 7", state=tmp_path
    )

    assert done.returncode == 7, done.stderr
    assert f"refused: 127.0.0.1:{closed_port} refused\n" in done.stderr


def test_without_a_terminal_nothing_is_said(closed_port: int, tmp_path: Path) -> None:
    """In a script, without --check, standard error is the command's alone."""
    example = EXAMPLES / "forked_worker.py"

    done = run("run", "--", sys.executable, str(example), str(closed_port), state=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
