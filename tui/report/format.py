"""What a format of a report is: a function from a document to text."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from tui.report.document import Document
from tui.report.outline import Block


class Format(Struct, frozen=True, kw_only=True):
    """One format. The module that defines it, below `formats/`, calls it FORMAT."""

    render: Callable[[Document], str]
    """A whole document as text, with its line end."""
    draw: Callable[[Iterable[Block]], str] | None = None
    """Blocks that are no document, such as the answer to a text without an endpoint; None for a format that has no blocks."""
    between: str = "\n"
    """What separates two documents."""
