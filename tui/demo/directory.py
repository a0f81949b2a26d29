"""The directory of a demonstration."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tui.demo.scenario import NotPossibleError
from tui.engine.temporary import temporary_directory

PREFIX = "refused-demo-"


@contextmanager
def demo_directory() -> Iterator[Path]:
    """A new directory for as long as the demonstration lasts. Raises NotPossibleError where none can be made."""
    with ExitStack() as held:
        try:
            directory = held.enter_context(temporary_directory(Path(tempfile.gettempdir()), PREFIX))
        except OSError as error:
            raise NotPossibleError(f"a directory for it can't be made: {error.strerror or error}") from None
        yield directory
