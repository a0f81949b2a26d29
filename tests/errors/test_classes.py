"""Numbers and names of every system mean the same class."""

import errno
import socket

import pytest

from tui.errors import ErrorClass, read_error
from tui.errors.classes import CHAIN, INSIDE, NUMBERS, RESOLVER_NUMBERS, Mention, class_of_number, decisive, lowered

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


ELSEWHERE: dict[ErrorClass, dict[str, tuple[int, ...]]] = {
    "refused": {"macOS, BSD": (61,), "Windows": (10061,), "libuv on Windows": (-4078,)},
    "timeout": {"macOS, BSD": (60,), "Windows": (10060,), "libuv on Windows": (-4039,)},
    "unreachable": {
        "macOS, BSD": (51, 64, 65),
        "Windows": (10051, 10064, 10065),
        "libuv on Windows": (-4073, -4062, -4063, -4031),
    },
    "reset": {"macOS, BSD": (32, 53, 54), "Windows": (10053, 10054), "libuv on Windows": (-4077, -4079, -4047)},
    "dns": {"Windows": (11001, 11002, 11003, 11004), "libuv": (-3001, -3004, -3007, -3008)},
}
"""As sys/errno.h of macOS, winerror.h and uv/errno.h number them: ECONNREFUSED, ETIMEDOUT; EHOSTUNREACH, ENETUNREACH, ENETDOWN,
EHOSTDOWN; ECONNRESET, ECONNABORTED, EPIPE; WSAHOST_NOT_FOUND and those after it; UV_EAI_AGAIN, _FAIL, _NODATA, _NONAME."""


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_other_systems_numbers_are_known(kind: ErrorClass) -> None:
    """Each system's number of an error has its class, and no other number has."""
    numbers = {number for those in ELSEWHERE[kind].values() for number in those}
    linux = {getattr(errno, name) for name, its in LINUX.items() if its == kind}

    assert {number: class_of_number(number) for number in numbers} == dict.fromkeys(numbers, kind)
    assert NUMBERS[kind] == {abs(number) for number in numbers} | linux


def test_a_number_of_something_else_has_no_class() -> None:
    """Out of memory in the resolver (libuv), no such file, success: none of them says how a connection failed."""
    assert [class_of_number(number) for number in (-3006, 2, 0)] == [None, None, None]


def test_the_resolvers_codes_are_few() -> None:
    """The four codes of glibc that say that a name has no address (netdb.h); EAI_NODATA has no name in Python."""
    nodata = -5

    assert {socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL, nodata} == RESOLVER_NUMBERS


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("proxy", (5, 97)),
        ("dns", (6,)),
        ("timeout", (28,)),
        ("tls", (35, 51, 58, 59, 60, 77, 80, 83, 90, 91)),
        ("reset", (52,)),
        ("other", (1, 7, 22, 36, 61, 81)),
    ],
)
def test_curls_status_says_how_it_failed(kind: str, statuses: tuple[int, ...]) -> None:
    """Those of its errors that are about the connection have a class (libcurl-errors(3)); the others, and 7, have none."""
    assert {status: read_error(f"curl: ({status}) ?").error_class for status in statuses} == dict.fromkeys(statuses, kind)


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("timeout", ("TNS-12170", "TNS-12535", "TNS-12606")),
        ("reset", ("TNS-12537", "TNS-12547", "ORA-03113", "ORA-03135")),
        ("refused", ("ORA-12541",)),
        ("unreachable", ("TNS-12543",)),
        ("dns", ("ORA-12545",)),
        ("other", ("ORA-00942", "ORA-12542")),
    ],
)
def test_oracles_code_says_how_it_failed(kind: str, codes: tuple[str, ...]) -> None:
    """Oracle's codes that are about the connection have a class; those about a table have none."""
    assert {code: read_error(f"{code}: ?").error_class for code in codes} == dict.fromkeys(codes, kind)


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
        ("the job timed out, curl: (60) ?", "tls"),
        ("curl: (60) ?, the job timed out", "timeout"),
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


@pytest.mark.parametrize(
    ("near", "kind"),
    [(0, "refused"), (9, "refused"), (10, "timeout"), (12, "timeout"), (15, "timeout"), (16, "timeout"), (99, "timeout")],
)
def test_of_equal_mentions_the_nearest_decides(near: int, kind: str) -> None:
    """Inside one is nearer than beside it; a heavier one decides from anywhere, and one without a class never does."""
    before, after = Mention(0, 9, "refused", INSIDE), Mention(10, 15, "timeout", INSIDE)
    heavy, empty = Mention(900, 905, "proxy", CHAIN), Mention(near, near + 1, None, CHAIN)

    chosen = decisive([before, after, empty], near)
    assert chosen is not None
    assert chosen.error_class == kind
    assert decisive([before, after, heavy], near) is heavy
    assert decisive([empty], near) is None
