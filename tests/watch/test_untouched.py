"""The command under `refused run` is what it is without: output, status, signals, descriptors."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import REFUSED, environment, run

BIG = 20_000_000


def under(
    *command: str, state: Path, stdin: int | None = None, stdout: int | None = None, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a command under `refused run`."""
    words = [*REFUSED, "run", "--", *command]
    return subprocess.Popen(words, cwd=ROOT, env=environment(state), stdin=stdin, stdout=stdout, stderr=stderr)


@pytest.mark.parametrize("status", [0, 1, 2, 3, 130, 255])
def test_the_exit_status_is_the_commands(status: int, tmp_path: Path) -> None:
    """Every status is passed on as it is."""
    assert run("run", "--", "sh", "-c", f"exit {status}", state=tmp_path).returncode == status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGINT])
def test_a_command_that_a_signal_ends(number: signal.Signals, tmp_path: Path) -> None:
    """Whoever waits sees the same signal."""
    done = run("run", "--", "sh", "-c", f"kill -{number.value} $$", state=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (-number, "", "")


def test_a_command_that_does_not_exist_or_can_not_run(tmp_path: Path) -> None:
    """As in a shell: 127 and 126, and one line; a script without a first line runs."""
    (tmp_path / "script").write_text("echo from the script\n")
    missing = run("run", "no-such-command-here", state=tmp_path)
    unable = run("run", str(tmp_path / "script"), state=tmp_path)
    (tmp_path / "script").chmod(0o755)
    able = run("run", str(tmp_path / "script"), state=tmp_path)

    assert (missing.returncode, missing.stderr) == (127, "refused run: no-such-command-here: No such file or directory\n")
    assert (unable.returncode, unable.stderr.count("\n")) == (126, 1)
    assert (able.returncode, able.stdout) == (0, "from the script\n")


def test_bytes_pass_unchanged(tmp_path: Path) -> None:
    """Twenty megabytes of any bytes on standard output, others on standard error, at the same time."""
    noise = os.urandom(BIG)
    (tmp_path / "noise").write_bytes(noise)
    words = f"cat {tmp_path}/noise & tac -s '' {tmp_path}/noise | head -c 1000000 >&2; wait"
    alone = subprocess.run(["sh", "-c", words], capture_output=True, check=True)

    with under("sh", "-c", words, state=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        seen, said = process.communicate(timeout=60)

    assert seen == noise == alone.stdout
    assert said == alone.stderr
    assert process.returncode == 0


def test_standard_input_is_the_commands(tmp_path: Path) -> None:
    """What is piped in reaches the command, and its end too."""
    assert run("run", "--", "cat", state=tmp_path, text="one\ntwo\n").stdout == "one\ntwo\n"


def test_the_order_stays_where_both_outputs_are_one(tmp_path: Path) -> None:
    """With 2>&1 lines of standard output and standard error come in the order in which they were written."""
    words = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done"

    with under("sh", "-c", words, state=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        seen, _ = process.communicate(timeout=60)

    assert seen == subprocess.run(["sh", "-c", words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout


def test_nothing_is_held_back(tmp_path: Path) -> None:
    """What the command writes is there while it still runs."""
    with under(
        "sh", "-c", "printf first; read line; echo $line", state=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdin
        assert os.read(process.stdout.fileno(), 100) == b"first"
        process.stdin.write(b"second\n")
        process.stdin.close()
        assert process.stdout.read() == b"second\n"


def test_a_reader_that_goes_ends_the_command(tmp_path: Path) -> None:
    """`| head` ends a command that writes forever, as it does without us."""
    with under("yes", state=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout
        os.read(process.stdout.fileno(), 10)
        process.stdout.close()

        assert process.wait(60) == -signal.SIGPIPE


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGHUP])
def test_a_signal_for_us_is_the_commands(number: signal.Signals, tmp_path: Path) -> None:
    """A signal that is sent to the wrapper reaches the command, whose handling decides."""
    words = f"trap 'echo got it; exit 5' {number.value}; echo ready; while :; do sleep 0.05; done"
    with under("sh", "-c", words, state=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)

        assert process.stdout.read() == b"got it\n"
        assert process.wait(60) == 5


def test_what_is_left_behind_can_still_print(tmp_path: Path) -> None:
    """The command's end is ours, at once; what it left in the background goes on and is read to its end."""
    with under("sh", "-c", "(read line; echo late) <&3 & echo early", state=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"early\n"
        assert process.wait(60) == 0
        assert process.stdout.read() in {b"late\n", b""}


def test_a_closed_output_stays_closed(tmp_path: Path) -> None:
    """A descriptor that was closed is closed for the command too; one that was open beside the three is open."""
    words = ["sh", "-c", 'exec "$@" >&-', "sh", *REFUSED, "run", "--", "sh", "-c", "echo x; echo $? >&2"]
    closed = subprocess.run(words, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=60)
    words = ["sh", "-c", 'exec "$@" 7>&1', "sh", *REFUSED, "run", "--", "sh", "-c", "echo seven >&7"]
    seven = subprocess.run(words, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=60)

    assert closed.stderr.endswith("1\n")
    assert seven.stdout == "seven\n"


def test_nothing_stays_behind(tmp_path: Path) -> None:
    """The private directory of the run is gone at its end."""
    words = [*REFUSED, "run", "--", "sh", "-c", 'cd "${PYTHONPATH%%:*}/.."; ls -l records; stat -c %a .']

    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environment(tmp_path) | {"XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert done.stdout.startswith("-rw-------")
    assert done.stdout.endswith("\n700\n")
    assert list((tmp_path / "refused").iterdir()) == []


def test_the_screen_is_not_loaded_for_it(tmp_path: Path) -> None:
    """Nothing of Textual is loaded before a walk opens."""
    code = "import sys; from tui.cli.main import main; main(['run', '--', 'false']); print('textual' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "False\n"
