"""The program as a person starts it: in a process of its own, with or without a terminal, with a state directory of its own."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from tests.approved import ROOT

REFUSED = [sys.executable, "-m", "tui"]
PATIENCE_S = 30.0
"""How long a terminal is watched for words that should come; far beyond what they take."""
POLL_EVERY_S = 0.01
_ON_TERMINAL = "import os, sys; os.login_tty(0); os.execv(sys.argv[1], sys.argv[1:])"


def environment(state: Path) -> dict[str, str]:
    """A plain environment: no proxy, no colour wishes, sessions in `state`."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "PYTHONPATH", "PYTHONPYCACHEPREFIX"}}
    return kept | {"HOME": str(state), "XDG_STATE_HOME": str(state), "LANG": "C.UTF-8", "TERM": "xterm-256color"}


def run(*words: str, state: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run it to its end, without a terminal; `text` is its standard input."""
    return subprocess.run(
        [*REFUSED, *words], cwd=ROOT, env=environment(state), input=text, capture_output=True, text=True, check=False, timeout=60
    )


def start(*words: str, state: Path) -> subprocess.Popen[str]:
    """Start it without a terminal."""
    return subprocess.Popen(
        [*REFUSED, *words], cwd=ROOT, env=environment(state), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def sessions(state: Path) -> list[Path]:
    """The session files of `state`, oldest first."""
    return sorted((state / "refused" / "sessions").glob("*.jsonl"))


def until_recorded(words: bytes, state: Path) -> None:
    """Wait until a session file of `state` holds `words`."""
    end = time.monotonic() + PATIENCE_S
    while not any(words in path.read_bytes() for path in sessions(state)):
        assert time.monotonic() < end, f"{words!r} was not recorded"
        select.select([], [], [], POLL_EVERY_S)


class Terminal:
    """A program on a terminal of 120 columns and 36 lines."""

    def __init__(self, process: subprocess.Popen[bytes], controller: int) -> None:
        self.process = process
        self.seen = b""
        self._controller: int | None = controller

    def wait_for(self, words: str) -> Self:
        """Read what it draws until `words` are in it."""
        end = time.monotonic() + PATIENCE_S
        while words.encode() not in self.seen:
            assert time.monotonic() < end, f"{words!r} did not come: {self.seen[-300:]!r}"
            if not self._read():
                break
        assert words.encode() in self.seen, f"it ended without {words!r}: {self.seen[-300:]!r}"
        return self

    def modes(self) -> list[int]:
        """The terminal's flags, as it is now (termios(3))."""
        return self.attributes()[:4]

    def attributes(self) -> list[Any]:
        """The terminal's flags, speeds and special characters, as it is now (termios(3))."""
        assert self._controller is not None
        return termios.tcgetattr(self._controller)

    def press(self, keys: str) -> None:
        """Type."""
        assert self._controller is not None
        os.write(self._controller, keys.encode())

    def end(self) -> int:
        """Read until it ends; its exit status."""
        while self._read():
            pass
        return self.process.wait(PATIENCE_S)

    def hang_up(self) -> int:
        """Take the terminal away, as a lost connection does; the exit status."""
        self.close()
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """Close our side of the terminal."""
        if self._controller is not None:
            os.close(self._controller)
            self._controller = None

    def _read(self) -> bool:
        """Read what is there now; False at the end."""
        assert self._controller is not None
        ready, _, _ = select.select([self._controller], [], [], PATIENCE_S)
        assert ready, f"nothing came: {self.seen[-300:]!r}"
        try:
            chunk = os.read(self._controller, 65536)
        except OSError:  # EIO: the other side is closed (pty(7))
            return False
        self.seen += chunk
        return bool(chunk)


@contextmanager
def terminal(
    *words: str,
    state: Path,
    piped: bytes | None = None,
    program: list[str] | None = None,
    variables: Mapping[str, str] | None = None,
    size: tuple[int, int] = (36, 120),
) -> Iterator[Terminal]:
    """The program (or another) on a terminal; with `piped` its standard input is that text, and the terminal is still there.

    `variables` are added to its environment; `size` is lines and columns.
    """
    controller, device = pty.openpty()
    fcntl.ioctl(device, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    program = program or [*REFUSED, *words]
    if piped is not None:
        (state / "piped").write_bytes(piped)
        program = ["sh", "-c", f'exec "$@" < {state / "piped"}', "sh", *program]
        program[0] = "/bin/sh"
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_TERMINAL, *program],
        cwd=ROOT,
        env=environment(state) | dict(variables or {}),
        stdin=device,
        stdout=device,
        stderr=device,
    )
    os.close(device)
    opened = Terminal(process, controller)
    try:
        yield opened
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
        opened.close()
