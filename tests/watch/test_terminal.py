"""A command on a terminal keeps one: sizes, keys, Ctrl-C, Ctrl-Z; and the offer at its end."""

import fcntl
import signal
import socket
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.program import PATIENCE_S, POLL_EVERY_S, REFUSED, terminal
from tests.watch.test_examples import EXAMPLES
from tui.cli.exit_status import ExitStatus


def test_it_is_a_terminal_of_the_same_size(tmp_path: Path) -> None:
    """All three descriptors are terminals, the controlling one opens, and its size is ours."""
    words = "test -t 0 && test -t 1 && test -t 2 && echo three; stty size < /dev/tty"

    with terminal("run", "--", "sh", "-c", words, state=tmp_path) as screen:
        assert screen.end() == 0

    assert screen.seen == b"three\r\n36 120\r\n"


def test_a_resize_reaches_the_command(tmp_path: Path) -> None:
    """The terminal's new size is the command's, which is told by SIGWINCH."""
    words = "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.05; done"
    with terminal("run", "--", "bash", "-c", words, state=tmp_path) as screen:
        screen.wait_for("ready")
        assert screen._controller
        fcntl.ioctl(screen._controller, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))

        assert screen.end() == 0
    assert b"20 60" in screen.seen


def test_ctrl_c_is_the_commands(tmp_path: Path) -> None:
    """A command that handles it goes on; one that does not is ended by it, and so are we."""
    words = "trap 'echo caught' INT; echo ready; read line; read line; trap - INT; exec sh -c 'echo now; read x'"
    with terminal("run", "--", "bash", "-c", words, state=tmp_path) as screen:
        screen.wait_for("ready").press("\x03")
        screen.wait_for("caught").press("a\rb\r")
        screen.wait_for("now").press("\x03")

        assert screen.end() == -signal.SIGINT


def test_keys_are_read_one_by_one(tmp_path: Path) -> None:
    """A program that sets the terminal raw gets each key, and no echo."""
    code = "import os,sys,tty; tty.setraw(0); os.write(1,b'ready'); sys.exit(os.read(0,1)[0])"
    with terminal("run", "--", sys.executable, "-c", code, state=tmp_path) as screen:
        screen.wait_for("ready").press("\x1a")

        assert screen.end() == 26
    assert screen.seen == b"ready"


def test_ctrl_z_stops_the_job(tmp_path: Path) -> None:
    """In a shell with job control the command is stopped, the shell is back, and `fg` continues it with its terminal."""
    rc = tmp_path / "rc"
    rc.write_text('PS1="shell \\#> "\n')
    with terminal(state=tmp_path, program=["/bin/bash", "--noprofile", "--rcfile", str(rc), "-i"]) as screen:
        screen.wait_for("shell 1> ").press(f"{sys.executable} -m tui run -- sh -c 'echo re\"\"ady; read x; echo got $x'\r")
        screen.wait_for("ready\r\n").press("\x1a")
        screen.wait_for("Stopped").wait_for("shell 2> ").press("fg\r")
        screen.press("words\r")
        screen.wait_for("got words").wait_for("shell 3> ").press("exit 9\r")

        assert screen.end() == 9


def test_a_file_as_output_beside_a_terminal(tmp_path: Path) -> None:
    """With standard output in a file the rest is still a terminal, and the file has the bytes as they were written."""
    words = f"python3 -m tui run -- sh -c 'test -t 0 && test -t 2 && ! test -t 1 && echo yes' > {tmp_path}/out"
    words = words.replace("python3", sys.executable)
    with terminal(state=tmp_path, program=["/bin/sh", "-c", words]) as screen:
        assert screen.end() == 0

    assert (tmp_path / "out").read_bytes() == b"yes\n"


WORKER = "trap '' INT; trap 'echo told >> {file}' USR1 TERM HUP; echo up >> {file}; while :; do sleep 0.05; done"
LEADER = "trap 'echo caught; kill -9 $worker; exit 5' USR1 TERM HUP; bash -c '{worker}' & worker=$!; {until}; echo ready; wait"


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("prefix", [(), ("run", "--")], ids=["alone", "run"])
def test_a_signal_for_us_is_the_commands_alone(prefix: tuple[str, ...], number: signal.Signals, tmp_path: Path) -> None:
    """What is sent to one process reaches the command, and no worker of its group, as without us."""
    file = tmp_path / "told"
    worker = WORKER.format(file=file).replace("'", "'\\''")
    words = LEADER.format(worker=worker, until=f"until test -s {file}; do sleep 0.01; done")
    program = [*(REFUSED if prefix else []), *prefix, "/bin/bash", "-c", words]
    with terminal(state=tmp_path, program=program) as screen:
        screen.wait_for("ready")
        screen.process.send_signal(number)

        assert screen.end() == 5
    assert b"caught" in screen.seen
    assert file.read_text() == "up\n"


