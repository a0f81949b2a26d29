"""Source ports and descriptors counted: real connections of the tests' own, and texts that other kernels would give."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.loopback import descriptors, listening
from tests.probes.machine import LONGEST_S, ROOT, needs_namespaces, network_namespace
from tests.probes.run_check import facts_of
from tui.model.facts import AnyFact, Limits, NotObserved, Outcome, TcpAttempt, UnixAttempt
from tui.model.requests import AnyRequest, Connect, ConnectUnix, ExamineProcess, ListListeners, ReadLimits, WatchQueue
from tui.probes.sockets import limits, sock_diag
from tui.probes.sockets.limits import file_numbers, packed, port_range, reserved_within, used_ports
from tui.probes.sockets.sock_diag import TIME_WAIT, TcpConnection

EXHAUST = """
import asyncio, os, sys, msgspec
from tests.probes.run_check import facts_of
from tui.model.requests import AnyRequest, Connect
from tui.engine.runner import probe_for

async def main():
    requests = msgspec.json.decode(sys.stdin.buffer.read(), type=list[AnyRequest])
    await facts_of(Connect(address="127.0.0.1", port=9))
    for request in requests:
        probe_for(request)  # loaded as long as files can be opened
    try:
        while True:
            os.dup(0)
    except OSError:
        pass
    seen = [fact for request in requests for fact in await facts_of(request)]
    sys.stdout.buffer.write(msgspec.json.encode(seen))

asyncio.run(main())
"""
"""Loads what it needs, opens all that it may, and then looks."""
FILL = """
import pathlib, socket, subprocess, sys
pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40019")
server = socket.create_server(("127.0.0.1", 5432), backlog=64)
kept = []
try:
    while True:
        client = socket.socket()
        kept.append(client)
        client.connect(("127.0.0.1", 5432))
        kept.append(server.accept()[0])
except OSError:
    pass
