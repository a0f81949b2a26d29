"""Which statements are of one failed connection, which of them is walked, and what it is called: by lines and records."""

import pytest

from tests.errors.corpus import endpoint
from tui.errors import read_error

REFUSED = "connect ECONNREFUSED"
SILENT = "connect ETIMEDOUT"
UNREACHABLE = "connect EHOSTUNREACH"


def _endpoints(*lines: str) -> list[str]:
    return [endpoint(one) for one in read_error("\n".join(lines)).endpoints]


def _class(*lines: str) -> str:
    return read_error("\n".join(lines)).error_class


IDLE = ["  at idle"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (f"{REFUSED} 10.0.0.1:80", f"{SILENT} 10.0.0.2:80", ("10.0.0.1", "refused")),
        (f"{SILENT} 10.0.0.1:80", f"{REFUSED} 10.0.0.2:80", ("10.0.0.2", "refused")),
        (f"{SILENT} 10.0.0.1:80", f"{UNREACHABLE} 10.0.0.2:80", ("10.0.0.1", "timeout")),
        (f"{REFUSED} 10.0.0.1:80", f"{UNREACHABLE} 10.0.0.2:80", ("10.0.0.1", "refused")),
        (f"{REFUSED} 10.0.0.1:80", f"{REFUSED} 10.0.0.2:80", ("10.0.0.2", "refused")),
        (f"{UNREACHABLE} 10.0.0.1:80", f"{UNREACHABLE} 10.0.0.2:80", ("10.0.0.2", "unreachable")),
    ],
)
def test_of_several_addresses_the_one_that_answered_counts(first: str, last: str, expected: tuple[str, str]) -> None:
    """A refusal says more than silence, silence more than a missing route; of equals the last is walked."""
    reading = read_error(f"{first}\n{last}")

    assert (reading.endpoints[0].host, reading.error_class) == expected


@pytest.mark.parametrize(("between", "together"), [(0, True), (5, True), (11, True), (12, False), (20, False)])
def test_far_apart_are_two_failures(between: int, together: bool) -> None:
    """Two addresses at one port are one connection's as long as no more lines than a stack's stand between them."""
    lines = [f"{REFUSED} 10.0.0.1:80", *IDLE * between, f"{SILENT} 10.0.0.2:80"]

    assert len(read_error("\n".join(lines)).failures) == (1 if together else 2)
    assert _class(*lines) == ("refused" if together else "timeout")


def test_another_record_is_another_failure() -> None:
    """Addresses in two records of a log are not one connection's; the same host is, wherever it stands."""
    other = [f"11:02:03 {REFUSED} 10.0.0.1:80", f"11:02:04 {SILENT} 10.0.0.2:80"]
    same = [f"11:02:03 {REFUSED} 10.0.0.1:80", f"11:02:04 {REFUSED} 10.0.0.1:80"]

    assert len(read_error("\n".join(other)).failures) == 2
    assert _class(*other) == "timeout"
    assert [one.count for one in read_error("\n".join(same)).failures] == [2]


def test_another_port_is_another_failure() -> None:
    """Addresses at two ports are two connections, and so are two names."""
    ports = read_error(f"{REFUSED} 10.0.0.1:80\n{SILENT} 10.0.0.2:81")

    assert [(one.host, one.port) for one in ports.failures] == [("10.0.0.1", 80), ("10.0.0.2", 81)]
    assert endpoint(ports.endpoints[0]).endswith("10.0.0.2:81")


def test_the_last_failure_that_says_how_is_walked() -> None:
    """A failure without a class behind one that has it is passed over; alone it is walked."""
    says_how = "Error 111 connecting to a.example:1111. Connection refused."
    says_nothing = "Failed to connect to b.example port 2222"

    assert _endpoints(says_how, says_nothing)[0] == "target a.example:1111"
    assert _endpoints(says_nothing)[0] == "target b.example:2222"


