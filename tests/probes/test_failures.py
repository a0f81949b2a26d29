"""The table of errno and ICMP, and the error queue's bytes."""

import errno
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.facts import IcmpError, Outcome
from tui.probes.kernel import error_queue
from tui.probes.kernel.failures import errno_name, icmp_error, is_time_exceeded, resolver_error_name, tcp_outcome, unix_outcome

ROUTER, ROUTER6 = "10.0.1.1", "fd00:1::1"


@pytest.mark.parametrize(
    ("error", "at_once", "outcome"),
    [
        (errno.ECONNREFUSED, False, "refused"),
        (errno.ECONNRESET, False, "reset"),
        (errno.EPIPE, False, "reset"),
        (errno.ETIMEDOUT, False, "timeout"),
        (errno.ENETUNREACH, True, "blocked"),
        (errno.EHOSTUNREACH, True, "blocked"),
        (errno.EACCES, True, "blocked"),
        (errno.EPERM, True, "blocked"),
        (errno.EINVAL, True, "blocked"),
        (errno.EADDRNOTAVAIL, True, "blocked"),
        (errno.EMFILE, True, "blocked"),
        (errno.EAFNOSUPPORT, True, "blocked"),
        (errno.ENETUNREACH, False, "unreachable"),
        (errno.EHOSTUNREACH, False, "unreachable"),
        (errno.EACCES, False, "rejected"),
        (errno.ECONNABORTED, False, "blocked"),
    ],
)
def test_errno_without_icmp(error: int, at_once: bool, outcome: str) -> None:
    """An errno means this machine's own no when connect returns it, and the network's when it comes later."""
    assert tcp_outcome(error, None, at_once=at_once) == outcome


@pytest.mark.parametrize(
    ("outcome", "v4", "v6"),
    [
        ("refused", [(3, 3)], [(1, 4)]),
        ("rejected", [(3, 2), (3, 9), (3, 10), (3, 13), (3, 14), (3, 15)], [(1, 1), (1, 5), (1, 6)]),
        ("unreachable", [(3, 0), (3, 1), (3, 6), (3, 7), (3, 12), (11, 0), (99, 7)], [(1, 0), (1, 2), (1, 3), (3, 0), (99, 7)]),
    ],
)
@pytest.mark.parametrize("error", [errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNREFUSED, errno.EACCES])
def test_icmp_decides_over_errno(outcome: str, v4: list[tuple[int, int]], v6: list[tuple[int, int]], error: int) -> None:
    """Type and code give the outcome, whatever errno the kernel made of them."""
    for kinds, sender in ((v4, ROUTER), (v6, ROUTER6)):
        for kind, code in kinds:
            assert tcp_outcome(error, icmp_error(kind, code, sender), at_once=False) == outcome


def test_the_same_numbers_mean_another_thing_in_the_other_family() -> None:
    """ICMP 3/0 is a network out of reach in IPv4 and an expired TTL in IPv6."""
    assert icmp_error(3, 0, ROUTER).meaning == "network unreachable"
    assert icmp_error(3, 0, ROUTER6).meaning == icmp_error(11, 0, ROUTER).meaning == "time exceeded"
    assert icmp_error(77, 5, ROUTER).meaning == "ICMP type 77 code 5"


def test_time_exceeded_names_a_hop() -> None:
    """Only an expired TTL is one."""
    assert is_time_exceeded(icmp_error(11, 0, ROUTER))
    assert is_time_exceeded(icmp_error(3, 0, ROUTER6))
    assert not is_time_exceeded(icmp_error(3, 0, ROUTER))
    assert not is_time_exceeded(icmp_error(11, 1, ROUTER))
    assert not is_time_exceeded(None)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (errno.ECONNREFUSED, "refused"),
        (errno.EAGAIN, "timeout"),
        (errno.ENOENT, "blocked"),
        (errno.EACCES, "blocked"),
        (errno.EPROTOTYPE, "blocked"),
    ],
)
def test_unix_errno(error: int, outcome: str) -> None:
    """A Unix socket is refused by its dead owner alone; whatever keeps us from it is blocked."""
    assert unix_outcome(error) == outcome


def test_names_of_numbers() -> None:
    """Numbers have their symbolic names, and an unknown one is still told."""
    assert errno_name(errno.ECONNREFUSED) == "ECONNREFUSED"
    assert errno_name(errno.EAGAIN) == "EAGAIN"
    assert errno_name(9999) == "errno 9999"
    assert resolver_error_name(socket.gaierror(socket.EAI_NONAME, "")) == "EAI_NONAME"
    assert resolver_error_name(socket.gaierror(socket.EAI_AGAIN, "")) == "EAI_AGAIN"
    assert resolver_error_name(socket.gaierror(-105, "")) == "EAI -105"


def message(origin: int, kind: int, code: int, offender: bytes, error: int = errno.EHOSTUNREACH) -> bytes:
    """A control message as Linux writes it."""
    return struct.pack("=IBBBBII", error, origin, kind, code, 0, 0, 0) + offender