@pytest.mark.parametrize("prefix", [(), ("run", "--")], ids=["alone", "run"])
@pytest.mark.parametrize("modes", ["raw -echo", "-icanon min 3 time 5", "-isig", "intr ^G erase ^H", "sane", "-onlcr"])
def test_terminal_modes_that_a_command_sets_stay(modes: str, prefix: tuple[str, ...], tmp_path: Path) -> None:
    """What `stty` sets for the commands after it is so after us too, and a command that sets nothing leaves all as it was."""
    program = [*(REFUSED if prefix else []), *prefix, "/bin/sh", "-c"]
    with terminal(state=tmp_path, program=[*program, "true"]) as screen:
        before = screen.modes()
        screen.end()
        assert screen.modes() == before
    with (
        terminal(state=tmp_path, program=["/bin/stty", *modes.split()]) as plain,
        terminal(state=tmp_path, program=[*program, f"stty {modes}"]) as screen,
    ):
        assert (plain.end(), screen.end()) == (0, 0)
        assert screen.attributes() == plain.attributes()


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_the_offer_is_declined(key: str, tmp_path: Path) -> None:
    """What failed is said in two lines; any key but Enter ends with the command's status."""
    with (
        socket.socket() as taken,
        terminal("run", "--", sys.executable, str(EXAMPLES / "retry_loop.py"), str(_port(taken)), state=tmp_path) as screen,
    ):
        screen.wait_for("Enter opens the walk").press(key)

        assert screen.end() == 3
    assert "retry_loop.py:13 in connect" in " ".join(screen.seen.decode().split())
    assert b"\x1b[?1049h" not in screen.seen


def test_the_walk_opens(tmp_path: Path) -> None:
    """Enter opens the walk on what failed; afterwards the status is still the command's."""
    with socket.socket() as taken:
        port = _port(taken)
        with terminal("run", "--", sys.executable, str(EXAMPLES / "retry_loop.py"), str(port), state=tmp_path) as screen:
            screen.wait_for("Enter opens the walk").press("\r")
            screen.wait_for("refused by reset").press("q")

            assert screen.end() == 3
    assert f"localhost:{port}" in screen.seen.decode()


def test_a_command_without_failure_ends_without_a_word(tmp_path: Path) -> None:
    """Nothing is added where nothing failed."""
    with terminal("run", "--", "echo", "well", state=tmp_path) as screen:
        assert screen.end() == ExitStatus.REACHABLE

    assert screen.seen == b"well\r\n"


def _port(taken: socket.socket) -> int:
    taken.bind(("127.0.0.1", 0))
    port: int = taken.getsockname()[1]
    return port


def test_a_lost_terminal_is_the_commands(tmp_path: Path) -> None:
    """Where the terminal goes, the command is told as it would be, and we end as it does."""
    words = f"trap 'echo told > {tmp_path}/told; exit 7' HUP; echo ready; while :; do sleep 0.05; done"
    with terminal("run", "--", "bash", "-c", words, state=tmp_path) as screen:
        screen.wait_for("ready")

        assert screen.hang_up() == 7
    assert (tmp_path / "told").read_text() == "told\n"


@pytest.mark.parametrize("prefix", [(), ("run", "--")], ids=["alone", "run"])
def test_a_lost_terminal_is_told_to_all_of_the_job(prefix: tuple[str, ...], tmp_path: Path) -> None:
    """Where the shell that we run in ends with its terminal, all that the command has in the foreground hears of it."""
    file = tmp_path / "told"
    worker = WORKER.format(file=file).replace("'", "'\\''")
    end_of_it = f"trap 'until grep -q told {file}; do sleep 0.01; done; kill -9 $!; echo over >> {file}; exit' HUP"
    words = f"bash -c '{worker}' & {end_of_it}; until test -s {file}; do sleep 0.01; done; echo ready; wait"
    program = [*(REFUSED if prefix else []), *prefix, "/bin/bash", "-c", words]
    with terminal(state=tmp_path, program=["/bin/sh", "-c", '"$@"; exit', "sh", *program]) as screen:
        screen.wait_for("ready")
        assert screen.hang_up() == -signal.SIGHUP
        end = time.monotonic() + PATIENCE_S
        while not file.read_text().endswith("over\n"):
            assert time.monotonic() < end
            time.sleep(POLL_EVERY_S)
    assert "told" in file.read_text()
