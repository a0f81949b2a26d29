"""What a reading says: endpoints with their roles, the class of the error, the code. Nothing in it is guessed.

Field names in JSON are those of the `parse` document: `error_class` is written `class`.
"""

from msgspec import Struct

from tui.model.facts.error_text import ErrorClass, Role, TextOrigin
from tui.model.frame import Frame

__all__ = ["Endpoint", "ErrorClass", "ErrorReading", "Failure", "Frame", "Role", "Span", "TextOrigin"]

Span = tuple[int, int]
"""Start and end in characters of the text as it was given (for bytes: once decoded), end exclusive."""


class Endpoint(Struct, frozen=True, kw_only=True):
    """One place that the text names. What it does not say is None."""

    host: str | None
    port: int | None
    role: Role
    span: Span
    path: str | None = None
    """The path of a Unix socket; host and port are None then."""


class Failure(Struct, frozen=True, kw_only=True, rename={"error_class": "class"}):
    """One of the failures that the text lists, and in how many lines; in a long log, of the last few hundred."""

    host: str | None
    port: int | None
    path: str | None = None
    error_class: ErrorClass
    count: int


class ErrorReading(Struct, frozen=True, kw_only=True, rename={"error_class": "class"}):
    """What an error text says."""

    endpoints: tuple[Endpoint, ...] = ()
    """Those of the last failure, the one to walk first."""
    error_class: ErrorClass = "other"
    words: str | None = None
    """The phrase that states the class, as it stands in the text."""
    contradicted: tuple[ErrorClass, ...] = ()
    """Classes that outer words name and the inner error contradicts, such as a `TimeoutError` around a refusal."""
    tool: str | None = None
    missing: tuple[str, ...] = ()
    """Which of `host`, `port` and `proxy` a walk needs and the text does not say."""
    code: tuple[Frame, ...] = ()
    """Frames of the user's own code, innermost first, then those of libraries."""
    failures: tuple[Failure, ...] = ()
    """Every distinct failure in the text, in the order in which it was first stated."""
    origin: TextOrigin = TextOrigin()
    """Where and when it was written, by the line of a log that holds the failure."""
