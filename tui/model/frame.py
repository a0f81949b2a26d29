"""A line of code: where a program asked for the connection, as an error text or a watched process names it."""

from typing import Literal

from msgspec import Struct


class Frame(Struct, frozen=True, kw_only=True):
    """One line of code of a stack."""

    path: str | None
    line: int | None
    function: str | None
    language: str
    source: str | None = None
    """The line itself, where the text shows it."""
    role: Literal["user", "library"]
