"""The session file: JSON Lines, one event a line, flushed as it happens, readable up to its last whole line."""

import errno
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from tui.engine.own_directory import make_own, need_own, state_directory
from tui.model.events import SESSION_SCHEMA, AnyEvent, Opened
from tui.model.secrets import masked_record
from tui.model.target import Target
from tui.probes.kernel.text_file import opened

OWNER_ONLY = 0o600
MOST_EVENTS = 1_000_000
"""A longer file is not a session: a day of watching makes a tenth of it."""
LONGEST_EVENT = 16_000_000
"""Bytes of a line; the longest event has a table of 2,000 sockets, half a million."""
NOT_RECORDED = "the session is not recorded"
INSTEAD = "--session FILE names a file for it, and XDG_STATE_HOME a directory of your own"
_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class SessionFileError(ValueError):
    """A file that is not a session; its message is one line for the person."""


def sessions_directory() -> Path:
    """Where sessions are kept: the user's state directory, `~/.local/state/refused/sessions` on Linux. Raises NotOwnError."""
    return state_directory(os.environ, "sessions")


def own_sessions() -> list[Path]:
    """The files of recorded sessions; none where their directory is not this user's own."""
    try:
        return list(need_own(sessions_directory()).glob("*.jsonl"))
    except OSError:
        return []


def default_path(target: Target, now: datetime | None = None) -> Path:
    """A new file's path, named by time and target so that a listing reads as a history. Raises NotOwnError."""
    return sessions_directory() / f"{_label(target, now)}.jsonl"


def report_path(target: Target) -> Path:
    """The same for a new report, whose directory is made. Raises OSError."""
    return make_own(state_directory(os.environ, "reports")) / f"{_label(target)}.md"


def _label(target: Target, now: datetime | None = None) -> str:
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%S.%fZ")
    label = re.sub(r"[^A-Za-z0-9.]+", "-", target.label).strip("-")[:60]
    return f"{stamp}-{label}"


class Recorder:
    """Appends events to a new file. A failure to write ends the recording, never the session."""

    def __init__(self, path: Path, *, failure: str | None = None) -> None:
        self.path = path
        self.failure = failure
        """Why nothing more is recorded, in words; None while all is well."""
        self._file: BinaryIO | None = None
        if failure:
            return
        try:
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
        self.failure = f"{NOT_RECORDED}: {self.path}: {error.strerror}"
        self.close()


def new_recorder(target: Target, named: Path | None = None) -> Recorder:
    """A recorder into the file that the person named, or a new one among this user's sessions, whose directory is made."""
    if named:
        return Recorder(named)
    try:
        path = default_path(target)
        make_own(path.parent)
    except OSError as error:
        return Recorder(Path(), failure=f"{NOT_RECORDED}: {_cause(error)}; {INSTEAD}")
    return Recorder(path)


def _cause(error: OSError) -> str:
    """Which file, and why."""
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)


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
