"""Echo requests to loopback, and the reading of what ping prints."""

import asyncio
import errno
import os
import socket
import struct
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import descriptors
from tui.model.facts import Echo, IcmpError, NotObserved
from tui.model.requests import SendEcho
from tui.probes.kernel.system_view import SystemView
from tui.probes.path import echo, ping_program


async def check(request: SendEcho, **environ: str) -> Echo | NotObserved:
    """The one fact of a look."""
    (seen,) = [fact async for fact in echo.check(request, SystemView(environ={**os.environ, **environ}))]
    return seen


@pytest.fixture(params=["socket", "program"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a socket of our own, where this user may have one, and by the program ping."""
    if request.param == "program":
        monkeypatch.setattr(echo, "_open", lambda _family: None)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_loopback_replies(address: str) -> None:
    """Every request has its reply and its time, the TTL is that of this machine's own packets."""
    seen = await check(SendEcho(address=address, count=2))

    assert isinstance(seen, Echo)
    assert (seen.address, seen.sent, seen.received, seen.ttl, seen.icmp, seen.error) == (address, 2, 2, 64, None, None)
    assert len(seen.rtt_ms) == 2
    assert seen.command == f"ping -n -c 2 -i 0.3 -W 1 {address}"
    assert seen.at.endswith("Z")


async def test_an_unknown_zone() -> None:
    """A link-local address on an interface that is not there: nothing was sent, and why."""
    seen = await check(SendEcho(address="fe80::1%nowhere"))

    assert isinstance(seen, Echo)
    assert (seen.sent, seen.received, seen.error) == (0, 0, "ENODEV")


async def test_without_socket_and_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither is to be had the look is not observed, with what would allow it."""
    monkeypatch.setattr(echo, "_open", lambda _family: None)
    request = SendEcho(address="127.0.0.1")

    seen = await check(request, PATH="/nonexistent")

    assert isinstance(seen, NotObserved)
    assert seen.request == request
    assert "not installed" in seen.reason
    assert "ping_group_range" in seen.remedy
    assert seen.at


async def test_a_cancelled_look_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled between two requests, the look closes its socket."""
    monkeypatch.setattr(echo, "SPACING_S", 30.0)
    before = descriptors()
    looking = asyncio.create_task(check(SendEcho(address="127.0.0.1")))
    await asyncio.sleep(0.1)
    looking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await looking

    assert descriptors() == before


class FilteredSocket(socket.socket):
    """A socket whose packets the packet filter drops."""

    def send(self, data: object, flags: int = 0) -> int:
        """As sendto(2) with a rule that drops."""
        del data, flags
        raise PermissionError(errno.EPERM, "Operation not permitted")


async def test_a_send_that_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """EPERM from the packet filter is told, and no request counts as sent."""
    monkeypatch.setattr(echo, "_open", lambda family: FilteredSocket(family, socket.SOCK_DGRAM))

    seen = await check(SendEcho(address="127.0.0.1"))

    assert isinstance(seen, Echo)
    assert (seen.sent, seen.received, seen.error) == (0, 0, "EPERM")


def _socket(kind: socket.SocketKind, family: socket.AddressFamily) -> socket.socket:
    """What reading a reply asks of its socket."""
    return cast("socket.socket", SimpleNamespace(type=kind, family=family))


@pytest.mark.parametrize(
    ("kind", "family", "header"),
    [
        (socket.SOCK_DGRAM, socket.AF_INET, b""),
        (socket.SOCK_RAW, socket.AF_INET, b"\x45" + bytes(19)),
        (socket.SOCK_RAW, socket.AF_INET, b"\x46" + bytes(23)),
        (socket.SOCK_RAW, socket.AF_INET6, b""),
    ],
    ids=["ping socket", "raw", "raw with IP options", "raw of IPv6"],
)
def test_only_our_own_replies_count(kind: socket.SocketKind, family: socket.AddressFamily, header: bytes) -> None:
    """A raw socket also gets requests, and the replies to other programs: they are known by type and content."""
    sock = _socket(kind, family)
    reply, request = (129, 128) if family == socket.AF_INET6 else (0, 8)

    def packet(what: int, token: bytes) -> bytes:
        return header + struct.pack("!BBHHH", what, 0, 0, 77, 5) + token

    assert echo._replied(sock, packet(reply, b"ours"), b"ours") == 5
    assert echo._replied(sock, packet(reply, b"else"), b"ours") is None
    assert echo._replied(sock, packet(request, b"ours"), b"ours") is None
    assert echo._replied(sock, packet(reply, b"ours")[:-6], b"ours") is None


@given(
    st.sampled_from([socket.SOCK_DGRAM, socket.SOCK_RAW]),
    st.sampled_from([socket.AF_INET, socket.AF_INET6]),
    st.binary(max_size=99),
)
def test_no_packet_is_too_strange(kind: socket.SocketKind, family: socket.AddressFamily, packet: bytes) -> None:
    """Whatever a raw socket hands out that does not carry our token is no reply of ours."""
    assert echo._replied(_socket(kind, family), packet, b"a token of ours") is None


def test_the_checksum() -> None:
    """The example of RFC 1071, section 3, and an odd number of bytes."""
    assert echo.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D
    assert echo.checksum(b"\x01") == 0xFEFF


V4, V6 = SendEcho(address="10.0.3.9"), SendEcho(address="fd00:3::9")

REPLIES = """PING 10.0.3.9 (10.0.3.9) 56(84) bytes of data.
64 bytes from 10.0.3.9: icmp_seq=1 ttl=62 time=0.502 ms
64 bytes from 10.0.3.9: icmp_seq=2 ttl=62 time=1.09 ms

--- 10.0.3.9 ping statistics ---
3 packets transmitted, 2 received, 33.3333% packet loss, time 1016ms
rtt min/avg/max/mdev = 0.090/0.296/0.502/0.206 ms
"""
BUSYBOX = """PING 10.0.3.9 (10.0.3.9): 56 data bytes
64 bytes from 10.0.3.9: seq=0 ttl=62 time=0.151 ms

--- 10.0.3.9 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 0.151/0.151/0.151 ms
"""
FILTERED = """PING 10.0.3.9 (10.0.3.9) 56(84) bytes of data.
From 10.0.1.1 icmp_seq=1 Packet filtered
From 10.0.1.1 icmp_seq=2 Packet filtered

--- 10.0.3.9 ping statistics ---
2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1017ms
"""
PROHIBITED6 = """PING fd00:3::9(fd00:3::9) 56 data bytes
From fd00:1::1 icmp_seq=1 Destination unreachable: Administratively prohibited

--- fd00:3::9 ping statistics ---
2 packets transmitted, 0 received, +1 errors, 100% packet loss, time 1019ms
"""


def test_replies_as_ping_prints_them() -> None:
    """Replies, times, TTL and losses, of iputils and of BusyBox."""
    assert ping_program.read(REPLIES, "", V4) == Echo(address="10.0.3.9", sent=3, received=2, rtt_ms=(0.502, 1.09), ttl=62)
    assert ping_program.read(BUSYBOX, "", V4) == Echo(address="10.0.3.9", sent=1, received=1, rtt_ms=(0.151,), ttl=62)


def test_errors_as_ping_prints_them() -> None:
    """The words of iputils become type, code and sender again."""
    v4, v6 = ping_program.read(FILTERED, "", V4), ping_program.read(PROHIBITED6, "", V6)

    assert v4
    assert v6
    assert v4.icmp == IcmpError(type=3, code=13, meaning="administratively prohibited", sender="10.0.1.1")
    assert v6.icmp == IcmpError(type=1, code=1, meaning="administratively prohibited", sender="fd00:1::1")


@pytest.mark.parametrize(
    ("complaint", "error"),
    [
        ("ping: connect: Network is unreachable\n", "ENETUNREACH"),
        ("ping: connect: Invalid argument\n", "EINVAL"),
        ("ping: sendmsg: Operation not permitted\n", "EPERM"),
        ("ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n", "EACCES"),
    ],
)
def test_what_this_machine_refuses_to_send(complaint: str, error: str) -> None:
    """A failing system call of ping is an echo that was not sent, with its errno."""
    assert ping_program.read("", complaint, V4) == Echo(address="10.0.3.9", sent=0, received=0, error=error)


@pytest.mark.parametrize(
    "complaint",
    [
        "ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\nping: => missing cap_net_raw+p capability or setuid?\n",
        "ping: permission denied (are you root?)\n",
        "",
    ],
)
def test_a_ping_that_may_not_ask(complaint: str) -> None:
    """No permission for the program either, or no word at all: not observed."""
    assert ping_program.read("", complaint, V4) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_output_is_too_strange(out: str, err: str) -> None:
    """Whatever a program called ping prints, reading it raises nothing."""
    seen = ping_program.read(out, err, V4)

    assert seen is None or seen.address == "10.0.3.9"
