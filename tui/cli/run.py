"""`refused run`: the command first, to its end; then what failed, in a line or two, and the walk for a person who wants it.

Law: standard output is the command's, and so is the exit status. Our own messages go to standard error, after the command's
output, and only to a person at a terminal or where a verdict was asked for.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from tui.cli.errors import Unusable
from tui.cli.streams import draws, has_threads, log_line
from tui.model.safe_text import safe_text
from tui.watch.starting import NotStartedError
from tui.watch.watching import Watched, watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tui.model.options import Options
    from tui.watch.failures import FailedTarget

MOST_OTHERS = 3
"""How many failures besides the last are named."""
WALK_KEYS = (b"\r", b"\n")


class RunOptions(NamedTuple):
    """How the command is watched, and what comes after it."""

    traced: bool = False
    """Whether it runs below strace."""
    check: bool = False
    """Whether the verdict is printed, rather than the walk offered."""
    record: bool = True
    session: Path | None = None
    """The session file; None for a new one in the state directory."""
    ascii_only: bool | None = None


def run(command: Sequence[str], options: Callable[[], Options], run_options: RunOptions) -> int:
    """Run the command, and say what failed. The exit status is the command's; what ends it by a signal ends us.

    `options` are those of a walk, asked for when there is one.
    """
    if run_options.traced:
        from tui.watch import strace

        if not strace.is_here():
            raise Unusable("strace is not installed here; install it, or leave --strace out")
    try:
        watched = watch(command, traced=run_options.traced)
    except NotStartedError as error:
        log_line(f"refused run: {safe_text(command[0])}: {error}")
        return error.status
    if run_options.check:
        _print_verdict(watched, options, run_options)
    elif watched.failed and _someone_is_there():
        _log_failures(watched.failed)
        if draws(os.environ) and has_threads() and _wants_the_walk():
            _walk(watched.failed[-1], options, run_options)
    if watched.by_signal is not None:
        from tui.watch.signals import die_by

        sys.stderr.flush()
        die_by(watched.by_signal)
    return watched.status


def _print_verdict(watched: Watched, options: Callable[[], Options], run_options: RunOptions) -> None:
    """The verdict on the last failure, on standard error."""
    if not watched.is_noted:
        log_line("refused: only what the command printed was read: there is no directory that this user alone can change")
    if not watched.failed:
        log_line("refused: no failing connection was seen")
        return
    _log_failures(watched.failed)
    from tui.cli import check
    from tui.engine.setup import as_it_is

    last = watched.failed[-1]
    shown = check.CheckOptions(
        format="text",
        write_result=lambda text: log_line(text.rstrip("\n")),
        record=run_options.record,
        session=run_options.session,
    )
    check.check([as_it_is(last.target, options(), last.code, text=last.text)], shown)


def _walk(last: FailedTarget, options: Callable[[], Options], run_options: RunOptions) -> None:
    from tui.cli import screen
    from tui.cli.targets import ParsedInput

    keep = screen.Keeping(record=run_options.record, session=run_options.session)
    screen.show(ParsedInput(last.target, last.code, text=last.text), options(), keep, ascii_only=run_options.ascii_only)


def _log_failures(failed: Sequence[FailedTarget]) -> None:
    for failure in failed[-1 - MOST_OTHERS : -1]:
        log_line(f"refused: before that, {_sentence(failure)}")
    log_line(f"refused: {_sentence(failed[-1])}")


def _sentence(failure: FailedTarget) -> str:
    """`db-1:5432 refused, 5 times, at client.py:12 in main`."""
    times = f", {failure.count} times" if failure.count > 1 else ""
    return f"{safe_text(failure.target.label)} {failure.how}{times}{f', at {failure.line}' if failure.line else ''}"


def _someone_is_there() -> bool:
    return all(os.isatty(descriptor) for descriptor in (0, 1, 2))


def _wants_the_walk() -> bool:
    """Whether the person presses Enter. What was typed for the command, and it did not read, does not count."""
    import termios
    import tty

    from tui.engine.ending import ANY_END, in_good_order

    before = termios.tcgetattr(0)
    try:
        with in_good_order(_nobody_wants_it, ANY_END):
            tty.setcbreak(0, termios.TCSAFLUSH)
            log_line("refused: Enter opens the walk, any other key ends")
            return os.read(0, 1) in WALK_KEYS
    except (KeyboardInterrupt, OSError):  # told to end, or the terminal is gone
        return False
    finally:
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(0, termios.TCSADRAIN, before)


def _nobody_wants_it(_: int) -> NoReturn:
    raise KeyboardInterrupt
