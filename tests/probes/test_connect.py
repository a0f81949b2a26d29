"""One attempt to connect, on loopback: every outcome that needs no network of its own."""

import asyncio
import errno
import os
import re
import resource
import socket
import struct
from collections.abc import Callable

import pytest

from tests.probes.loopback import closed_port, descriptors, listening, silent_port
from tui.model.facts import TcpAttempt
from tui.model.requests import Connect
from tui.probes.attempts import connect, observe_connection
from tui.probes.kernel import error_queue
from tui.probes.kernel.system_view import SystemView

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER without time: close sends a reset."""


@pytest.fixture(params=["127.0.0.1", "::1"])
def address(request: pytest.FixtureRequest) -> str:
    """Loopback in both families."""
    return str(request.param)


async def met(server: socket.socket, then: Callable[[socket.socket], object]) -> TcpAttempt:
    """The attempt on `server`, which accepts it and does `then`."""
    address, port = server.getsockname()[:2]
    trying = asyncio.create_task(connect.attempt(Connect(address=address, port=port), 1))
    with socket.socket(fileno=(await asyncio.get_running_loop().sock_accept(server))[0].detach()) as accepted:
        then(accepted)
        return await trying


async def test_a_closed_port_refuses(address: str) -> None:
    """A reset: ECONNREFUSED with an empty queue, and our end of the attempt."""
    with closed_port(address) as port:
        seen = await connect.attempt(Connect(address=address, port=port, attempts=3, purpose="verify"), 2)

    assert (seen.outcome, seen.errno, seen.error_queue, seen.icmp) == ("refused", "ECONNREFUSED", "empty", None)
    assert (seen.address, seen.port, seen.purpose, seen.number, seen.total) == (address, port, "verify", 2, 3)
    assert seen.local_address == address
    assert seen.local_port
    assert (seen.retransmits, seen.held_ms, seen.first_bytes) == (0, None, None)
    assert seen.latency_ms > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", seen.at)
    assert seen.command == f"nc -vz -w 4 {address} {port}"


async def test_a_listener_that_waits(address: str) -> None:
    """A connection that the peer leaves alone is connected, after it was watched."""
    with listening(address) as server:
        seen = await connect.attempt(Connect(address=address, port=server.getsockname()[1]), 1)

    assert (seen.outcome, seen.errno, seen.first_bytes) == ("connected", None, None)
    assert seen.held_ms
    assert seen.held_ms > observe_connection.HOLD_S * 900


async def test_a_greeting_is_kept_safe_and_short(address: str) -> None:
    """What the peer says first is shown, without its control characters and no more than 200 bytes of it."""
    with listening(address) as server:
        seen = await met(server, lambda peer: peer.sendall(b"\x1b[31mSSH-2.0\xff\r\n" + b"x" * 500))

    assert seen.outcome == "connected"
    assert seen.first_bytes
    assert seen.first_bytes.startswith("\\x1b[31mSSH-2.0\\xff\\r\\nxxx")
    assert len(seen.first_bytes) <= 201


async def test_nothing_is_sent(address: str) -> None:
    """The peer reads an end, and not one byte before it."""
    with listening(address) as server:
        seen = await connect.attempt(Connect(address=address, port=server.getsockname()[1]), 1)
        accepted, _ = server.accept()
        with accepted:
            received = accepted.recv(100)

    assert seen.outcome == "connected"
    assert received == b""


async def test_a_peer_that_closes(address: str) -> None:
    """End of file before any byte is closed."""
    with listening(address) as server:
        seen = await met(server, lambda peer: peer.shutdown(socket.SHUT_WR))

    assert (seen.outcome, seen.errno) == ("closed", None)


def _reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    peer.close()


async def test_a_peer_that_resets(address: str) -> None:
    """A reset before any byte is reset, whether it comes before or after we have looked."""
    for _ in range(20):
        with listening(address) as server:
            seen = await met(server, _reset)

        assert (seen.outcome, seen.errno) == ("reset", "ECONNRESET")


async def test_silence_ends_at_the_deadline(address: str) -> None:
    """Without any answer the attempt ends at its own deadline, having sent the SYN again after a second."""
    with silent_port(address) as port:
        seen = await connect.attempt(Connect(address=address, port=port, timeout_s=1.2), 1)

    assert (seen.outcome, seen.errno, seen.error_queue) == ("timeout", None, "empty")
    assert seen.retransmits
    assert seen.retransmits >= 1
    assert seen.latency_ms > 1150


async def test_a_cancelled_attempt_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it waits for an answer, and while it holds a connection, an attempt can be cancelled, and closes its socket."""
    monkeypatch.setattr(observe_connection, "HOLD_S", 30.0)
    with silent_port("127.0.0.1") as silent, listening("127.0.0.1") as server:
        before = descriptors()
        for port in (silent, server.getsockname()[1]):
            trying = asyncio.create_task(connect.attempt(Connect(address="127.0.0.1", port=port, timeout_s=30), 1))
            await asyncio.sleep(0.05)
            assert len(descriptors()) == len(before) + 1

            trying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await trying

            assert descriptors() == before


