"""The corpus: error texts as files, each with what is to be read in it.

A sample says its `class`, its `endpoints` as "role host:port" (or "role /path"; `?` for what the text does not say) in
the order to walk, and what is `missing`. It may say what is `contradicted`, the user's innermost `frame` as "path:line"
and the `failures` listed as "host:port class count".
"""

import tomllib
from functools import cache
from pathlib import Path

from msgspec import Struct, convert

from tui.errors import Endpoint, ErrorReading, Failure

FOLDER = Path(__file__).parent.parent / "corpus" / "errors"


class Sample(Struct, frozen=True, forbid_unknown_fields=True, rename={"error_class": "class"}):
    """One text and what is to be read in it."""

    id: str
    error_class: str
    endpoints: tuple[str, ...]
    text: str
    missing: tuple[str, ...] = ()
    contradicted: tuple[str, ...] | None = None
    frame: str | None = None
    failures: tuple[str, ...] | None = None


@cache
def samples() -> tuple[Sample, ...]:
    """Every sample, its id with the name of its file before it."""
    return tuple(
        convert({**sample, "id": f"{path.stem}/{sample['id']}"}, Sample)
        for path in sorted(FOLDER.glob("*.toml"))
        for sample in tomllib.loads(path.read_text(encoding="utf-8"))["sample"]
    )


def place(host: str | None, port: int | None, path: str | None) -> str:
    """A place as the corpus writes it."""
    if path:
        return path
    name = f"[{host}]" if host and ":" in host else host or "?"
    return f"{name}:{port or '?'}"


def endpoint(one: Endpoint) -> str:
    """An endpoint as the corpus writes it."""
    return f"{one.role} {place(one.host, one.port, one.path)}"


def failure(one: Failure) -> str:
    """A failure as the corpus writes it."""
    return f"{place(one.host, one.port, one.path)} {one.error_class} {one.count}"


def frame(reading: ErrorReading) -> str:
    """The first frame, where it is the user's, as the corpus writes it; else nothing."""
    first = reading.code[0] if reading.code else None
    return f"{first.path}:{first.line}" if first and first.role == "user" else ""
