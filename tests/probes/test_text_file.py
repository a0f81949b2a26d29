"""A file is read to a bound, and whatever is no file, or may not be read, is nothing: at once, and without an error."""

import os
from pathlib import Path

from tui.probes.kernel.text_file import bytes_of, read_text_file, text_of


def test_no_more_is_read_than_was_asked_for(tmp_path: Path) -> None:
    """A huge file costs no more than its bound."""
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    assert bytes_of(path, 10) == bytes(10)
    assert text_of(path, 10) == "\0" * 10


def test_what_is_no_file_is_nothing(tmp_path: Path) -> None:
    """A FIFO in a file's place holds nobody; a directory, a device and a missing file are none."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    for path in (fifo, tmp_path, Path("/dev/zero"), tmp_path / "missing", tmp_path / "missing" / "deeper", Path("x" * 5000)):
        assert (bytes_of(path), text_of(path)) == (None, "")
    assert read_text_file(fifo, 10).problem == f"{fifo} is not a regular file."


def test_an_empty_file_is_not_nothing(tmp_path: Path) -> None:
    """What is there and empty is told apart from what is not there."""
    path = tmp_path / "empty"
    path.touch()

    assert bytes_of(path) == b""


def test_text_that_is_no_utf_8_is_spelled_out(tmp_path: Path) -> None:
    """No byte is lost, and none makes it fail."""
    path = tmp_path / "text"
    path.write_bytes(b"a\xff\n")

    assert text_of(path) == "a\\xff\n"


def test_files_of_the_kernel_are_read_whole() -> None:
    """A file under /proc says that it has no size, and has one."""
    assert "\nPid:" in text_of(Path("/proc/self/status"))
