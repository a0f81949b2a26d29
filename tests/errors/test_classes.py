"""Numbers and names of every system mean the same class."""

import errno
import socket

import pytest

from tui.errors import ErrorClass, read_error
from tui.errors.classes import class_of_number, lowered

LINUX: dict[str, ErrorClass] = {
    "ECONNREFUSED": "refused",
    "ETIMEDOUT": "timeout",
    "EHOSTUNREACH": "unreachable",
    "ENETUNREACH": "unreachable",
    "EHOSTDOWN": "unreachable",
    "ECONNRESET": "reset",
    "ECONNABORTED": "reset",
    "EPIPE": "reset",
}


@pytest.mark.parametrize("name", LINUX)
def test_this_systems_numbers_are_known(name: str) -> None:
    """The number that this system gives to an errno has the class of its name, and so has the negative one of libuv."""
    number = getattr(errno, name)
    assert class_of_number(number) == LINUX[name]
    assert class_of_number(-number) == LINUX[name]


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
def test_this_systems_resolver_codes_are_names(number: int) -> None:
    """The resolver's own codes are class dns."""
    assert class_of_number(number) == "dns"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Errno 111] ?", "refused"),
        ("[Errno 61] ?", "refused"),
        ("[WinError 10061] ?", "refused"),
        ("errno: -4078,", "refused"),
        ("errno: -111,", "refused"),
        ("failed (0x0000274D/10061)", "refused"),
        ("os error 10060)", "timeout"),
        ("SocketException (110): ?", "timeout"),
        ("system error: 104", "reset"),
        ("delayed connect error: 111", "refused"),
        ("[Errno 65] ?", "unreachable"),
        ("(113: ?)", "unreachable"),
        ("[Errno -3] ?", "dns"),
        ("errno: -3008,", "dns"),
        ("SocketException (11001): ?", "dns"),
        ("curl: (28) ?", "timeout"),
        ("curl: (60) ?", "tls"),
        ("curl: (7) ?", "other"),
        ("curl: (5) ?", "proxy"),
        ("WSAECONNREFUSED", "refused"),
        ("ModuleNotFoundError", "other"),
        ("took (61) steps", "other"),
        ("code 1110", "other"),
    ],
)
def test_a_number_counts_where_it_is_an_errno(text: str, expected: str) -> None:
    """A number counts in the forms in which tools write an errno, and nowhere else."""
    assert read_error(text).error_class == expected


@pytest.mark.parametrize(
    "text",
    [
        "pymongo.errors.ServerSelectionTimeoutError: db:27017: [Errno 111] Connection refused, Timeout: 30s",
        "Timed out after 30 s while waiting to connect: {caused by {java.net.ConnectException: Connection refused}} at db:1",
        "context deadline exceeded: Last error: dial tcp 10.0.0.1:27017: connect: connection refused",
    ],
    ids=["pymongo", "java", "go"],
)
def test_the_inner_error_outweighs_the_wrapper(text: str) -> None:
    """A refusal inside a time-out is a refusal, and the wrapper's word is kept."""
    reading = read_error(text)
    assert reading.error_class == "refused"
    assert reading.contradicted == ("timeout",)


def test_lower_case_keeps_every_place() -> None:
    """A letter whose lower case is two characters does not move what follows it."""
    assert len(lowered("İ Connection refused")) == len("İ Connection refused")
