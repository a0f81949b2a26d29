"""A line of code: where a program asked for the connection, as an error text or a watched process names it."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from tui.model.requests import ReadCode


class Frame(Struct, frozen=True, kw_only=True):
    """One line of code of a stack."""

    path: str | None
    line: int | None
    function: str | None
    language: str
    source: str | None = None
    """The line itself, where the text shows it."""
    role: Literal["user", "library"]


def frame_to_read(frames: Sequence[Frame]) -> ReadCode | None:
    """The request to read the user's own innermost frame, with the lines of its file that the stack passed; None without one."""
    for frame in frames:
        if frame.role == "user" and frame.path and frame.line:
            callers = tuple(other.line for other in frames if other.path == frame.path and other.line and other is not frame)
            return ReadCode(
                path=frame.path,
                line=frame.line,
                function=frame.function,
                language=frame.language,
                shown=frame.source,
                callers=callers,
            )
    return None
