"""Standard output, which carries results alone, and standard error, which carries a line about them.

The reader of standard output may stop at any moment; that is not an error. What can't be written is reported on one line.
"""

from __future__ import annotations

import os
import sys

from tui.cli.errors import ReaderGone, Unusable

TYPE_CHECKING = False  # --help must not wait for `typing`
if TYPE_CHECKING:
    from collections.abc import Mapping

NO_SCREEN = ("dumb", "unknown")
SCREEN_THREADS = 3
"""Textual reads keys and writes to the terminal in a thread each; a third is for the first check."""


def write_result(text: str) -> None:
    """Write a result and hand it on at once. Raises ReaderGone, and Unusable where it can't be written.

    Characters that the encoding of standard output lacks are spelled out.
    """
    if sys.stdout is None:  # it was closed before the program began
        raise ReaderGone
    try:
        encoding = sys.stdout.encoding
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        _write_nowhere()
        raise ReaderGone from None
    except OSError as error:
        _write_nowhere()
        raise Unusable(f"standard output can't be written: {error.strerror}") from None


def log_line(text: str) -> None:
    """Write a line to standard error without secrets, or nothing where nobody can read it."""
    from tui.model.secrets import masked  # there may be nothing to say

    try:  # noqa: SIM105 -- contextlib is not loaded for --help
        print(masked(text), file=sys.stderr, flush=True)  # noqa: T201 -- where it belongs; nowhere where standard error was closed
    except OSError:  # a terminal that is gone
        pass


def someone_watches() -> bool:
    """Whether standard error is a terminal, so that progress is worth showing."""
    return sys.stderr is not None and sys.stderr.isatty()


def draws(environ: Mapping[str, str]) -> bool:
    """Whether a terminal can place text: one that is `dumb` (terminfo) or not known gets lines alone. Rich has the same list."""
    return environ.get("TERM", "").lower() not in NO_SCREEN


def has_threads() -> bool:
    """Whether the threads can be started without which no screen is drawn: this user's limit of processes counts them."""
    from tui.probes.kernel.threads import can_start

    return can_start(SCREEN_THREADS)


def _write_nowhere() -> None:
    """Send what is still buffered nowhere: it would fail again when the interpreter ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
