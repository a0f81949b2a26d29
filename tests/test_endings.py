"""However the program is ended, the terminal, its children and its directories are as they were before."""

import signal
import subprocess
import termios
from pathlib import Path

import pytest

from tests.approved import ROOT
from tests.program import REFUSED, environment, run, sessions, start, terminal, until_recorded
from tests.test_check import closed as closed  # noqa: PLC0414 -- a fixture
from tui.engine.ending import ANY_END, in_good_order

ENDS_WELL = (signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", ENDS_WELL)
def test_check_is_told_to_end(number: signal.Signals, closed: str, tmp_path: Path) -> None:
    """What was known by then is printed and recorded; whoever sent the signal sees that it ended the program."""
    process = start("check", closed, "--attempts", "3", "--delay", "60", state=tmp_path)
    until_recorded(b'"kind":"attempt"', tmp_path)

    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert process.returncode == -number
    assert out.startswith(f"{closed} fails: refused")
    assert err == ""
    assert run("report", str(sessions(tmp_path)[0]), "--json", state=tmp_path).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGHUP])
def test_a_demonstration_leaves_no_directory(number: signal.Signals, tmp_path: Path) -> None:
    """A demonstration that is told to end takes down what it has set up, on the screen too."""
    with terminal("demo", "stale-socket", state=tmp_path, variables={"TMPDIR": str(tmp_path)}) as screen:
        screen.wait_for("connect")
        assert list(tmp_path.glob("refused-demo-*"))
        screen.process.send_signal(number)
        assert screen.end() == 128 + number

    assert not list(tmp_path.glob("refused-demo-*"))


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT])
def test_the_screen_gives_the_terminal_back(number: signal.Signals, closed: str, tmp_path: Path) -> None:
    """Whichever signal ends the screen, line mode, echo and the normal screen are back, and the status tells which it was."""
    with terminal(closed, state=tmp_path) as screen:
        before = screen.modes()
        screen.wait_for("refused by reset")
        screen.process.send_signal(number)
        assert screen.end() == 128 + number
        assert screen.modes() == before
        assert b"\x1b[?1049l" in screen.seen
        assert b"\x1b[?1003l" in screen.seen


@pytest.mark.parametrize("stops", [(), (signal.SIGSTOP,)], ids=["none", "SIGSTOP"])
def test_a_stop_keeps_keys_and_terminal(stops: tuple[signal.Signals, ...], closed: str, tmp_path: Path) -> None:
    """After any stop, or none, a key is read once the screen is told to go on, and the terminal is as before at the end."""
    with terminal(closed, "--attempts", "1", state=tmp_path) as screen:
        before = screen.modes()
        screen.wait_for("refused by reset")
        for number in (*stops, signal.SIGCONT):
            screen.process.send_signal(number)
        screen.press("q")
        assert screen.end() == 0
        assert screen.modes() == before


def test_ctrl_z_stops_it(closed: str, tmp_path: Path) -> None:
    """Under a shell with jobs, Ctrl-Z gives the terminal back to the shell, and fg goes on where it was."""
    shell = f"set -m; {' '.join(REFUSED)} {closed} --attempts 1; stty -a; echo in the shell; read -r; fg; echo ended $?"
    with terminal(state=tmp_path, program=["/bin/bash", "-c", shell]) as screen:
        screen.wait_for("refused by reset")
        screen.press("\x1a")
        screen.wait_for("in the shell")
        assert b" echo " in screen.seen
        screen.seen = b""
        screen.press("\n")
        screen.wait_for("\x1b[?1049h").wait_for("refused by reset")
        screen.press("q")
        screen.wait_for("ended 0")
        screen.end()


@pytest.mark.parametrize("size", [(0, 0), (0, 120), (36, 0)])
@pytest.mark.parametrize("variables", [{}, {"COLUMNS": "100"}, {"LINES": "40"}, {"COLUMNS": "0", "LINES": "0"}])
def test_a_terminal_of_no_size(size: tuple[int, int], variables: dict[str, str], closed: str, tmp_path: Path) -> None:
    """A serial line, or a script's terminal, has none: the usual one is drawn, once, and the keys are heard."""
    with terminal(closed, "--attempts", "1", state=tmp_path, size=size, variables=variables) as screen:
        screen.wait_for("not-listening").press("q")
        assert screen.end() == 0
    assert len(screen.seen) < 300_000


@pytest.mark.parametrize(("name", "words"), [("dumb", ("127.0.0.1:1",)), ("unknown", ()), ("DUMB", ("demo", "healthy"))])
def test_a_terminal_that_can_not_be_drawn_on(name: str, words: tuple[str, ...], tmp_path: Path) -> None:
    """There, one line says so, and what to do instead."""
    with terminal(*words, state=tmp_path, variables={"TERM": name}) as screen:
        assert screen.end() == 2
        assert b"\x1b" not in screen.seen
        assert screen.seen.count(b"\n") == 1
        assert b"can't be drawn on; `refused " in screen.seen


def test_what_nohup_ignores_stays_ignored() -> None:
    """A signal that was ignored when the program was started does not end it."""
    before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        with in_good_order(lambda _: pytest.fail("it was called"), (signal.SIGUSR1,)):
            signal.raise_signal(signal.SIGUSR1)
        assert signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_the_second_signal_ends_at_once(tmp_path: Path) -> None:
    """A program that does not come to its end is ended by the same signal sent again."""
    code = "import os\nfrom tui.engine.ending import *\n"
    code += "with in_good_order(lambda _: os.write(1, b'first\\n')):\n    os.write(1, b'up\\n')\n    while True: pass\n"
    with subprocess.Popen([REFUSED[0], "-c", code], cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for words in (b"up\n", b"first\n"):
            assert process.stdout.readline() == words
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


def test_the_signals_of_one_end_are_all_that_end_a_process() -> None:
    """No signal that ends a program by default, and is no fault of its own, is missing."""
    faults = {"SIGKILL", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGSYS", "SIGTRAP", "SIGPIPE", "SIGXFSZ"}
    harmless = {"SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH"}
    assert {number.name for number in signal.Signals} - faults - harmless - {"SIGRTMIN", "SIGRTMAX", "SIGSTKFLT"} == {
        number.name for number in ANY_END
    }


def test_modes_are_compared(tmp_path: Path) -> None:
    """The comparison of the terminal's modes notices raw mode."""
    with terminal(state=tmp_path, program=["/bin/sh", "-c", "stty raw -echo; echo done"]) as screen:
        before = screen.modes()
        screen.end()
        assert screen.modes() != before
        assert before[3] & termios.ECHO
