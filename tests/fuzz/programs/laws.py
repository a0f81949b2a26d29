"""What must hold whatever the program is told: it ends in time with a document, in letters, and leaves nobody behind."""

import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.approved import ROOT
from tests.fuzz.programs.lies import MARK
from tests.hostile_shell import executed
from tests.program import REFUSED, environment
from tui.engine import recording
from tui.report import formats
from tui.report.document import document_of

LONGEST_S = 45.0
"""The longest walk of one attempt, on a machine that others use too: several looks of 20 s follow one another at worst."""
GONE_S = 5.0
"""Children are ended by a guard of their own, after the program."""
_STATUSES = {0, 1, 3}
MARKED = "REFUSED_FUZZ"
"""The variable by which the processes of a trial are known; what they start inherits it."""
_BREAKS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal or hides itself; a newline does not."""


def breaches(arguments: Iterable[str], folder: Path, within: Iterable[str] = (), **variables: str) -> Iterator[str]:
    """What did not hold in one check with these arguments; `within` is a command that is put before it."""
    mark = uuid4().hex
    record = folder / "session.jsonl"
    command = [*within, *REFUSED, "check", *arguments, "--attempts", "1", "--timeout", "1", "--json", "--session", str(record)]
    given = environment(folder) | variables | {MARKED: mark}
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        try:
            output, errors = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            output, errors = b"", b""
            yield f"it did not end within {LONGEST_S:g} s"
    if time.monotonic() - began < LONGEST_S:
        yield from of_the_output(process.returncode, output, errors, folder)
        yield from _of_the_record(record)
    yield from left_behind(mark)


def of_the_output(status: int, output: bytes, errors: bytes, folder: Path) -> Iterator[str]:
    """What did not hold in how it ended and what it wrote."""
    if status not in _STATUSES or b"Traceback" in errors + output or errors:
        yield f"status {status}: {errors[-1500:].decode(errors='backslashreplace')}"
        return
    try:
        document = json.loads(output.decode("utf-8"))
    except ValueError as error:
        yield f"no document: {error}"
        return
    texts = list(_texts(document))
    yield from (f"steers the terminal: {text[:200]!r}" for text in texts if _BREAKS.search(text))
    yield from (f"the check itself failed: {text[:300]}" for text in texts if "check itself failed" in text)
    lines = [text for text in _commands(document) if MARK in text]
    work = folder / "commands"
    work.mkdir(exist_ok=True)
    for line, commands in executed(lines, work):
        if any(command and MARK in command[0] for command in commands):
            yield f"a name is a command: {line}"


def _of_the_record(record: Path) -> Iterator[str]:
    try:
        document = document_of(recording.read(record))
    except recording.SessionFileError as error:
        yield f"no record: {error}"
        return
    for name in formats.options():
        written = formats.load(name).render(document)
        if breaking := _BREAKS.search(written):
            yield f"steers the reader of {name}: {written[max(0, breaking.start() - 80) : breaking.end() + 20]!r}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _texts(part)


def _commands(value: Any, name: str = "") -> Iterator[str]:
    """The texts that are typed: they stand under names such as `command`."""
    if isinstance(value, str) and "command" in name:
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _commands(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _commands(part, name)


def left_behind(mark: str) -> Iterator[str]:
    """Processes of this trial that are still there a while after it; they are ended then."""
    end = time.monotonic() + GONE_S
    while (left := list(_marked(mark))) and time.monotonic() < end:
        select.select([], [], [], 0.05)
    for pid, name in left:
        yield f"left behind: {name}"
        os.kill(pid, signal.SIGKILL)


def _marked(mark: str) -> Iterator[tuple[int, str]]:
    wanted = f"{MARKED}={mark}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in path.read_bytes().split(b"\0"):
                yield int(path.parent.name), (path.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended meanwhile
            continue
