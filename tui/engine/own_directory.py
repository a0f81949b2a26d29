"""Directories of the user's own: what is kept there, nobody else can make, replace or lead elsewhere.

Law: a path is used only when every directory on it belongs to the user or to root, and others may not write into it, or may
not touch what is not theirs there (the sticky bit, inode(7)). Nothing is made anywhere else. Root trusts nobody: the
variables that sudo kept for it lead to another user's directories, and are passed over.
"""

import errno
import grp
import os
import pwd
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = 0o700
OTHERS = stat.S_IRWXG | stat.S_IRWXO
_RUN = Path("/run")
_STATE = (".local", "state")
_OURS = "refused"


class NotOwnError(OSError):
    """A directory that is not this user's own; `strerror` says which, and why."""

    def __init__(self, words: str) -> None:
        super().__init__(errno.EPERM, words)


def own_directory(environ: Mapping[str, str]) -> Path | None:
    """A directory for the files of a process while it runs, mode 0700 and only this user's, by its path without symbolic links.

    It is made if need be, below the first of these that is safe: the runtime and the state directory (XDG Base Directory
    Specification), the home directory that the user database knows, and for root `/run`. None where none of them is.
    """
    for base, below in _bases(environ):
        with suppress(OSError):
            path = base.resolve(strict=True)
            if not base.is_absolute() or os.pathsep in str(path):  # invalid by that specification; two in a variable
                continue
            made = make_own(path.joinpath(*below))
            if not made.lstat().st_mode & OTHERS:
                return made
    return None


def state_directory(environ: Mapping[str, str], name: str) -> Path:
    """Where what is kept under this name stands; `make_own` makes it.

    It is below the first of these that is this user's own: XDG_STATE_HOME, `.local/state` in HOME, and in the home directory
    that the user database knows. Raises NotOwnError where none is, and says why the first is not.
    """
    why: NotOwnError | None = None
    for base, below in _state_bases(environ):
        home = Path(os.path.realpath(base.joinpath(*below)))
        try:
            if below and not base.exists():
                raise NotOwnError(f"{base} does not exist")  # noqa: TRY301 -- the first reason is kept in one place
            _need_ours(_deepest(home))
        except NotOwnError as error:
            why = why or error
        else:
            return home / _OURS / name
    raise why or NotOwnError("this user has no home directory")


def make_own(path: Path) -> Path:
    """Make a directory and the missing ones above it, each 0700, where only this user and root can change the path.

    Raises OSError: NotOwnError also where the directory is there and another's, a link, or open to others.
    """
    deepest = _deepest(path)
    _need_safe(deepest)
    for name in path.relative_to(deepest).parts:
        deepest /= name
        with suppress(FileExistsError):
            deepest.mkdir(OWNER_ONLY)
    return need_own(path)


def need_own(path: Path) -> Path:
    """The same path, if a directory of this user's own is there, and no link leads to it. Raises OSError, also NotOwnError."""
    _need_safe(path)
    if path.lstat().st_uid != os.geteuid():
        raise NotOwnError(f"{path} is another user's")
    return path


def _bases(environ: Mapping[str, str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Directories that may exist, and what is made below each."""
    user = os.geteuid()
    yield Path(environ.get("XDG_RUNTIME_DIR", "")), (_OURS,)
    yield _RUN / "user" / str(user), (_OURS,)
    yield Path(environ.get("XDG_STATE_HOME", "")), (_OURS, "run")
    yield Path(environ.get("HOME", "")), (*_STATE, _OURS, "run")
    with suppress(KeyError):  # a number without a name, as in containers
        yield Path(pwd.getpwuid(user).pw_dir), (*_STATE, _OURS, "run")
    if user == 0:
        yield _RUN, (_OURS,)


def _state_bases(environ: Mapping[str, str]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Where the state directory may be: a directory, and what is below it. A home directory is never made, so it must exist."""
    for name, below in (("XDG_STATE_HOME", ()), ("HOME", _STATE)):
        if (path := environ.get(name, "")).startswith("/"):  # a relative one is invalid by that specification
            yield Path(path), below
    with suppress(KeyError):
        yield Path(pwd.getpwuid(os.geteuid()).pw_dir), _STATE


def _deepest(path: Path) -> Path:
    """The deepest directory of a path that is there, be it a link or no directory."""
    while not os.path.lexists(path):
        path = path.parent
    return path


def _need_ours(directory: Path) -> None:
    """Raise NotOwnError unless this user can make something there, and nobody else can change it."""
    _need_safe(directory)
    if not os.access(directory, os.W_OK, effective_ids=True):
        raise NotOwnError(f"this user may not write in {directory}")


def _need_safe(path: Path) -> None:
    """Raise NotOwnError unless nobody but this user and root can change what stands at a path without symbolic links."""
    trusted = {0, os.geteuid(), Path("/").lstat().st_uid}  # who owns `/` leads every path; in a user namespace that is not 0
    for directory in (path, *path.parents):
        entry = directory.lstat()
        if not stat.S_ISDIR(entry.st_mode):
            what = "a symbolic link" if stat.S_ISLNK(entry.st_mode) else "not a directory"
            raise NotOwnError(f"{directory} is {what}")
        if entry.st_uid not in trusted:
            raise NotOwnError(f"{directory} is another user's")
        if _is_open(entry) and not entry.st_mode & stat.S_ISVTX:
            raise NotOwnError(f"others may change what is in {directory}")


def _is_open(entry: os.stat_result) -> bool:
    """Whether others may write there. A group of the user's name is the user alone, as pam_umask(8) takes it, but for root's."""
    if entry.st_mode & stat.S_IWOTH:
        return True
    if not entry.st_mode & stat.S_IWGRP:
        return False
    user = os.geteuid()
    try:
        return user == 0 or grp.getgrgid(entry.st_gid).gr_name != pwd.getpwuid(user).pw_name
    except KeyError:  # a number without a name
        return True
