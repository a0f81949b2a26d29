"""What was read out of an error text: the `refused-parse/1` document, and the same in plain words."""

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from tui.errors.meaning import Meaning, meaning_of
from tui.errors.types import Endpoint, ErrorClass, ErrorReading, Failure, Frame, TextOrigin
from tui.model.address import endpoint
from tui.model.safe_text import safe_text
from tui.model.secrets import masked, masked_record
from tui.report.formats.json import json_line

Schema = Literal["refused-parse/1"]
SCHEMA: Schema = "refused-parse/1"
UNREAD = "?"
"""Stands for what the text does not say."""


class ParseDocument(Struct, frozen=True, kw_only=True, rename={"error_class": "class"}):
    """A reading with its schema: the endpoint to walk first, the user's own innermost frame first, nothing guessed."""

    schema: Schema
    endpoints: tuple[Endpoint, ...]
    error_class: ErrorClass
    words: str | None
    contradicted: tuple[ErrorClass, ...]
    tool: str | None
    missing: tuple[str, ...]
    code: tuple[Frame, ...]
    failures: tuple[Failure, ...]
    origin: TextOrigin
    meaning: Meaning | None
    """What the text's own words mean, where they name what its machine or process lacked, or what TLS found wrong."""


def as_json(reading: ErrorReading) -> str:
    """The document as one line, with its line end."""
    return json_line(document(reading))


def document(reading: ErrorReading) -> ParseDocument:
    """The reading with its schema, without secrets."""
    return masked_record(ParseDocument(schema=SCHEMA, meaning=meaning_of(reading), **asdict(reading)))


def as_text(reading: ErrorReading) -> str:
    """Plain lines: endpoints, what went wrong, which tool printed it, where in the code, and what is missing."""
    lines = [f"{target.role}: {_address(target)}" for target in reading.endpoints] or ["endpoint: none named"]
    lines.append(f"error: {reading.error_class}")
    if reading.words:
        lines.append(f"words: {reading.words}")
    if reading.contradicted:
        lines.append(f"denied by the inner error: {', '.join(reading.contradicted)}")
    if reading.tool:
        lines.append(f"tool: {reading.tool}")
    lines += [f"code: {_frame(frame)}" for frame in reading.code]
    if reading.missing:
        lines.append(f"missing: {', '.join(reading.missing)}")
    lines += _origin(reading.origin)
    meaning = meaning_of(reading)
    if meaning:
        lines.append(f"meaning: {meaning.sentence}")
        for remedy in meaning.remedies:
            lines += [f"{remedy.kind}: {remedy.do}", *([f"$ {remedy.command}"] if remedy.command else [])]
    return "".join(f"{masked(safe_text(line))}\n" for line in lines)


def _origin(origin: TextOrigin) -> list[str]:
    named = {"written": origin.at, "by container": origin.container, "on": origin.host, "by pid": origin.pid}
    return [f"{label}: {value}" for label, value in named.items() if value is not None]


def _address(target: Endpoint) -> str:
    if target.path:
        return target.path
    if target.port is None:
        return f"{target.host or UNREAD}, port {UNREAD}"
    return endpoint(target.host or UNREAD, target.port)


def _frame(frame: Frame) -> str:
    location = f"{frame.path or UNREAD}:{frame.line if frame.line is not None else UNREAD}"
    return f"{location}{f' in {frame.function}' if frame.function else ''} ({frame.language}, {frame.role})"