sys.exit(subprocess.run([sys.executable, "-m", "tests.probes.run_check"]).returncode)
"""


def read(address: str, port: int) -> Limits:
    """The one fact of a look at the limits."""
    (fact,) = asyncio.run(facts_of(ReadLimits(address=address, port=port)))
    assert isinstance(fact, Limits)
    return fact


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_connections_towards_the_target_are_counted(address: str) -> None:
    """Open connections to this port count with their holder; those of the server's side and to other ports don't."""
    before = descriptors()
    with ExitStack() as stack:
        server = stack.enter_context(listening(address))
        for _ in range(3):
            stack.enter_context(socket.create_connection(server.getsockname()[:2], timeout=5))
        port = server.getsockname()[1]
        fact = read(address, port)
        other = read(address, 1 if port != 1 else 2)

    assert (fact.used_towards_target, fact.waiting_to_expire, other.used_towards_target) == (3, 0, 0)
    assert fact.biggest_user
    assert fact.biggest_user.endswith(f"pid {os.getpid()}")
    assert fact.biggest_user_ports == 3  # the three that were opened here
    assert descriptors() == before


def test_the_limits_are_this_machines() -> None:
    """The range, the files of the machine and this process's own descriptors are the kernel's numbers."""
    fact = read("127.0.0.1", 9)

    first, last = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert (fact.first_port, fact.last_port) == (int(first), int(last))
    assert fact.own_descriptor_limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert fact.own_descriptors
    assert fact.files_open


@needs_namespaces
def test_a_narrow_range_is_seen_to_be_used_up() -> None:
    """With 20 ports in the range, all of them connected, every one is counted, and a connect finds none."""
    with network_namespace() as inside:
        prefix = (*inside, sys.executable, "-c", FILL)
        fact = _one(prefix, ReadLimits(address="127.0.0.1", port=5432))
        attempt = _one(prefix, Connect(address="127.0.0.1", port=5432))

    assert isinstance(fact, Limits)
    assert (fact.usable_ports, fact.used_towards_target) == (20, 20)
    assert isinstance(attempt, TcpAttempt)
    assert (attempt.outcome, attempt.errno) == (Outcome.BLOCKED, "EADDRNOTAVAIL")


def _one(prefix: tuple[str, ...], request: AnyRequest) -> AnyFact:
    """The one fact of a look taken by a child of the command."""
    done = subprocess.run(
        prefix, cwd=ROOT, input=msgspec.json.encode(request), capture_output=True, timeout=LONGEST_S, check=True
    )
    (fact,) = msgspec.json.decode(done.stdout, type=list[AnyFact])
    return fact


def test_a_process_without_a_descriptor_says_so_calmly() -> None:
    """In a process that has all its descriptors open an attempt is blocked by EMFILE, and every other look ends in a fact."""
    requests: list[AnyRequest] = [
        Connect(address="127.0.0.1", port=9),
        ConnectUnix(path="/run/nothing.sock"),
        ReadLimits(address="127.0.0.1", port=9),
        WatchQueue(address="127.0.0.1", port=9),
        ExamineProcess(pid=os.getpid()),
        ListListeners(),
        WatchQueue(address="127.0.0.1", port=9, vantage="env"),
    ]
    done = subprocess.run(
        ["prlimit", "--nofile=64", sys.executable, "-c", EXHAUST],
        cwd=ROOT,
        input=msgspec.json.encode(requests),
        capture_output=True,
        timeout=LONGEST_S,
        check=True,
    )
    attempt, unix, found, watch, *_ = facts = msgspec.json.decode(done.stdout, type=list[AnyFact])

    assert len(facts) >= len(requests)
    assert isinstance(attempt, TcpAttempt)
    assert isinstance(unix, UnixAttempt)
    assert (attempt.outcome, attempt.errno, unix.errno) == (Outcome.BLOCKED, "EMFILE", "EMFILE")
    assert isinstance(found, Limits)
    assert found.own_descriptor_limit == 64  # as prlimit set it
    assert isinstance(watch, NotObserved)
    assert not [one for one in facts if isinstance(one, NotObserved) and "itself failed" in one.reason]


def test_sockets_that_are_gone_still_take_their_port() -> None:
    """TIME-WAIT counts as used, once a port and source; the source with most ports speaks; foreign peers don't count."""

    def one(state: int, port: int, source: bytes = b"\x0a\0\0\1", peer: bytes = b"\x0a\0\0\5", inode: int = 0) -> TcpConnection:
        return TcpConnection(state, port, source, peer, inode)

    table = [
        one(TIME_WAIT, 40000),
        one(TIME_WAIT, 40000),
        one(1, 40001, inode=7),
        one(1, 50, inode=8),
        one(1, 40002, source=b"\x0a\0\0\2", inode=9),
        one(1, 40003, peer=b"\x0a\0\0\6", inode=10),
    ]

    used = used_ports(table, packed("10.0.0.5"), range(40000, 40100))

    assert (used.towards_target, used.waiting, used.inodes) == (2, 1, (7,))


def test_without_the_table_the_range_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where connections may not be listed nothing is counted, and nothing claimed."""

    def refuse(_port: int) -> list[TcpConnection]:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(sock_diag, "connections_to", refuse)

    fact = limits.read(ReadLimits(address="127.0.0.1", port=9), Path("/proc"))

    assert fact.usable_ports
    assert (fact.used_towards_target, fact.biggest_user) == (None, None)


@pytest.mark.parametrize(
    ("text", "number"), [("", 0), ("\n", 0), ("40000-40009\n", 10), ("8080,40005,40009-40020,x-y", 8), ("1-65535", 16)]
)
def test_reserved_ports_are_taken_from_the_range(text: str, number: int) -> None:
    """Only what lies within the range counts, each port once."""
    assert reserved_within(text, 40000, 40015) == number


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No setting breaks the readers."""
    port_range(text)
    reserved_within(text, 1, 65535)
    file_numbers(text)
