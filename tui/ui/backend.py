"""What the screen is given from outside, so that it opens nothing by itself and a test can give something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.engine.walk import Walk
    from tui.model.target import Target


@dataclass(frozen=True)
class Backend:
    """The ways out of the screen."""

    read_target: Callable[[str], Target]
    """From typed or pasted text to a target; raises TargetError, whose message is one line for the person."""
    open_session: Callable[[Target], Walk]
    """A new session that has not run yet. Called after the first paint: it may import and read what it needs."""
    open_recording: Callable[[Path], Walk]
    """A recorded session; raises SessionFileError or OSError."""
    write_report: Callable[[Walk], Path]
    """Write the report as Markdown and return where; raises OSError."""
    record_of: Callable[[Walk], str]
    """Where the session is kept, in words for the person: a path, or why there is none."""
    recent: Callable[[], tuple[tuple[str, Path], ...]] = tuple
    """Sessions of the past as label and file, the newest first."""
