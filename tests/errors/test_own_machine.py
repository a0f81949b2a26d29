"""What a text says of its own machine: every number, name and phrase of it, and the words that only look like one."""

import errno

import pytest

from tui.errors import ErrorClass, read_error
from tui.errors.classes import class_of_number
from tui.errors.own_machine import NUMBERS

SYSTEMS: dict[ErrorClass, dict[str, tuple[int, ...]]] = {
    "permission": {"Linux, macOS": (13,), "Windows": (10013,), "libuv on Windows": (-4092, -4048)},
    "descriptors": {"Linux, macOS": (24, 23), "Windows": (10024,), "libuv on Windows": (-4066,)},
    "in-use": {"Linux": (98,), "macOS": (48,), "Windows": (10048,), "libuv on Windows": (-4091,)},
    "no-address": {"Linux": (99,), "macOS": (49,), "Windows": (10049,), "libuv on Windows": (-4090,)},
    "no-space": {"Linux": (105,), "macOS": (55,), "Windows": (10055,), "libuv on Windows": (-4060,)},
}
"""errno.h, winerror.h and uv/errno.h: EACCES (and UV_EPERM), EMFILE and ENFILE, EADDRINUSE, EADDRNOTAVAIL, ENOBUFS."""
LINUX: dict[str, ErrorClass] = {
    "EACCES": "permission",
    "EMFILE": "descriptors",
    "ENFILE": "descriptors",
    "EADDRINUSE": "in-use",
    "EADDRNOTAVAIL": "no-address",
    "ENOBUFS": "no-space",
}


@pytest.mark.parametrize("kind", SYSTEMS)
def test_every_systems_numbers_are_known(kind: ErrorClass) -> None:
    """Each system's number of an error has its class, and no other number has."""
    numbers = {number for those in SYSTEMS[kind].values() for number in those}

    assert {number: class_of_number(number) for number in numbers} == dict.fromkeys(numbers, kind)
    assert NUMBERS[kind] == {abs(number) for number in numbers}


@pytest.mark.parametrize("name", LINUX)
def test_this_systems_numbers_are_among_them(name: str) -> None:
    """The number of this system, alone and in a text as Python writes it."""
    number = getattr(errno, name)

    assert class_of_number(number) == LINUX[name]
    assert read_error(f"OSError: [Errno {number}] ?").error_class == LINUX[name]
    assert read_error(f"{name}: ?").error_class == LINUX[name]


def test_numbers_that_count_anything_are_none() -> None:
    """EPERM and ENOSPC are too small to be told from a count."""
    assert {class_of_number(number) for number in (errno.EPERM, errno.ENOSPC)} == {None}


WORDS: dict[ErrorClass, tuple[str, ...]] = {
    "permission": (
        *(
            "Permission denied",
            "connect: permission denied (os error 13)",
            "Permission denied (errno 13)",
            "(13: Permission denied)",
        ),
        *("An attempt was made to access a socket in a way forbidden by its access permissions", "Operation not permitted"),
        *("EACCES", "EPERM"),
    ),
    "descriptors": (
        *("Too many open files", "Too many open files in system", "No file descriptors available", "EMFILE", "ENFILE"),
        *("file table overflow", "reached its file descriptor limit"),
    ),
    "in-use": (
        *("Address already in use", "Address is already in use", "EADDRINUSE", "port is already allocated"),
        *(
            "Only one usage of each socket address",
            "port 8080 is in use",
            "port 8080 is already in use",
            "Port is already in use",
        ),
        *("Connection in use: ('0.0.0.0', 8000)",),
    ),
    "no-address": (
        *("Cannot assign requested address", "Can't assign requested address", "EADDRNOTAVAIL"),
        *("The requested address is not valid in its context",),
    ),
    "no-space": ("No space left on device", "ENOSPC", "Disk quota exceeded", "No buffer space available", "ENOBUFS"),
}


@pytest.mark.parametrize(("kind", "words"), [(kind, words) for kind, those in WORDS.items() for words in those])
def test_every_phrase_is_known(kind: ErrorClass, words: str) -> None:
    """In the words of C libraries, languages and servers, whatever stands around it."""
    assert read_error(words).error_class == kind
    assert read_error(f"2026-11-20 ERROR {words}.").error_class == kind


@pytest.mark.parametrize(
    "text",
    [
        "Permission denied (publickey).",
        "Permission denied, please try again.",
        "permission denied for table orders",
        "Permission denied to access this page",
        "permission denied: reader user",
        "the macaccess list",
        "superperms",
        "port is in use by many",
    ],
)
def test_what_only_looks_like_it_is_none(text: str) -> None:
    """A login, a table, a page, and letters in another word are no errno."""
    assert read_error(text).error_class == "other"
