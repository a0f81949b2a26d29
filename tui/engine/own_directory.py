"""Directories of the user's own: what is kept there, nobody else can make, replace or lead elsewhere.

Law: a path is used only when every directory on it belongs to the user or to root, and others may not write into it, or may
not touch what is not theirs there (the sticky bit, inode(7)). Root trusts nobody: the variables that sudo kept for it lead to
another user's directories, and are passed over.
"""

import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_RUN = Path("/run")
_BELOW_HOME = (".local", "state", "refused", "run")


def own_directory(environ: Mapping[str, str]) -> Path | None:
    """A directory for the files of a process while it runs, mode 0700 and only this user's, by its path without symbolic links.

    It is made if need be, below the first of these that is safe: the runtime and the state directory (XDG Base Directory
    Specification), the home directory that the user database knows, and for root `/run`. None where none of them is.
    """
    for base, below in _bases(environ):
        with suppress(OSError):
            return _made(base, below)
    return None


def is_safe(path: Path) -> bool:
    """Whether nobody but this user and root can change what stands at a path without symbolic links. Raises OSError."""
    trusted = {0, os.geteuid()}
    for directory in (path, *path.parents):
        entry = directory.lstat()
        open_to_others = entry.st_mode & _OTHERS_WRITE and not entry.st_mode & stat.S_ISVTX
        if not stat.S_ISDIR(entry.st_mode) or entry.st_uid not in trusted or open_to_others:
            return False
    return True


def _bases(environ: Mapping[str, str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Directories that may exist, and what is made below each."""
    user = os.geteuid()
    yield Path(environ.get("XDG_RUNTIME_DIR", "")), ("refused",)
    yield _RUN / "user" / str(user), ("refused",)
    yield Path(environ.get("XDG_STATE_HOME", "")), _BELOW_HOME[-2:]
    yield Path(environ.get("HOME", "")), _BELOW_HOME
    with suppress(KeyError):  # a number without a name, as in containers
        yield Path(pwd.getpwuid(user).pw_dir), _BELOW_HOME
    if user == 0:
        yield _RUN, ("refused",)


def _made(base: Path, below: tuple[str, ...]) -> Path:
    """The directory `below` an existing one, made if need be. Raises OSError, and also where somebody else could change it."""
    path = base.resolve(strict=True)
    if not base.is_absolute() or os.pathsep in str(path):  # invalid by that specification; would be two in a variable
        raise NotADirectoryError(base)
    for name in below:
        if not is_safe(path):
            raise PermissionError(path)
        path /= name
        with suppress(FileExistsError):
            path.mkdir(OWNER_ONLY)
    entry = path.lstat()
    if not is_safe(path) or entry.st_uid != os.geteuid() or entry.st_mode & OTHERS:
        raise PermissionError(path)
    return path
