"""Processes that wrote down their process id and are gone: pid files in /run whose process has ended.

Law: /run is empty after a boot, so a file there was written since this boot; a process that ended properly removed its file.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from tui.model.numbers import decimal_number
from tui.model.safe_text import safe_line, safe_name
from tui.model.schemes import Family
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.text_file import bytes_of
from tui.probes.sockets.process import read_birth, read_machine_start

MOST_FILES = 20
"""Files read; a machine has some fifty in all."""
_LONGEST = 32
"""Bytes of a pid file; PostgreSQL's has more, and the id comes first."""
_CLOCK_S = 2.0
"""A process that started so much later than the file was written is another one with the same id."""


class Gone(Struct, frozen=True):
    """A process that has ended without removing its pid file."""

    name: str
    pid: int
    path: str
    written: float
    """When the file was written, in seconds since the epoch."""


def gone(name: str | None, family: Family | None, system: SystemView) -> list[Gone]:
    """The processes of this name, or of this kind, whose pid file outlived them. Blocks for a moment."""
    names = [name.removesuffix(".service")] if name else list(family.programs if family else ())
    files = list(_files(names, system.run))[:MOST_FILES]
    return [process for stem, path in files if (process := _gone(stem, path, system.proc))]


def _files(names: Iterable[str], run: Path) -> Iterator[tuple[str, Path]]:
    for name in names:
        if name and "/" not in name and not name.startswith("."):
            for path in (run / f"{name}.pid", run / name / f"{name}.pid", run / name / "pid"):
                yield name, path
    # A service's folder is often not named after its program: /run/redis/redis-server.pid.
    try:
        folders = sorted(entry for entry in run.iterdir() if entry.is_dir() and not entry.is_symlink())[:MOST_FOLDERS]
    except OSError:
        return
    for folder in folders:
        yield from ((name, folder / f"{name}.pid") for name in names if folder.name != name and "/" not in name)


MOST_FOLDERS = 100
"""Folders of /run that are searched."""


def _gone(name: str, path: Path, proc: Path) -> Gone | None:
    text = next(iter((bytes_of(path, _LONGEST) or b"").split()), b"")
    try:
        written = path.stat().st_mtime
    except OSError:
        return None
    pid = decimal_number(text)
    if pid is None or _lives(pid, written, proc):
        return None
    return Gone(safe_name(name), pid, safe_line(str(path)), written)


def _lives(pid: int, written: float, proc: Path) -> bool:
    """Whether the process that wrote the file is running; where other users' processes are hidden, it counts as running."""
    try:
        birth = read_birth(proc, pid)
    except FileNotFoundError:
        return not (proc / "1").exists()  # hidepid= hides process 1 too, and then absence says nothing
    except OSError:
        return True
    import os

    start = read_machine_start(proc)
    return start is None or start + birth.ticks / os.sysconf("SC_CLK_TCK") <= written + _CLOCK_S
