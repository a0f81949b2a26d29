"""Runs in a copy's own interpreter: loads once what is slow to load, and forks a child for each run of pytest.

Standard input has a JSON list of pytest's words on each line; to each comes one line, its exit status and the end of what it
wrote. Where the input ends, the run ends too, so that nothing is left even of a parent that was killed. No module of `tui`, nor a
plugin of pytest, is loaded in advance: the first may be wrong in the next run, and the second is for pytest to load.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import tempfile
from typing import IO, NoReturn

LOADED = ("dns.asyncresolver", "jsonschema", "msgspec", "psutil", "pytest", "textual.app", "textual.widgets", "yaml")
"""What takes the time of a start, and is the same for each run."""
TOLD = 4000
"""So many characters of the end of what was written are told."""


def main() -> None:
    """Run what each line of the input asks for."""
    for name in LOADED:
        importlib.import_module(name)
    while line := sys.stdin.buffer.readline():
        with tempfile.TemporaryFile() as written:
            status = _status_of(json.loads(line), written)
            written.seek(0)
            text = written.read().decode(errors="replace")
        sys.stdout.write(json.dumps([status, text[-TOLD:]]) + "\n")
        sys.stdout.flush()


def _status_of(words: list[str], written: IO[bytes]) -> int:
    """The exit status of pytest with these words. Then, or where the input ends, all processes of its group are ended."""
    child = os.fork()
    if child == 0:
        _run(words, written)
    ended = os.pidfd_open(child)
    select.select([ended, sys.stdin], [], [])
    os.close(ended)
    os.kill(child, signal.SIGKILL)  # its group may not be there yet
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _run(words: list[str], written: IO[bytes]) -> NoReturn:
    """Be `python -m pytest WORDS`, in a session of its own, without an input."""
    import pytest

    status = 70
    try:
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(written.fileno(), 1)
        os.dup2(written.fileno(), 2)
        sys.argv = ["pytest", *words]
        status = pytest.main(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
