"""The session file: JSON Lines, one event a line, flushed as it happens, readable up to its last whole line."""

import errno
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
import platformdirs

from tui.model.events import SESSION_SCHEMA, AnyEvent, Opened
from tui.model.secrets import masked_record
from tui.model.target import Target
from tui.probes.kernel.text_file import opened

OWNER_ONLY = 0o600
MOST_EVENTS = 1_000_000
"""A longer file is not a session: a day of watching makes a tenth of it."""
LONGEST_EVENT = 16_000_000
"""Bytes of a line; the longest event has a table of 2,000 sockets, half a million."""
_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class SessionFileError(ValueError):
    """A file that is not a session; its message is one line for the person."""


def sessions_directory() -> Path:
    """Where sessions are kept: the user's state directory, `~/.local/state/refused/sessions` on Linux."""
    return platformdirs.user_state_path("refused") / "sessions"


def default_path(target: Target, now: datetime | None = None) -> Path:
    """A new file's path, named by time and target so that a listing reads as a history."""
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S.%fZ")
    label = re.sub(r"[^A-Za-z0-9.]+", "-", target.label).strip("-")[:60]
    return sessions_directory() / f"{stamp}-{label}.jsonl"


class Recorder:
    """Appends events to a new file. A failure to write ends the recording, never the session."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failure: str | None = None
        """Why nothing more is recorded, in words; None while all is well."""
        self._file: BinaryIO | None = None
        try:
            make_private(path.parent)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, OWNER_ONLY)
            self._file = os.fdopen(descriptor, "ab", buffering=0)
        except OSError as error:
            self._fail(error)

    def write(self, event: AnyEvent) -> None:
        """Append one event and hand it to the kernel at once."""
        if self._file is None:
            return
        line = _ENCODER.encode(event) + b"\n"
        try:
            # A disk that is nearly full takes a part; nothing may follow half a line.
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301 -- one place says why recording ends
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        """Close the file; more events are dropped."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _fail(self, error: OSError) -> None:
        self.failure = f"the session is not recorded: {self.path}: {error.strerror}"
        self.close()


def make_private(directory: Path) -> None:
    """Make a directory and the missing ones above it, each for the user alone: 0700 (XDG Base Directory Specification).

    Raises OSError.
    """
    for missing in reversed([above for above in (directory, *directory.parents) if not above.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def read(path: Path) -> tuple[AnyEvent, ...]:
    """The events of a session file, up to the last whole line of it. Raises SessionFileError."""
    events: list[AnyEvent] = []
    try:
        with opened(path) as file:
            while (line := file.readline(LONGEST_EVENT)).endswith(b"\n") and len(events) < MOST_EVENTS:
                try:
                    events.append(masked_record(_DECODER.decode(line)))
                except (msgspec.DecodeError, RecursionError) as error:
                    raise SessionFileError(f"{path}: line {len(events) + 1} is not an event of a session ({error})") from None
            if len(line) == LONGEST_EVENT:
                raise SessionFileError(f"{path}: line {len(events) + 1} is longer than an event of a session")
    except OSError as error:
        raise SessionFileError(f"{path}: {error.strerror}") from None
    if not events or not isinstance(events[0], Opened):
        raise SessionFileError(f"{path}: it has no session header")
    if events[0].schema != SESSION_SCHEMA:
        raise SessionFileError(f"{path}: schema {events[0].schema!r}; this version reads {SESSION_SCHEMA!r}")
    return tuple(events)
