"""A process's arguments as they may be shown: its command line without secrets. Pure."""

from collections.abc import Sequence

from tui.model.safe_text import safe_text
from tui.model.secrets import masked_arguments

LONGEST = 300
"""Characters of a command line; a class path can fill pages."""
_READ = 1000
"""Characters of one argument that are read: well beyond what is shown of it."""


def shown_command(arguments: Sequence[str]) -> str:
    """The arguments joined by spaces on one safe line of at most `LONGEST` characters, secrets replaced by `…`."""
    return safe_text(masked_arguments(whole[:_READ] for whole in arguments[:LONGEST]), limit=LONGEST)
