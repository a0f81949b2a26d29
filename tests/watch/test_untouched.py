"""The command under `refused run` is what it is without: output, status, signals, descriptors."""

import json
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


HOSTILE = (
    '{"what":"connect","errno":"ECONNREFUSED","stack":' + "[" * 2000 + "]" * 2000 + "}",
    '{"x":' * 2000 + "1" + "}" * 2000,
    '{"what":"connect","at":1e999,"count":-9223372036854775808,"port":1,"address":"127.0.0.1"}',
    '{"what":"connect","at":-1e308,"count":9223372036854775807,"port":9223372036854775807,"address":"a"}',
    '{"what":"connect","count":9223372036854775807,"port":1,"address":"127.0.0.1","stack":[["x",1,"f"]]}',
    '{"what":"resolve","name":"' + "a" * 100000 + '","port":-1}',
    '{"what":"connected","port":1}',
    '{"what":"connect","path":"\\u0000/x"}',
    '{"what":"connect","path":"/x\\ud800"}',
    '{"what":"connect","address":"[::1%","port":1,"stack":[["\\u001b[2J",-5,"\\u202e"]]}',
    '{"what":"connect","address":"::1%' + "z" * 300 + '","port":65536}',
    "[]",
    "\x00\xff",
)
"""Lines that no hook writes; the file is the command's to write, too."""


def under_with(work: str, state: Path) -> subprocess.CompletedProcess[str]:
    """A command that does this where its records are, and ends with status 7."""
    words = f'cd "${{PYTHONPATH%%:*}}/.." && {work}; exit 7'
    return run("run", "--check", "--no-session", "--", "sh", "-c", words, state=state)


@pytest.mark.parametrize("line", range(len(HOSTILE)))
def test_whatever_stands_in_the_records_the_status_is_the_commands(line: int, tmp_path: Path) -> None:
    """No line of them ends us otherwise, or says anything of ours but what failed."""
    (tmp_path / "line").write_text(HOSTILE[line] + "\n", encoding="utf-8", errors="surrogatepass")

    done = under_with(f"cat {tmp_path}/line >> records", tmp_path)

    assert done.returncode == 7
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert not {character for character in done.stderr if ord(character) < 32} - {"\n"}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "work",
    [
        "rm records && mkfifo records",
        "rm records && mkfifo records && (exec sleep 5 3<>records >/dev/null 2>&1 </dev/null &)",
        "rm records && mkdir records",
        "rm records && ln -s /dev/zero records",
        "rm records && ln -s /dev/tty records",
        "rm records && ln -s records records",
        "chmod 0 records",
        "rm records",
        "truncate -s 100G records",
        "rm -r ../*",
        "chmod 0 .",
        "mv . ../elsewhere 2>/dev/null || mv ../$(basename $PWD) ../elsewhere",
        "mkdir python/a && touch python/a/b && chmod 0 python/a",
    ],
)
def test_whatever_stands_in_their_place_the_status_is_the_commands(work: str, tmp_path: Path) -> None:
    """A pipe, a device, a directory, nothing at all: nothing is waited for, and the status is passed on."""
    done = under_with(work, tmp_path)

    assert done.returncode == 7
    assert done.stderr == "refused: no failing connection was seen\n"


def test_the_environment_has_one_variable_more(tmp_path: Path) -> None:
    """The command's environment is ours, but for PYTHONPATH."""
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    alone = json.loads(
        subprocess.run(
            [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=True, timeout=60
        ).stdout
    )
    done = json.loads(run("run", "--", sys.executable, "-c", code, state=tmp_path).stdout)

    assert done.pop("PYTHONPATH").endswith("/python" if "PYTHONPATH" not in alone else alone.pop("PYTHONPATH"))
    assert done == alone


def test_the_screen_is_not_loaded_for_it(tmp_path: Path) -> None:
    """Nothing of Textual is loaded before a walk opens."""
    code = "import sys; from tui.cli.main import main; main(['run', '--', 'false']); print('textual' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "False\n"
