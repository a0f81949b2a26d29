"""The private directory of one run: the records that the hook appends to, and the modules that PYTHONPATH leads to.

Law: a daemon that the command leaves behind keeps these paths, so that they lead to where only this user can make anything,
after the run too.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tui.engine.own_directory import own_directory
from tui.engine.temporary import temporary_directory
from tui.probes.kernel.text_file import opened

SITE = "sitecustomize.py"
HOOK = "_refused_hook"
"""The name of the hook's package in the watched process."""
SITE_TEXT = """\
import sys
try:
    sys.path.remove({here!r})
except ValueError:
    pass
if sys.version_info >= (3, 9) and sys.implementation.name == "cpython":
    try:
        sys.path.insert(0, {here!r})
        try:
            import _refused_hook
        finally:
            sys.path.remove({here!r})
        _refused_hook.begin({records!r})
    except Exception:
        pass
_ours = sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize
except ImportError as error:
    if getattr(error, "name", "sitecustomize") != "sitecustomize":
        raise
    if _ours is not None:
        sys.modules["sitecustomize"] = _ours
"""
"""Loaded by every version of Python, so written for every one: it removes itself, and lets a `sitecustomize`
after it on the path be loaded as if it had never been there."""
LONGEST_RECORDS = 16 << 20
"""Bytes of the records that are read; the hook stops far below."""


class RunDirectory:
    """Where this run's records are."""

    def __init__(self, directory: Path) -> None:
        self.records = directory / "records"
        """Where the hook appends its lines."""
        self._modules = directory / "python"
        self.records.touch(mode=0o600)
        self._modules.mkdir(mode=0o700)
        _copy(Path(__file__).with_name("hook"), self._modules / HOOK)
        site = SITE_TEXT.format(here=str(self._modules), records=str(self.records))
        (self._modules / SITE).write_text(site, encoding="utf-8")
        self.trace = directory / "trace"
        """Where strace writes, if it is used."""

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment in which a Python process that we start notes its failures."""
        path = given.get("PYTHONPATH")
        ours = str(self._modules)
        return {**given, "PYTHONPATH": f"{ours}{os.pathsep}{path}" if path else ours}

    def lines(self) -> list[bytes]:
        """The lines that the hook wrote."""
        return read_end(self.records)


def read_end(path: Path) -> list[bytes]:
    """The lines of a file, or of the last part of a long one; none where it can't be read, or is no file any more."""
    try:
        with opened(path) as file:
            length = min(file.seek(0, os.SEEK_END), LONGEST_RECORDS)
            file.seek(-length, os.SEEK_END)
            return file.read(length).splitlines()
    except OSError:
        return []


@contextlib.contextmanager
def private_directory() -> Iterator[RunDirectory | None]:
    """A private directory for this run, removed at its end; None where it can't be made: then nothing is noted."""
    own = own_directory(os.environ)
    with contextlib.ExitStack() as held:
        run = None
        with contextlib.suppress(OSError):
            run = RunDirectory(held.enter_context(temporary_directory(own))) if own else None
        yield run


def _copy(package: Path, to: Path) -> None:
    """Copy modules and their compiled files, so that a process that may not write compiled files starts as fast."""
    to.mkdir(mode=0o700)
    for entry in package.iterdir():
        if entry.name == "__pycache__":
            _copy(entry, to / entry.name)
        elif entry.suffix in {".py", ".pyc"}:
            (to / entry.name).write_bytes(entry.read_bytes())
            os.utime(to / entry.name, ns=(entry.stat().st_mtime_ns,) * 2)  # a compiled file knows the time of its source
