"""Reading a file that may be missing, huge, or not a file at all. Blocks, so files on a slow disk are read in a thread."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from tui.model.numbers import decimal_number
from tui.model.safe_text import safe_line
from tui.probes.kernel.failures import errno_name
from tui.probes.kernel.privilege import unless_root

MOST_BYTES = 1_000_000
"""The kernel's files about one machine or process are far shorter."""


class NoFileError(OSError):
    """What has the name is neither a file nor a pipe."""


class Read(Struct, frozen=True):
    """What a file holds."""

    data: bytes = b""
    problem: str = ""
    """Why it could not be read, or not to its end; empty where it could, and where there is no such file."""
    remedy: str = ""


def read_text_file(path: Path, most: int) -> Read:
    """Up to `most` bytes of a regular file. A missing one is empty; raises nothing."""
    shown = safe_line(str(path))
    try:
        data = _beginning(path, most + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Read()
    except OSError as error:
        return _unreadable(shown, error)
    if data is None:
        return Read(problem=f"{shown} is not a regular file.")
    if len(data) > most:
        return Read(data[:most], f"{shown} is longer than {most // 1_000_000 or 1} MB; the rest was not read.")
    return Read(data)


def opened(path: Path) -> BinaryIO:
    """A file or a pipe, open for reading; without a writer a pipe is at its end at once.

    Raises OSError; for a directory or a device, which has no end, NoFileError.
    """
    # Without O_NONBLOCK the opening of a pipe waits for a writer (fifo(7)).
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            words = "it is a directory" if stat.S_ISDIR(mode) else "it is neither a file nor a pipe"
            raise NoFileError(errno.EINVAL, words, str(path))  # noqa: TRY301 -- closed in one place
        os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def bytes_of(path: Path, most: int = MOST_BYTES) -> bytes | None:
    """Up to `most` bytes of a regular file; None where there is none, or it may not be read. Raises nothing."""
    try:
        return _beginning(path, most)
    except OSError:
        return None


def text_of(path: Path, most: int = MOST_BYTES) -> str:
    """The text in up to `most` bytes of a regular file; empty where there is none, or it may not be read. Raises nothing."""
    return (bytes_of(path, most) or b"").decode(errors="backslashreplace")


def _beginning(path: Path, most: int) -> bytes | None:
    """Up to `most` bytes; None where it is not a regular file. Raises OSError."""
    try:
        with opened(path) as file:
            return file.read(most) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except NoFileError:
        return None


def _unreadable(shown: str, error: OSError) -> Read:
    may_not = isinstance(error, PermissionError)
    remedy = f"{unless_root('Run as root, or make', 'Make')} it readable: ls -l {shown}" if may_not else ""
    return Read(problem=f"{shown} can't be read ({errno_name(error.errno)}).", remedy=remedy)


def number(text: str) -> int | None:
    """A file that holds nothing but a number, such as nf_conntrack_max."""
    return decimal_number(text.strip())
