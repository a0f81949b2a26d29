"""The other end's listeners: with ss and without it, in another namespace, and where there is nothing to be had."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.machine import bound, inode_of, needs_namespaces, network_namespace, port_of
from tui.model.facts import AnyFact, Listener, Listeners, NotObserved
from tui.model.requests import ListListeners
from tui.probes.kernel.system_view import SystemView
from tui.vantage import listeners
from tui.vantage.listeners import SCRIPT, remote_addresses, remote_listeners, remote_owners
from tui.vantage.remote_shell import RemoteShellError

needs_ss = pytest.mark.skipif(shutil.which("ss") is None, reason="needs ss (iproute2)")
WITHOUT_SS = ("sh", "ls", "sed", "tr", "cat")
"""All that the script calls where there is no ss."""


async def check(vantage: str) -> AnyFact:
    """The one fact of a look through a prefix."""
    (fact,) = [one async for one in listeners.check(ListListeners(vantage=vantage), SystemView())]
    return fact


def cards() -> set[str]:
    """The link-layer addresses of this machine's interfaces; a tunnel has none, or another kind."""
    found = {path.read_text(encoding="ascii").strip() for path in Path("/sys/class/net").glob("*/address")}
    return {mac for mac in found if len(mac) == len("00:00:00:00:00:00")}


def ours(fact: AnyFact, one: socket.socket) -> Listener:
    """The row of a socket of ours."""
    assert isinstance(fact, Listeners)
    return next(row for row in fact.listeners if row.inode == inode_of(one))


@pytest.fixture(name="bare")
def prefix_without_ss(tmp_path: Path) -> str:
    """A prefix whose shell finds only what a small container has."""
    for name in WITHOUT_SS:
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    return f"env PATH={tmp_path}"


@pytest.mark.skipif(not Path("/sys/class/net/lo/address").exists(), reason="needs sysfs")
async def test_the_cards_of_the_other_end_are_known_by_their_addresses() -> None:
    """Each link-layer address that the kernel names there is known once, by which a stranger's is told from its own."""
    fact = await check("env")
    assert isinstance(fact, Listeners)

    assert set(fact.macs) == cards()
    assert len(fact.macs) == len(set(fact.macs))


@needs_ss
async def test_a_socket_is_seen_through_a_prefix() -> None:
    """Through `env`, which leads back here, a socket of ours is there with its queue and its owner."""
    with closing(bound("127.0.0.1", backlog=9)) as one:
        fact = await check("env")
        row = ours(fact, one)

        assert (row.proto, row.address, row.port, row.pid) == ("tcp", "127.0.0.1", port_of(one), os.getpid())
        assert (row.queue, row.queue_limit, row.uid) == (0, 9, os.getuid())
    assert isinstance(fact, Listeners)
    assert (fact.vantage, fact.owners_known, fact.command) == ("env", True, "env ss -Hltnup")
    assert [row.port for row in fact.listeners] == sorted(row.port for row in fact.listeners)


@pytest.mark.parametrize(
    ("address", "kind"), [("127.0.0.1", socket.SOCK_STREAM), ("::1", socket.SOCK_STREAM), ("127.0.0.1", socket.SOCK_DGRAM)]
)
def test_a_far_end_without_ss_is_read_from_its_tables(bare: str, address: str, kind: socket.SocketKind) -> None:
    """Where there is no ss, address, port and owner come from /proc there."""
    with closing(bound(address, kind)) as one:
        row = ours(asyncio.run(check(bare)), one)

        assert (row.address, row.port, row.pid, row.queue_limit) == (address, port_of(one), os.getpid(), None)
        assert row.process == Path("/proc/self/comm").read_text().rstrip("\n")