async def test_attempts_in_parallel_do_not_disturb_each_other() -> None:
    """A hundred attempts at once on three ports each get their own outcome."""
    with closed_port("127.0.0.1") as closed, listening("127.0.0.1", backlog=64) as server, silent_port("127.0.0.1") as silent:
        ports = {closed: "refused", server.getsockname()[1]: "connected", silent: "timeout"}
        requests = [Connect(address="127.0.0.1", port=port, timeout_s=0.5) for port in ports for _ in range(33)]
        seen = await asyncio.gather(*(connect.attempt(request, 1) for request in requests))

    assert [one.outcome.value for one in seen] == [ports[one.port] for one in seen]


@pytest.mark.parametrize(
    ("source", "reason"), [("192.0.2.77", "EADDRNOTAVAIL"), ("::1", "EAFNOSUPPORT"), ("fe80::1%nowhere", "ENODEV")]
)
async def test_a_source_that_is_not_ours(source: str, reason: str) -> None:
    """A source address that cannot be bound blocks the attempt, and stands in the fact."""
    with listening("127.0.0.1") as server:
        port = server.getsockname()[1]
        seen = await connect.attempt(Connect(address="127.0.0.1", port=port, source=source), 1)

    assert (seen.outcome, seen.errno, seen.source, seen.local_address) == ("blocked", reason, source, None)
    assert seen.command == f"nc -vz -s {source} -w 4 127.0.0.1 {port}"


async def test_a_source_of_ours_is_bound() -> None:
    """The connection comes from the address that was asked for."""
    with listening("127.0.0.1") as server:
        port = server.getsockname()[1]
        seen = await connect.attempt(Connect(address="127.0.0.1", port=port, source="127.0.0.9"), 1)
        with server.accept()[0] as accepted:
            peer = accepted.getpeername()

    assert (seen.outcome, seen.source) == ("connected", "127.0.0.9")
    assert (seen.local_address, seen.local_port) == peer


async def test_no_file_descriptor_is_free() -> None:
    """Without a free descriptor the attempt is blocked with EMFILE."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        seen = await connect.attempt(Connect(address="127.0.0.1", port=1), 1)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert (seen.outcome, seen.errno, seen.error_queue, seen.retransmits) == ("blocked", "EMFILE", "unknown", None)


async def test_an_ipv4_address_in_ipv6_form() -> None:
    """`::ffff:127.0.0.1` is reached over IPv4, and keeps its name."""
    with closed_port("127.0.0.1") as port:
        seen = await connect.attempt(Connect(address="::ffff:127.0.0.1", port=port), 1)

    assert (seen.outcome, seen.address, seen.local_address) == ("refused", "::ffff:127.0.0.1", "127.0.0.1")


async def test_on_an_old_kernel_an_empty_queue_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Linux 5.8 the queue is empty whatever came, so it is unknown."""
    monkeypatch.setattr(error_queue, "queues_tcp_errors", lambda: False)
    with closed_port("127.0.0.1") as port:
        seen = await connect.attempt(Connect(address="127.0.0.1", port=port), 1)

    assert (seen.outcome, seen.error_queue) == ("refused", "unknown")


@pytest.mark.parametrize(
    ("error", "outcome", "queue"),
    [(errno.ECONNREFUSED, "refused", "unknown"), (errno.EPERM, "blocked", "empty")],
)
async def test_an_errno_of_connect_itself(monkeypatch: pytest.MonkeyPatch, error: int, outcome: str, queue: str) -> None:
    """A policy that makes connect fail at once is no reset: nothing was sent that could have been answered."""
    monkeypatch.setattr(socket.socket, "connect_ex", lambda _self, _peer: error)

    seen = await connect.attempt(Connect(address="127.0.0.1", port=1), 1)

    assert (seen.outcome, seen.errno, seen.error_queue) == (outcome, errno.errorcode[error], queue)


async def test_look_takes_one_attempt() -> None:
    """The look yields attempt number one, whatever the schedule says."""
    with closed_port("127.0.0.1") as port:
        request = Connect(address="127.0.0.1", port=port, attempts=3, delay_s=60)
        seen = [fact async for fact in connect.check(request, SystemView())]

    assert [(fact.number, fact.outcome) for fact in seen] == [(1, "refused")]


async def test_an_address_must_be_one() -> None:
    """A name is a defect of the caller."""
    with pytest.raises(ValueError, match="localhost"):
        await connect.attempt(Connect(address="localhost", port=80), 1)


async def test_the_command_is_safe_to_show_and_to_paste() -> None:
    """A zone may hold any text; the command quotes it, and no control character gets through."""
    seen = await connect.attempt(Connect(address="fe80::1%x\x1b; reboot", port=1), 1)

    assert (seen.outcome, seen.errno) == ("blocked", "ENODEV")
    assert seen.command == "nc -vz -w 4 'fe80::1%x\\x1b; reboot' 1"
