"""What a format of a report is: a function from a document to text."""

from collections.abc import Callable

from msgspec import Struct

from tui.report.document import Document


class Format(Struct, frozen=True, kw_only=True):
    """One format. The module that defines it, below `formats/`, calls it FORMAT."""

    render: Callable[[Document], str]
    """A whole document as text, with its line end."""
    between: str = "\n"
    """What separates two documents."""
