"""Netlink messages: nothing that arrives can break the reader, and only the kernel's own answer counts."""

import errno
import os
import socket
import struct
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.probes.kernel import netlink

HEADER = struct.Struct("=IHHII")
KERNEL = 0
ROUTE_ENTRY, DONE, ERROR = 24, 3, 2
INTERRUPTED = 0x10


def message(kind: int, body: bytes, *, number: int, flags: int = 0) -> bytes:
    """One netlink message, as the kernel sends it."""
    return HEADER.pack(HEADER.size + len(body), kind, flags, number, 0) + body + bytes(-len(body) % 4)


def number(value: int) -> bytes:
    """A signed number as it stands in an error message."""
    return struct.pack("=i", value)


class Script:
    """A socket whose answers are written down beforehand, as pairs of sender and datagram."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def send(self, data: bytes) -> int:
        """Count a question."""
        self.asked += 1
        return len(data)

    def recvfrom(self, _size: int) -> tuple[bytes, tuple[int, int]]:
        """The next answer."""
        sender, data = self.answers.pop(0)
        return data, (sender, 0)

    @property
    def channel(self) -> netlink.Channel:
        """A channel over this script."""
        return netlink.Channel(cast("socket.socket", self))


@given(st.binary())
def test_any_bytes_can_be_read(data: bytes) -> None:
    """Neither messages nor attributes of any bytes raise, and no body is longer than what there was."""
    assert sum(len(body) for *_, body in netlink.messages(data)) <= len(data)
    assert sum(map(len, netlink.attributes(data).values())) <= len(data)


@given(st.dictionaries(st.integers(0, 0x3FFF), st.binary(max_size=40), max_size=8))
def test_attributes_are_read_as_they_were_written(wanted: dict[int, bytes]) -> None:
    """What `attribute` writes, of any length, `attributes` reads."""
    assert netlink.attributes(b"".join(netlink.attribute(kind, value) for kind, value in wanted.items())) == wanted


def test_a_dump_ends_with_done_and_keeps_every_part() -> None:
    """Entries of several datagrams are gathered until the kernel says that it is done."""
    script = Script(
        (KERNEL, message(ROUTE_ENTRY, b"one.", number=1) + message(ROUTE_ENTRY, b"two.", number=1)),
        (KERNEL, message(ROUTE_ENTRY, b"six.", number=1)),
        (KERNEL, message(DONE, number(0), number=1)),
    )

    assert script.channel.dump(26, b"") == [b"one.", b"two.", b"six."]


def test_only_the_kernel_is_believed() -> None:
    """A datagram from another process's port, or to another question, is passed over."""
    script = Script(
        (4711, message(ROUTE_ENTRY, b"lie.", number=1) + message(DONE, number(0), number=1)),
        (KERNEL, message(ROUTE_ENTRY, b"old.", number=77)),
        (KERNEL, message(ROUTE_ENTRY, b"true", number=1) + message(DONE, number(0), number=1)),
    )

    assert script.channel.dump(26, b"") == [b"true"]


@pytest.mark.parametrize("kind", [ERROR, DONE])
def test_an_errno_in_the_answer_is_the_kernels_word(kind: int) -> None:
    """An errno that comes as an error, or at the end of a dump, is raised as KernelError."""
    script = Script((KERNEL, message(kind, number(-errno.EHOSTUNREACH), number=1)))

    with pytest.raises(netlink.KernelError) as caught:
        script.channel.dump(26, b"")

    assert caught.value.errno == errno.EHOSTUNREACH


def test_an_interrupted_dump_is_taken_again_and_not_for_ever() -> None:
    """A table that changed under the dump is read anew, three times at most, and its last reading is used."""
    readings = [
        (KERNEL, message(ROUTE_ENTRY, b"%04d" % turn, number=turn, flags=INTERRUPTED) + message(DONE, number(0), number=turn))
        for turn in (1, 2, 3, 4)
    ]
    script = Script(*readings)

    assert script.channel.dump(26, b"") == [b"0003"]
    assert script.asked == netlink.DUMP_TRIES


def test_a_bare_acknowledgement_is_no_answer() -> None:
    """Where an answer is needed and none came, that is an OSError and not a silent nothing."""
    with pytest.raises(OSError, match="no answer"):
        Script((KERNEL, message(ERROR, number(0), number=1))).channel.ask(26, b"")


def test_the_real_kernel_refuses_what_it_does_not_know() -> None:
    """A question about an address family that does not exist comes back as the kernel's errno."""
    with netlink.channel(netlink.SOCK_DIAG) as link, pytest.raises(netlink.KernelError) as caught:
        link.dump(20, struct.pack("=BBBxI48x", 250, socket.IPPROTO_TCP, 0, 0xFFFF))

    assert caught.value.errno in {errno.ENOENT, errno.EINVAL}


def test_no_socket_is_left_open() -> None:
    """However the question ends, its socket is closed."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 -- a listing, counted
    for _ in range(20):
        with pytest.raises(netlink.KernelError), netlink.channel(netlink.SOCK_DIAG) as link:
            link.dump(20, struct.pack("=BBBxI48x", 250, socket.IPPROTO_TCP, 0, 0xFFFF))

    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 -- a listing, counted
