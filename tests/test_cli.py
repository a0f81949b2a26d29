"""The command line: what is understood, what is refused with which words, and what is not loaded for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import run, sessions, terminal
from tui import __version__
from tui.cli.arguments import COMMANDS, main_parser
from tui.cli.exit_status import ExitStatus
from tui.cli.main import main
from tui.demo.catalogue import SCENARIOS
from tui.model.options import Options

SECRET = "s3cr3tW0rd"  # noqa: S105 -- made up, to look for
HEAVY = ("msgspec", "asyncio", "textual", "rich", "psutil", "dns", "typing", "socket", "shutil", "tui.model", "tui.diagnosis")


def loaded(words: list[str]) -> set[str]:
    """The modules that a process has loaded when the program has run with these words."""
    code = (
        "import sys\n"
        "from tui.cli.main import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([command, "--help"] for command in COMMANDS)], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    """What a person waits for to read the help is argparse alone."""
    assert loaded(words) & set(HEAVY) == set()


def test_a_check_never_loads_the_screen() -> None:
    """The headless front end gets by without Textual and Rich."""
    found = loaded(["check", "127.0.0.1:9", "--attempts", "1", "--no-session"])

    assert "tui.cli.check" in found
    assert {"textual", "rich"} & found == set()


def test_a_demonstration_without_a_screen_never_loads_it() -> None:
    """So does a demonstration with --check."""
    assert {"textual", "rich"} & loaded(["demo", "stale-socket", "--check"]) == set()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_plain(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command explains itself on standard output, within 80 columns, with status 0 and nothing on standard error."""
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])

    said = capsys.readouterr()
    assert ended.value.code == 0
    assert said.out.startswith(f"usage: refused {command}".rstrip())
    assert said.out.isascii()
    assert max(map(len, said.out.splitlines())) <= 80
    assert "\x1b" not in said.out
    assert said.err == ""


def test_the_help_names_commands_statuses_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """The first page names every command and every exit status, and shows examples."""
    with pytest.raises(SystemExit):
        main(["--help"])

    said = capsys.readouterr().out
    rows = [line.split()[0] for line in said.splitlines() if line.startswith("  ") and line.split()]
    assert set(COMMANDS) <= set(rows)
    assert {str(status.value) for status in ExitStatus} <= set(rows)
    assert "  refused check db-1:5432 --json" in said


def test_the_help_states_the_real_defaults() -> None:
    """The numbers in the help are the defaults of the options."""
    said = " ".join(main_parser().format_help().split())
    default = Options()

    assert f"tried ({default.attempts})" in said
    assert f"attempts ({default.delay_s})" in said
    assert f"each time ({default.backoff})" in said
    assert f"random seconds ({default.jitter_s})" in said
    assert f"one attempt ({default.timeout_s};" in said


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--version names program and version."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert (capsys.readouterr().out, ended.value.code) == (f"refused {__version__}\n", 0)


UNUSABLE = [
    ("check", "", "TARGET"),
    ("check db-1", "", "--port"),
    ("check db-1:99999", "", "65535"),
    ("check 300.1.1.1:80", "", "four numbers"),
    ("check db-1:1 --attempts 0", "", "from 1 to"),
    ("check db-1:1 --attempts x", "", "from 1 to"),
    ("check db-1:1 --delay -1", "", "--delay"),
    ("check db-1:1 --delay inf", "", "from 0 to"),
    ("check db-1:1 --timeout nan", "", "from 0.05 to"),
    ("check db-1:1 --backoff 0.5", "", "from 1 to"),
    ("check db-1:1 --jitter no", "", "--jitter"),
    ("check db-1 --port 0", "", "from 1 to 65535"),
    ("check db-1:1 --nameserver ns.example", "", "10.0.0.2:53"),
    ("check db-1:1 --nameserver 10.0.0.2:99999", "", "10.0.0.2:53"),
    ("check db-1:1 --source eth0", "", "address"),
    ("check db-1:1 --server '", "", "quotation mark"),
    ("check db-1:1 --json --markdown", "", "not allowed with"),
    ("check db-1:1 --session x --no-session", "", "not allowed with"),
    ("check db-1:1 --jsn", "", "unknown option --jsn"),
    ("check db-1:1 db-2:2 --session new", "", "--no-session"),
    ("check db-1:1 --session pyproject.toml", "", "exists already"),
    ("check db-1:1 --session no/such/dir", "", "directory"),
    ("check -", "", "standard input"),
    ("check -", "db-1:1\ndb-2:x\n", "65535"),
    ("check -", "nothing to see\nor here\n", "no endpoint"),
    ("check - -", "db-1:1", "only once"),
    ("demo no-such", "", "refused demo lists"),
    ("demo --check", "", "refused demo lists"),
    ("demo healthy", "", "--check"),
    ("report /no/such/file", "", "No such file"),
    ("report pyproject.toml", "", "not an event of a session"),
    ("report tui", "", "directory"),
    ("report", "", "FILE"),
    ("replay /no/such/file", "", "No such file"),
    ("parse /no/such/file", "", "No such file"),
    ("", "", "refused check"),
    ("db-1:5432", "", "refused check"),
    ("-", "db-1:5432", "refused check"),
    ("db-1:1 db-2:2", "", "refused check"),
    ("--nope", "", "--nope"),
]


