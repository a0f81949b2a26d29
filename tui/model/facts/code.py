"""The line of code that asked for the connection."""

from typing import Literal

from msgspec import Struct

from tui.model.facts.fact import Fact


class CodeValue(Struct, frozen=True, kw_only=True):
    """Where the host or the port of a call comes from."""

    part: Literal["host", "port", "url", "path"]
    value: str | None = None
    origin: Literal["literal", "constant", "argument", "environment", "settings", "default", "unknown"] = "unknown"
    name: str | None = None
    """The constant, argument, variable or key."""
    path: str | None = None
    line: int | None = None
    sentence: str = ""


class Advice(Struct, frozen=True, kw_only=True):
    """A finding about how failure is handled; never a cause."""

    id: str
    """`no-timeout`, `no-handling`, `generic-first`, `retry-unbounded`, …"""
    line: int
    sentence: str
    suggestion: tuple[str, ...] = ()
    """The improved lines; nothing is ever edited."""


class Code(Fact, frozen=True, kw_only=True, tag="code"):
    """The user's own innermost frame of an error, and what is written there."""

    path: str
    line: int
    function: str | None = None
    language: str = ""
    found: bool = False
    """Whether the file is here and was read."""
    read_as: str | None = None
    """Where it was found, if not at `path`."""
    changed: bool = False
    """Whether the line is no longer the one that the error text shows, so that nothing is said of it."""
    call_line: int | None = None
    """Where the call that connects begins, if it was found."""
    source: tuple[tuple[int, str], ...] = ()
    """Numbered lines around it."""
    values: tuple[CodeValue, ...] = ()
    elsewhere: tuple[CodeValue, ...] = ()
    """Settings beside it that name another host or port for the same thing."""
    advice: tuple[Advice, ...] = ()