async def test_a_prefix_that_fails_is_a_fact() -> None:
    """A prefix that leads nowhere gives its reason and a remedy, never an empty table."""
    fact = await check("sh -c 'echo Permission denied, publickey. >&2; exit 255'")

    assert isinstance(fact, NotObserved)
    assert fact.reason == "It ended with status 255: Permission denied, publickey."
    assert fact.remedy
    assert fact.request == ListListeners(vantage="sh -c 'echo Permission denied, publickey. >&2; exit 255'")


async def test_a_far_end_with_nothing_to_read_is_a_fact() -> None:
    """Neither ss nor a table: that is said, and is not `nothing listens`."""
    fact = await check("sh -c 'echo === refused; echo === owners'")

    assert isinstance(fact, NotObserved)
    assert "no ss" in fact.reason


async def test_the_list_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch, bare: str) -> None:
    """Beyond the bound, rows are left out and counted."""
    monkeypatch.setattr(listeners, "MOST_LISTENERS", 1)
    with closing(bound("127.0.0.1")), closing(bound("127.0.0.1")):
        fact = await check(bare)

    assert isinstance(fact, Listeners)
    assert len(fact.listeners) == 1
    assert fact.omitted >= 1


def test_of_several_holders_the_lowest_is_named_and_process_one_last() -> None:
    """The other end's owners follow the same rule as here; a name may hold colons."""
    assert remote_owners("1:42 43 :systemd\n30:42 :worker\n20:42 :my: server\nnoise\n") == {
        42: (20, "my: server"),
        43: (1, "systemd"),
    }


def test_the_script_changes_nothing() -> None:
    """The script calls only programs that read, and writes nowhere but to its output."""
    words = set(re.findall(r"[a-z]+", SCRIPT))

    assert not words & {"rm", "mv", "cp", "tee", "kill", "chmod", "mkdir", "touch", "dd", "sudo"}
    assert set(re.findall(r">\s*([^\s)]+)", SCRIPT)) == {"/dev/null"}


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "busybox sh"])
def test_the_script_is_plain_shell(shell: str) -> None:
    """Every POSIX shell that is here can parse it."""
    program, *arguments = shell.split()
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([program, *arguments, "-n"], input=SCRIPT, text=True, capture_output=True, timeout=30, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@given(st.text())
def test_any_text_is_a_table_or_a_reason(text: str) -> None:
    """Whatever the other end prints, it is a list or a RemoteShellError."""
    for prefix in ("", "=== ss\n", "=== tcp\n", "=== tcp\n=== owners\n"):
        with suppress(RemoteShellError):
            assert isinstance(remote_listeners(prefix + text), list)


@pytest.mark.lab
@needs_namespaces
def test_another_namespace_has_its_own_table() -> None:
    """Through `ip netns exec` the listeners are those of that namespace, with the processes in it."""
    with network_namespace() as inside, closing(bound("127.0.0.1")):
        code = (
            "import socket, sys; s = socket.socket(); s.bind(('0.0.0.0', 5432)); s.listen(); print(flush=True); sys.stdin.read()"
        )
        with subprocess.Popen([*inside, "python3", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            try:
                assert server.stdout
                server.stdout.readline()
                fact = asyncio.run(check(" ".join(inside)))
            finally:
                server.kill()

    assert isinstance(fact, Listeners)
    assert [(row.address, row.port, row.pid) for row in fact.listeners] == [("0.0.0.0", 5432, server.pid)]


def test_the_far_ends_addresses_are_read() -> None:
    """Local routes and the IPv6 table give the addresses of the machine; what is broken there is passed over."""
    text = (
        "=== fib\nLocal:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.3.9\n        /32 host LOCAL\n"
        "     |-- 10.0.3.255\n        /32 link BROADCAST\n"
        "     |-- 999.1.1.1\n        /32 host LOCAL\n=== inet6\nfd000003000000000000000000000009 02 40 00 80     eth0\nnonsense\n"
    )

    assert remote_addresses(text) == ("10.0.3.9", "fd00:3::9")
    assert remote_addresses("") == ()
