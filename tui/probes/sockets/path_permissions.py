"""Where a path stops for this user: the first component that may not be passed, or the socket that may not be written.

Law: the kernel says what is permitted (access(2) with the effective ids, so capabilities and access lists
count), not the mode bits. Source: path_resolution(7); unix(7) on the right to write.
"""

import os
import stat
from pathlib import Path

from tui.model.facts.sockets import Barrier
from tui.model.safe_text import safe_text
from tui.probes.sockets.process import group_name, user_name

MOST_LINKS = 40
"""The kernel gives up after as many symbolic links (MAXSYMLINKS)."""


def barrier(path: Path) -> Barrier | None:
    """The component of an absolute `path`, links followed, that stops this user; None where none does.

    Blocks. What is missing stops nobody: that is another matter.
    """
    at = Path("/")
    ahead = _parts(path)
    links = 0
    while ahead:
        if not os.access(at, os.X_OK, effective_ids=True):
            return _described(at)
        name = ahead.pop()
        if name == "..":
            at = at.parent
            continue
        here = at / name
        try:
            status = here.lstat()
            target = here.readlink() if stat.S_ISLNK(status.st_mode) else None
        except OSError:
            return None
        if target is not None:
            links += 1
            if links > MOST_LINKS:
                return None
            at = Path("/") if target.is_absolute() else at
            ahead += _parts(target)
        elif stat.S_ISDIR(status.st_mode):
            at = here
        else:
            stops = stat.S_ISSOCK(status.st_mode) and not os.access(here, os.W_OK, effective_ids=True)
            return _described(here) if stops else None
    return None


def nearest_directory(path: Path) -> Path:
    """The nearest directory above `path` that is there; `/` at the latest."""
    return next((parent for parent in path.parents if parent.is_dir()), Path("/"))


def _parts(path: Path) -> list[str]:
    """The components of a path, the last first."""
    return [part for part in reversed(path.parts) if part != "/"]


def _described(component: Path) -> Barrier:
    shown = safe_text(str(component))
    try:
        status = component.stat()
    except OSError:
        return Barrier(path=shown)
    return Barrier(
        path=shown,
        owner=user_name(status.st_uid) or str(status.st_uid),
        group=group_name(status.st_gid) or str(status.st_gid),
        mode=stat.filemode(status.st_mode),
    )
