"""From what a person gives (a word, standard input, a pasted error) to targets. What names none is an error of one line.

An error text may name the code that asked for the target; that is kept beside it.
"""

from __future__ import annotations

import codecs
import socket
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui.model.address import endpoint
from tui.model.frame import Frame
from tui.model.target import EXAMPLES, Target, TargetError, parse_target

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from tui.engine.taken import Taken
    from tui.errors import ErrorReading
    from tui.model.facts import Code, ErrorText
    from tui.model.frame import Frame
    from tui.model.requests import ReadCode

LONGEST_INPUT = 1 << 20
"""How much of a text is read, in bytes, from its end: a log says last what failed last."""
_CHUNK = 1 << 16


class ParsedInput(NamedTuple):
    """A target, and the code that asked for it where an error text named it: the user's innermost frame first."""

    target: Target
    code: tuple[Frame, ...] = ()
    taken: Taken = MappingProxyType({})
    """What was read of that code, where it had to be read to know the target."""
    text: ErrorText | None = None
    """What the error text says, where the target came out of one."""


class AnsweredTextError(TargetError):
    """An error text that names no endpoint, and what went wrong all the same: `reading` has a meaning."""

    def __init__(self, reading: ErrorReading, sentence: str) -> None:
        super().__init__(f"{sentence} The text names no endpoint to walk; give HOST:PORT")
        self.reading = reading


def read_target(text: str, *, port: int | None = None) -> Target:
    """The target alone of what `resolve_input` reads. Raises TargetError."""
    return resolve_input(text, port=port).target


def resolve_input(text: str, *, port: int | None = None) -> ParsedInput:
    """The target that `text` is or, if it is an error text, the endpoint that it names. Raises TargetError."""
    if len(text.split()) > 1:
        parsed = _endpoint_in(text, port)
        if parsed is None:
            raise TargetError(f"the text names no endpoint; try one of: {EXAMPLES}")
        return parsed
    try:
        return ParsedInput(parse_target(text, port=port))
    except TargetError:
        parsed = _endpoint_in(text, port)
        if parsed is None:
            raise
        return parsed


def read_targets(text: str, *, port: int | None = None) -> tuple[ParsedInput, ...]:
    """The targets in a whole text: one a line, or the one that an error text names. Raises TargetError."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise TargetError("standard input names no target; give one a line, or an error text")
    # Only an error text has spaces within its lines: a slip in a list of targets must not turn it into one.
    if len(lines) > 1 and not any(len(line.split()) > 1 for line in lines):
        return tuple(ParsedInput(parse_target(line, port=port)) for line in lines)
    return (resolve_input(text, port=port),)


def read_standard_input() -> str:
    """Standard input to its end, or the last part of it. Raises TargetError where there is none."""
    if sys.stdin is None:
        raise TargetError("standard input is closed; give a target")
    return as_text(_last_part(sys.stdin.buffer))


def read_file(path: Path) -> str:
    """The text of a file or a pipe to its end, or the last part of it. Raises OSError, also for a device, which has no end."""
    from tui.probes.kernel.text_file import opened

    with opened(path) as file:
        return as_text(_last_part(file))


def _last_part(file: BinaryIO) -> bytes:
    read = b""
    while chunk := file.read(_CHUNK):
        read += chunk
        if len(read) > 2 * LONGEST_INPUT:
            read = read[-LONGEST_INPUT:]
    return read


def as_text(raw: bytes) -> str:
    """Bytes as UTF-8, or as UTF-16 where they begin with its mark; other bytes become replacement characters."""
    return raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig", "replace")


def _endpoint_in(text: str, port: int | None) -> ParsedInput | None:
    """The endpoint to walk that an error text names, or else the code that it names; None where neither does.

    Raises TargetError where a part is missing.
    """
    from tui.errors import read_error, target_of
    from tui.errors.meaning import meaning_of
    from tui.model.frame import frame_to_read

    reading = read_error(text)
    says = _word_of(reading)
    target = target_of(reading)
    if target:
        return ParsedInput(target, reading.code, text=says)
    host = next((named.host for named in reading.endpoints if named.host), None)
    if host and port is not None:
        return ParsedInput(parse_target(endpoint(host, port)), reading.code, text=says)
    request = frame_to_read(reading.code)
    code = _read_code(request) if request else None
    in_code, missing = _endpoint_of_code(code, host, port) if code else (None, "")
    if in_code and request and code:
        return ParsedInput(in_code, reading.code, {request: code}, says)
    if host:
        raise TargetError(f"the text names the host {host} and no port; give --port, or {endpoint(host, 8080)}")
    if missing:
        raise TargetError(f"the text names no endpoint, and {missing}; give HOST:PORT")
    meaning = meaning_of(reading)
    if meaning:
        raise AnsweredTextError(reading, meaning.sentence)
    return None


def _word_of(reading: ErrorReading) -> ErrorText | None:
    """What the text says; the machine that its log names is left out where it is this one."""
    from msgspec.structs import replace

    from tui.errors import error_text

    says = error_text(reading)
    here = socket.gethostname().partition(".")[0].lower()
    if says and says.origin.host and says.origin.host.partition(".")[0].lower() == here:
        return replace(says, origin=replace(says.origin, host=None))
    return says


def _read_code(request: ReadCode) -> Code | None:
    """The code at a frame, where its file is here and says what the call connects to."""
    from tui.model.facts import Code
    from tui.probes.kernel.system_view import SystemView
    from tui.probes.source_code import read

    code = read(request, SystemView())
    return code if isinstance(code, Code) and code.values else None


def _endpoint_of_code(code: Code, host: str | None, port: int | None) -> tuple[Target | None, str]:
    """What the call in the code connects to, where it says so; else which part it leaves open."""
    from tui.diagnosis.readings.code import call_words

    known = {value.part: value.value for value in code.values if value.value}
    if host and known.get("host") not in {host, None}:
        return None, ""
    name, number = host or known.get("host"), str(port or known.get("port") or "")
    if known.get("path", "").startswith("/"):
        return parse_target(known["path"]), ""
    if name and number.isdecimal():
        return parse_target(endpoint(name, int(number))), ""
    return None, call_words(code)
