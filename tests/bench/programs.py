"""Running a program as a person would, and what it took. All of them end within `PATIENCE_S`."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.row import NotMeasured

ROOT = Path(__file__).resolve().parent.parent.parent
REFUSED = (sys.executable, "-m", "tui")
NOTHING = (sys.executable, "-c", "pass")
PATIENCE_S = 60.0
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Modules are compiled once, as where the program is installed, and not each time."""


def compiled() -> None:
    """Compile the program's modules, so that no measurement pays for it."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "tui"], check=True, cwd=ROOT, env=ENVIRONMENT)


def seconds(*argv: str) -> float:
    """The wall time of a whole process."""
    begin = time.perf_counter()
    _run(argv)
    return time.perf_counter() - begin


def processor_seconds(*argv: str) -> float:
    """The processor time of a process and of what it started and waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(argv)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(argv: Sequence[str]) -> None:
    try:
        subprocess.run(argv, capture_output=True, check=False, cwd=ROOT, env=ENVIRONMENT, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"{argv[0]} did not end within {PATIENCE_S:g} s") from None


def needed(*programs: str) -> None:
    """Raise NotMeasured where one of them is not installed."""
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise NotMeasured(f"no {', '.join(missing)} here")


def closed_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