@pytest.mark.parametrize(
    ("words", "text", "says"), UNUSABLE, ids=[f"{words} {text}".strip() or "nothing" for words, text, _ in UNUSABLE]
)
def test_what_cant_be_used_is_one_line(words: str, text: str, says: str, tmp_path: Path) -> None:
    """Status 2, nothing on standard output, and one line on standard error that says what and how to fix it."""
    done = run(*words.split(), state=tmp_path, text=text)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("refused: ")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert sessions(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ["check", f"postgres://u:{SECRET}/x@"],
        ["check", f"postgres://u:{SECRET}@h:999999"],
        ["check", f"u:{SECRET}@h"],
        ["check", f"--postgres://u:{SECRET}@h"],
        ["check", "a:1", f"--port=postgres://u:{SECRET}@h"],
        ["check", "a:1", f"--json=u:{SECRET}@h"],
        ["check", "a:1", "--nope", f"u:{SECRET}@h"],
        ["parse", "a", f"postgres://u:{SECRET}@h"],
        ["demo", f"postgres://u:{SECRET}@h"],
        [f"postgres://u:{SECRET}@h"],
        ["a:1", f"postgres://u:{SECRET}@h"],
    ],
)
def test_no_message_holds_a_password(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrong with the command line, what is said about it holds no credentials."""
    assert main(words) == ExitStatus.UNUSABLE

    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert said.err.count("\n") == 1


@pytest.mark.timeout(20)
def test_a_text_without_end_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A device is no text, a pipe that nobody writes to an empty one, and a name too long is said to be so."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    assert main(["parse", "/dev/zero"]) == ExitStatus.UNUSABLE
    assert "neither a file nor a pipe" in capsys.readouterr().err
    assert main(["parse", str(pipe)]) == ExitStatus.CAUSE_OPEN
    assert main(["check", "127.0.0.1:1", "--session", "a" * 300]) == ExitStatus.UNUSABLE
    assert "can't be a file" in capsys.readouterr().err


def test_demo_lists_the_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name every scenario is listed with its title."""
    assert main(["demo"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [one.name for one in SCENARIOS]
    assert all(one.title in line for one, line in zip(SCENARIOS, lines, strict=True))


ERROR = "dial tcp 10.0.3.9:5432: connect: connection refused"


def test_parse_says_what_a_text_names(tmp_path: Path) -> None:
    """From standard input and from a file, in words and as JSON; the status says whether there was an endpoint."""
    (tmp_path / "error.txt").write_text(ERROR, encoding="utf-8")

    plain = run("parse", state=tmp_path, text=ERROR)
    from_file = run("parse", str(tmp_path / "error.txt"), state=tmp_path)
    as_json = run("parse", "--json", "-", state=tmp_path, text=ERROR)
    nothing = run("parse", "--json", state=tmp_path, text="hello")

    assert plain.returncode == from_file.returncode == as_json.returncode == 0
    assert plain.stdout == from_file.stdout
    assert "10.0.3.9:5432" in plain.stdout
    found = json.loads(as_json.stdout)
    assert (found["schema"], found["endpoints"][0]["host"], found["class"]) == ("refused-parse/1", "10.0.3.9", "refused")
    assert nothing.returncode == 3
    assert json.loads(nothing.stdout)["endpoints"] == []


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """A line of shell with `refused` standing for the program."""
    line = command.replace("refused", f"{sys.executable} -m tui")
    return subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)


def test_output_in_a_poor_locale() -> None:
    """Where standard output can't write a character, it is spelled out instead of failing."""
    code = (
        "import sys; sys.stdout.reconfigure(encoding='ascii'); from tui.cli.streams import write_result; write_result('… ü\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "\\u2026 \\xfc\n"


@pytest.mark.parametrize("words", ["--help", "--version", "demo", "demo stale-socket --check"])
def test_a_full_disk_is_said(words: str) -> None:
    """Where standard output can't be written, one line says so, with status 2."""
    done = shell(f"refused {words} > /dev/full")

    assert (done.returncode, done.stderr) == (2, "refused: standard output can't be written: No space left on device\n")


@pytest.mark.parametrize("words", ["--help", "demo"])
def test_a_reader_may_stop(words: str) -> None:
    """Whoever reads the output may be gone: no complaint, status 0."""
    done = shell(f"refused {words} | true")

    assert (done.returncode, done.stderr) == (0, "")


def test_closed_streams() -> None:
    """With standard output, error or input closed by the caller there is no traceback, and the status is the right one."""
    check = "refused check 127.0.0.1:9 --attempts 1 --no-session"

    assert shell(f"{check} >&-").returncode == 1
    assert shell(f"{check} 2>&- | cat").returncode == 1
    assert shell("refused check 127.0.0.1 2>&-").returncode == 2
    closed = shell("refused check - <&-")
    assert (closed.returncode, closed.stderr) == (2, "refused: standard input is closed; give a target\n")


@pytest.mark.parametrize("words", [["127.0.0.1:9"], ["--", "127.0.0.1:9"], ["--port", "9", "127.0.0.1"]], ids=" ".join)
def test_a_first_word_that_is_no_command_is_a_target(words: list[str], tmp_path: Path) -> None:
    """On a terminal the screen opens on it, is left by `q`, and says where the session lies."""
    with terminal(*words, state=tmp_path) as screen:
        screen.wait_for("127.0.0.1:9").wait_for("refused by reset").press("q")
        assert screen.end() == 0

    (path,) = sessions(tmp_path)
    assert str(path).encode() in screen.seen.replace(b"\r\n", b"")


def test_a_host_named_like_a_command(tmp_path: Path) -> None:
    """`check` with a port is a host; alone it is the command; behind `--` it is a host again."""
    done = run("check", "--", "demo:1", "--attempts", state=tmp_path)

    assert "--attempts" in done.stderr
    with terminal("--port", "9", "--", "demo", state=tmp_path) as screen:
        screen.wait_for("demo:9").press("q")
        assert screen.end() == 0


def test_a_text_is_piped_into_the_screen(tmp_path: Path) -> None:
    """`refused -` takes the endpoint out of standard input and the keys from the terminal."""
    with terminal("-", state=tmp_path, piped=b"curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms: refused") as screen:
        screen.wait_for("127.0.0.1:9").press("q")
        assert screen.end() == 0


def test_the_start_screen_takes_a_target(tmp_path: Path) -> None:
    """Without a word the start screen opens; Ctrl-C leaves it as it leaves other programs."""
    with terminal(state=tmp_path) as screen:
        screen.wait_for("refused").press("\x03")
        assert screen.end() == ExitStatus.INTERRUPTED

    assert sessions(tmp_path) == []


def test_a_recording_is_replayed(tmp_path: Path) -> None:
    """`refused replay FILE` opens what a check has recorded."""
    run("check", "127.0.0.1:9", "--attempts", "1", state=tmp_path)
    (path,) = sessions(tmp_path)
    before = path.read_bytes()

    with terminal("replay", str(path), state=tmp_path) as screen:
        screen.wait_for("replay").wait_for("server.not-listening").press("q")
        assert screen.end() == 0

    assert path.read_bytes() == before
    assert sessions(tmp_path) == [path]


def test_a_demonstration_is_walked_on_the_screen(tmp_path: Path) -> None:
    """`refused demo NAME` breaks something and opens the screen on it; nothing is recorded."""
    with terminal("demo", "nothing-listens", state=tmp_path) as screen:
        screen.wait_for("server.not-listening").press("q")
        assert screen.end() == 0

    assert sessions(tmp_path) == []
