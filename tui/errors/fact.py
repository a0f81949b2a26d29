"""From a reading to the fact that a session keeps of its text: what it says, without a secret of it."""

from tui.errors.types import ErrorReading
from tui.model.facts import ErrorText


def error_text(reading: ErrorReading) -> ErrorText | None:
    """The text's word; None where it names an endpoint without saying that something failed."""
    if reading.error_class == "other" and not reading.failures:
        return None
    first = reading.endpoints[0] if reading.endpoints else None
    return ErrorText(
        says=reading.error_class,
        words=reading.words or "",
        tool=reading.tool,
        role=first.role if first else "target",
        dialled=tuple(named.host for named in reading.endpoints if named.role == "dialled" and named.host and named is not first),
        origin=reading.origin,
    )
