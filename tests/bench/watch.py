"""What `refused run` costs: a watched Python process beside one that is not, and bytes through it beside bytes without it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tui.watch.run_directory import RunDirectory

CONNECTS = 2000
BYTES = 400_000_000
ROOT = Path(__file__).parent.parent.parent
WORKS = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", 0), backlog=128)
address = server.getsockname()
begin = time.perf_counter()
for _ in range(int(sys.argv[1])):
    with socket.socket() as one:
        one.connect(address)
        server.accept()[0].close()
print(time.perf_counter() - begin)
"""
FAILS = """
import socket, sys, time
begin = time.perf_counter()
for _ in range(int(sys.argv[1])):
    with socket.socket() as one:
        try:
            one.connect(("127.0.0.1", 1))
        except OSError:
            pass
print(time.perf_counter() - begin)
"""
ON_ASYNCIO = """
import asyncio, sys, time
async def main():
    async def serve(reader, writer):
        writer.close()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    begin = time.perf_counter()
    for _ in range(int(sys.argv[1])):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
    print(time.perf_counter() - begin)
asyncio.run(main())
"""


@contextmanager
def pairs() -> Iterator[list[tuple[str, Callable[[], float], Callable[[], float]]]]:
    """Each with its name, what it takes watched, and what it takes alone, in seconds."""
    with tempfile.TemporaryDirectory() as directory:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is compiled each time is not what is measured here
        env = RunDirectory(Path(directory)).environment(os.environ)
        yield [
            ("start of Python, watched / alone", lambda: _whole("pass", env), lambda: _whole("pass", None)),
            (
                "start and import socket, watched / alone",
                lambda: _whole("import socket", env),
                lambda: _whole("import socket", None),
            ),
            ("connects that work, watched / alone", lambda: _timed(WORKS, env), lambda: _timed(WORKS, None)),
            ("connects that are refused, watched / alone", lambda: _timed(FAILS, env), lambda: _timed(FAILS, None)),
            ("connects on asyncio, watched / alone", lambda: _timed(ON_ASYNCIO, env), lambda: _timed(ON_ASYNCIO, None)),
            (
                "400 MB through a pipe, refused run / alone",
                lambda: _bytes([sys.executable, "-m", "tui", "run", "--"]),
                lambda: _bytes([]),
            ),
            ("refused run -- true / true", lambda: _true([sys.executable, "-m", "tui", "run", "--"]), lambda: _true([])),
        ]


def _whole(code: str, env: dict[str, str] | None) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    return time.perf_counter() - begin


def _timed(code: str, env: dict[str, str] | None) -> float:
    words = [sys.executable, "-c", code, str(CONNECTS)]
    return float(subprocess.run(words, env=env, check=True, capture_output=True, text=True).stdout)


def _true(before: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run([*before, "true"], cwd=ROOT, check=True)
    return time.perf_counter() - begin


def _bytes(before: list[str]) -> float:
    begin = time.perf_counter()
    with subprocess.Popen([*before, "head", "-c", str(BYTES), "/dev/zero"], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        got = 0
        while chunk := os.read(process.stdout.fileno(), 1 << 16):
            got += len(chunk)
    assert got == BYTES
    return time.perf_counter() - begin
