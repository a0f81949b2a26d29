"""Benchmarks, side by side in one run: medians of interleaved pairs, printed as ratios. Run by hand; nothing is judged.

`python -m tests.bench` takes about a minute on two cores.
"""

import os
import pty
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench import scaling, watch

RUNS = 7
"""Interleaved pairs; the median of fewer swings with the machine."""
PATIENCE_S = 20.0
BARE = (
    "from textual.app import App\n"
    "from textual.widgets import Static\n"
    "class Bare(App):\n"
    "    def compose(self):\n"
    "        yield Static('READY')\n"
    "Bare().run()\n"
)


def main() -> None:
    """Run every pair and print its ratio."""
    closed = _closed_port()
    refused = [sys.executable, "-m", "tui"]
    target = f"127.0.0.1:{closed}"
    pairs: list[tuple[str, Callable[[], float], Callable[[], float]]] = [
        (
            "first paint of the walk / of a bare Textual app",
            lambda: _until_shown([*refused, target], "refused"),
            lambda: _until_shown([sys.executable, "-c", BARE], "READY"),
        ),
        (
            "first outcome on screen / first paint of a bare Textual app",
            lambda: _until_shown([*refused, target], "refused by reset"),
            lambda: _until_shown([sys.executable, "-c", BARE], "READY"),
        ),
        ("--help / python -c pass", lambda: _whole([*refused, "--help"]), lambda: _whole([sys.executable, "-c", "pass"])),
        (
            "check --attempts 1, refused / python -c pass",
            lambda: _whole([*refused, "check", target, "--attempts", "1", "--no-session"]),
            lambda: _whole([sys.executable, "-c", "pass"]),
        ),
        (
            "check --attempts 1, refused / ss -ltnp",
            lambda: _whole([*refused, "check", target, "--attempts", "1", "--no-session"]),
            lambda: _whole(["ss", "-ltnp"]),
        ),
    ]
    with watch.pairs() as watched:
        _print([*pairs, *watched])
    for line in scaling.curves():
        print(line, flush=True)  # noqa: T201 -- its result


def _print(pairs: Sequence[tuple[str, Callable[[], float], Callable[[], float]]]) -> None:
    for name, ours, theirs in pairs:
        pairs_seen = [(ours(), theirs()) for _ in range(RUNS)]
        ratio = statistics.median(mine / other for mine, other in pairs_seen)
        mine = statistics.median(pair[0] for pair in pairs_seen) * 1000
        other = statistics.median(pair[1] for pair in pairs_seen) * 1000
        print(f"{ratio:6.2f} x  {name}  ({mine:.0f} ms / {other:.0f} ms, {RUNS} pairs)", flush=True)  # noqa: T201 -- its result


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _whole(argv: list[str]) -> float:
    """The wall time of a whole process, in seconds."""
    begin = time.perf_counter()
    subprocess.run(argv, capture_output=True, check=False, cwd=_root())
    return time.perf_counter() - begin


def _until_shown(argv: list[str], words: str) -> float:
    """The time until a program in a terminal of 120x36 has written `words`, in seconds."""
    with tempfile.TemporaryDirectory() as state:
        begin = time.perf_counter()
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(_root())
            os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="36", XDG_STATE_HOME=state)
            os.execv(argv[0], argv)  # noqa: S606 -- a program of this file, without a shell
        try:
            return _watch(terminal, words.encode(), begin)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)


def _watch(terminal: int, words: bytes, begin: float) -> float:
    seen = b""
    while time.perf_counter() - begin < PATIENCE_S:
        readable, _, _ = select.select([terminal], [], [], 0.5)
        if readable:
            seen += os.read(terminal, 65536)
            if words in seen:
                return time.perf_counter() - begin
    return float("nan")


def _root() -> Path:
    return Path(__file__).parent.parent.parent


if __name__ == "__main__":
    main()
