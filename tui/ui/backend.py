"""What the screen is given from outside, so that it opens nothing by itself and tests can give it something else."""

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
    """Everything that the screen may reach outside itself."""

    read_target: Callable[[str], Target]
    """The target in typed or pasted text; raises TargetError, whose message is one line for the person."""
    open_session: Callable[[Target], Walk]
    """A new session that has not run yet. Called after the first paint: it may import and read what it needs."""
    open_recording: Callable[[Path], Walk]
    """A recorded session; raises SessionFileError or OSError."""
    write_report: Callable[[Walk], Path]
    """Write the report as Markdown and return its path; raises OSError."""
    record_problem: Callable[[Walk], str]
    """Why the session is not recorded, or not to its end, although it should be; empty while all is well."""
    recent: Callable[[], tuple[tuple[str, Path], ...]] = tuple
    """Past sessions as label and file, newest first."""