OFFENDER = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(ROUTER))
OFFENDER6 = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, socket.inet_pton(socket.AF_INET6, ROUTER6), 0)


def test_what_linux_6_18_really_put_into_the_queue() -> None:
    """The bytes of an ICMP port unreachable, and of an IPv6 prohibition, as they were captured."""
    v4 = bytes.fromhex("6f000000020303000000000000000000020000000a0003090000000000000000")
    v6 = bytes.fromhex("0d0000000301010000000000000000000a00000000000000fd00000300000000000000000000000900000000")

    assert error_queue.parse(0, 11, v4) == (
        errno.ECONNREFUSED,
        IcmpError(type=3, code=3, meaning="port unreachable", sender="10.0.3.9"),
    )
    assert error_queue.parse(41, 25, v6) == (
        errno.EACCES,
        IcmpError(type=1, code=1, meaning="administratively prohibited", sender="fd00:3::9"),
    )


def test_what_is_no_icmp_error_is_none() -> None:
    """Errors of local origin, other control messages and cut ones are passed over."""
    assert error_queue.parse(0, 11, message(2, 3, 1, OFFENDER))
    assert error_queue.parse(41, 25, message(3, 1, 3, OFFENDER6))
    assert error_queue.parse(0, 11, message(1, 0, 0, b"\0" * 16)) is None
    assert error_queue.parse(0, 2, message(2, 3, 1, OFFENDER)) is None
    assert error_queue.parse(0, 11, message(2, 3, 1, OFFENDER[:6])) is None
    assert error_queue.parse(41, 25, message(3, 1, 3, OFFENDER6[:20])) is None
    assert error_queue.parse(0, 11, message(2, 3, 1, b"")) is None


@given(st.sampled_from([(0, 11), (41, 25)]), st.binary(max_size=80))
def test_no_bytes_are_too_strange(mark: tuple[int, int], data: bytes) -> None:
    """Whatever stands in a control message, reading it raises nothing, and a sender is an address."""
    found = error_queue.parse(*mark, data)

    if found:
        socket.inet_pton(socket.AF_INET6 if ":" in found.icmp.sender else socket.AF_INET, found.icmp.sender)
        assert tcp_outcome(found.errno, found.icmp, at_once=False) in {Outcome.REFUSED, Outcome.REJECTED, Outcome.UNREACHABLE}


@pytest.mark.parametrize(
    ("release", "numbers", "queues"),
    [
        ("5.7.19-generic", (5, 7), False),
        ("5.8.0", (5, 8), True),
        ("6.18.44-fc-v669", (6, 18), True),
        ("4.19.0-26-amd64", (4, 19), False),
        ("strange", (0, 0), False),
    ],
)
def test_kernels_that_queue(release: str, numbers: tuple[int, int], queues: bool) -> None:
    """Linux 5.8 is the first whose empty queue proves a reset."""
    assert error_queue.release_of(release) == numbers
    assert (error_queue.release_of(release) >= error_queue.TCP_SINCE) is queues


WORDS = {
    ROUTER: {
        (3, 0): "network unreachable",
        (3, 1): "host unreachable",
        (3, 2): "protocol unreachable",
        (3, 3): "port unreachable",
        (3, 4): "fragmentation needed",
        (3, 5): "source route failed",
        (3, 6): "network unknown",
        (3, 7): "host unknown",
        (3, 8): "source host isolated",
        (3, 9): "network administratively prohibited",
        (3, 10): "host administratively prohibited",
        (3, 11): "network unreachable for this type of service",
        (3, 12): "host unreachable for this type of service",
        (3, 13): "administratively prohibited",
        (3, 14): "host precedence violation",
        (3, 15): "precedence cutoff",
        (11, 0): "time exceeded",
        (11, 1): "fragment reassembly time exceeded",
        (12, 0): "parameter problem",
    },
    ROUTER6: {
        (1, 0): "no route to destination",
        (1, 1): "administratively prohibited",
        (1, 2): "beyond the scope of the source address",
        (1, 3): "address unreachable",
        (1, 4): "port unreachable",
        (1, 5): "source address failed the policy",
        (1, 6): "reject route to destination",
        (2, 0): "packet too big",
        (3, 0): "time exceeded",
        (3, 1): "fragment reassembly time exceeded",
        (4, 0): "parameter problem",
    },
}


@pytest.mark.parametrize(("sender", "number"), [(sender, number) for sender, words in WORDS.items() for number in words])
def test_each_icmp_error_has_its_words(sender: str, number: tuple[int, int]) -> None:
    """Type and code as IANA's registries of ICMP and ICMPv6 parameters name them."""
    assert icmp_error(*number, sender).meaning == WORDS[sender][number]
    assert icmp_error(number[0], 99, sender).meaning == f"ICMP type {number[0]} code 99"
