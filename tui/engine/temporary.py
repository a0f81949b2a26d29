"""Directories for as long as one process lives: removed at its end, or, where it was killed, by the next one of its kind.

How that one knows: whoever uses such a directory holds a lock on it (flock(2)), which the kernel lets go when he ends,
however he ends. An empty one is left alone: its maker may be about to take the lock, and then fills it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_BEYOND_STANDARD = 3
"""The lowest descriptor for the lock: the standard ones may be closed, and stay so for what we start."""


@contextmanager
def temporary_directory(parent: Path, prefix: str = "") -> Iterator[Path]:
    """A new directory in `parent`, mode 0700, removed at the end with all that is in it; first, what was left behind there.

    Only directories of this user whose names begin with `prefix` are removed. Raises OSError where it can't be made.
    """
    _sweep(parent, prefix)
    directory = parent / f"{prefix}{os.urandom(4).hex()}"
    directory.mkdir(mode=0o700)
    opened = _opened(directory)
    try:
        with suppress(OSError):  # a file system without locks: what is left behind there stays
            _lock(opened)
        yield directory
    finally:
        _remove(directory)
        os.close(opened)


def _sweep(parent: Path, prefix: str) -> None:
    """Remove the directories that killed processes left behind."""
    with suppress(OSError):  # the listing: without it, nothing can be removed
        for path in parent.iterdir():
            if path.name.startswith(prefix):
                _remove_if_left(path)


def _remove_if_left(path: Path) -> None:
    with suppress(OSError):  # no directory, somebody else's, or in use
        opened = _opened(path)
        try:
            # Whoever makes one takes the lock while it is empty, and must not meet ours.
            if os.fstat(opened).st_uid == os.geteuid() and os.listdir(opened):  # noqa: PTH208 -- of a descriptor
                _lock(opened)
                _remove(path)
        finally:
            os.close(opened)


def _opened(directory: Path) -> int:
    """A descriptor of this directory. Raises OSError."""
    opened = os.open(directory, _DIRECTORY)
    try:
        return fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, _BEYOND_STANDARD)
    finally:
        os.close(opened)


def _lock(opened: int) -> None:
    """Take the lock on an open directory. Raises OSError: BlockingIOError where somebody else has it."""
    fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(directory: Path) -> None:
    """Remove the directory with everything in it, and nothing that a link in it leads to."""
    with suppress(OSError):
        for entry in directory.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                _remove(entry)
            else:
                entry.unlink()
        directory.rmdir()
