"""What `refused run` costs: a watched Python process beside one that is not, and bytes through it beside bytes without it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.bench.programs import ENVIRONMENT, REFUSED, ROOT
from tests.bench.row import Row
from tui.watch.run_directory import RunDirectory

CONNECTS = 2000
BYTES = 400_000_000
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


@cache
def _watched() -> tuple[tempfile.TemporaryDirectory[str], dict[str, str]]:
    """A folder that lives as long as the program, and the environment of what is watched by way of it."""
    folder = tempfile.TemporaryDirectory(prefix="refused-bench-")
    return folder, RunDirectory(Path(folder.name)).environment(ENVIRONMENT)


def _pair(what: str, measure: Callable[[str, dict[str, str]], float], code: str) -> Row:
    """The same code in a Python that is watched, and in one that is not."""
    return Row(
        what=f"{what}, watched",
        ours=lambda: measure(code, _watched()[1]),
        peer="the same alone",
        theirs=lambda: measure(code, ENVIRONMENT),
    )


def _whole(code: str, env: dict[str, str]) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    return time.perf_counter() - begin


def _timed(code: str, env: dict[str, str]) -> float:
    words = [sys.executable, "-c", code, str(CONNECTS)]
    return float(subprocess.run(words, env=env, check=True, capture_output=True, text=True).stdout)


def _true(before: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run([*before, "true"], cwd=ROOT, env=ENVIRONMENT, check=True)
    return time.perf_counter() - begin


def _bytes(before: list[str]) -> float:
    begin = time.perf_counter()
    with subprocess.Popen(
        [*before, "head", "-c", str(BYTES), "/dev/zero"], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        got = 0
        while chunk := os.read(process.stdout.fileno(), 1 << 16):
            got += len(chunk)
    assert got == BYTES
    return time.perf_counter() - begin


_RUN = [*REFUSED, "run", "--"]
ROWS = (
    _pair("start of Python", _whole, "pass"),
    _pair("start of Python and `import socket`", _whole, "import socket"),
    _pair("2,000 connects that work", _timed, WORKS),
    _pair("2,000 connects that are refused", _timed, FAILS),
    _pair("2,000 connects on asyncio", _timed, ON_ASYNCIO),
    Row(what="400 MB through a pipe, `refused run`", ours=lambda: _bytes(_RUN), peer="the same alone", theirs=lambda: _bytes([])),
    Row(what="`refused run -- true`", ours=lambda: _true(_RUN), peer="true", theirs=lambda: _true([]), unit="ms"),
)