@pytest.mark.parametrize(("between", "there"), [(0, True), (5, True), (6, False), (20, False)])
def test_the_request_before_a_failure_is_what_was_asked_for(between: int, there: bool) -> None:
    """The command that ended so, on its line or a few lines before, is an endpoint too; further away it is another's."""
    lines = ["request to http://shop.example/x failed", *IDLE * between, f"{REFUSED} 10.0.0.1:80"]

    assert ("target shop.example:80" in _endpoints(*lines)) == there


def test_what_the_kernel_said_outweighs_the_wrapper() -> None:
    """The inner class is the failure's, the wrapper's other word is kept as contradicted, its equal word is not."""
    inner = read_error("TimeoutError: connect ECONNREFUSED 10.0.0.1:80 timed out")
    equal = read_error("connect ETIMEDOUT 10.0.0.1:80 timed out")

    assert (inner.error_class, inner.contradicted) == ("refused", ("timeout",))
    assert (equal.error_class, equal.contradicted) == ("timeout", ())


def test_a_class_elsewhere_in_the_record_counts() -> None:
    """A failure without a class of its own has that of its record, then what the kernel said anywhere, then none."""
    failed = "Failed to connect to b.example port 2222"

    assert _class(failed, "  caused by: Connection refused") == "refused"
    assert _class(failed, "11:02:03 x: Connection refused") == "refused"
    assert _class(failed, "11:02:03 the request timed out") == "other"
    assert _class(failed) == "other"


@pytest.mark.parametrize(("between", "expected"), [(0, True), (2, True), (3, False)])
def test_of_several_that_were_tried_the_one_just_before_counts(between: int, expected: bool) -> None:
    """Where nothing says of itself that it failed, the address tried a moment before does; alone it does at any distance."""
    failed = [*IDLE * between, "Connection refused"]
    one, other = "Trying 10.0.0.1:80...", "Trying 10.0.0.2:80..."

    assert _endpoints(one, other, *failed)[:1] == (["dialled 10.0.0.2:80"] if expected else [])
    assert _endpoints(one, one, *failed) == ["dialled 10.0.0.1:80"]
    assert _endpoints("Connection refused", one, other) == []
    assert _endpoints(one, other) == []


def test_a_proxy_that_failed_is_the_class() -> None:
    """A word of a proxy's failure on the line outweighs how it failed."""
    assert _class("proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused") == "proxy"
    assert _class("dial tcp 10.0.0.1:3128: connect: connection refused") == "refused"


def test_a_kernels_word_alone_contradicts_nothing() -> None:
    """Without a wrapper's word of another class nothing is contradicted."""
    assert read_error("connect ECONNREFUSED 10.0.0.1:80 failed").contradicted == ()


def test_the_class_of_another_statement_of_the_same_failure_counts() -> None:
    """Where the statement to walk has no class, the last that another statement of this connection has is its class."""
    lines = ("connect ECONNREFUSED 10.0.0.1:80", "Failed to connect to 10.0.0.1 port 80")

    assert _class(*lines) == "refused"
    assert _class(*lines, "11:02:03 x: ETIMEDOUT") == "refused"


def test_of_several_names_none_is_said_to_be_the_one_that_failed() -> None:
    """A name that was tried at the port of a failing address belongs to it where it is the only one."""
    refused = f"{REFUSED} 10.0.0.1:5432"

    assert _endpoints("connecting to a.example:5432", refused) == ["target a.example:5432", "dialled 10.0.0.1:5432"]
    assert _endpoints("connecting to a.example:5432", "connecting to b.example:5432", refused) == ["dialled 10.0.0.1:5432"]


def test_the_port_of_a_proxy_may_stand_elsewhere() -> None:
    """The same proxy with its port and without, in either order, is one endpoint with a port."""
    assert _endpoints("http_proxy=http://squid.example:3128", "Could not resolve proxy: squid.example") == [
        "proxy squid.example:3128"
    ]
    assert _endpoints("using proxy squid.example,", "connection to proxy squid.example:3128 failed: refused") == [
        "proxy squid.example:3128"
    ]


def test_a_proxys_failure_in_the_same_record_is_the_class() -> None:
    """A failure without a class of its own that a proxy's failure caused is the proxy's."""
    assert _class("Failed to connect to b.example port 2222", "  caused by: ProxyError: Connection refused") == "proxy"
