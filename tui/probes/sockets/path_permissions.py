"""Where a path stops this user: at the first component they may not pass, or at the socket they may not write to.

Law: the kernel decides what is permitted (access(2) with the effective ids, so capabilities and access lists
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

    Blocks. A missing component is not a barrier.
    """
    folder = Path("/")
    remaining = _parts(path)
    links = 0
    while remaining:
        if not os.access(folder, os.X_OK, effective_ids=True):
            return _described(folder)
        name = remaining.pop()
        if name == "..":
            folder = folder.parent
            continue
        component = folder / name
        try:
            status = component.lstat()
            target = component.readlink() if stat.S_ISLNK(status.st_mode) else None
        except OSError:
            return None
        if target is not None:
            links += 1
            if links > MOST_LINKS:
                return None
            folder = Path("/") if target.is_absolute() else folder
            remaining += _parts(target)
        elif stat.S_ISDIR(status.st_mode):
            folder = component
        else:
            stops = stat.S_ISSOCK(status.st_mode) and not os.access(component, os.W_OK, effective_ids=True)
            return _described(component) if stops else None
    return None


def nearest_directory(path: Path) -> Path:
    """The nearest directory above `path` that exists; `/` at the latest."""
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
