"""The text tables of /proc/net: any text can be read, and the real ones agree with the kernel's other word."""

import os
import socket
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.machine import bound, inode_of
from tui.probes.sockets import proc_net, sock_diag

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LINE = (
    "   0: {address}:{port} 00000000:0000 {state} 00000000:{waiting} 00:00000000 00000000   {uid}        0 {inode} 1 0000 100 0\n"
)


@pytest.mark.parametrize(("address", "v6_only"), [("127.0.0.1", None), ("::1", True), ("::ffff:127.0.0.1", False)])
@pytest.mark.parametrize(("kind", "table"), [(socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")])
def test_the_text_table_agrees_with_sock_diag(address: str, v6_only: bool | None, kind: socket.SocketKind, table: str) -> None:
    """For a socket of ours both sources give the same address, port, user and inode."""
    with closing(bound(address, kind, v6_only=v6_only)) as one:
        name = table + ("6" if ":" in address else "")
        text = (Path("/proc/net") / name).read_text()
        read = next(found for found in proc_net.inet_listeners(name, text) if found.inode == inode_of(one))
        told = next(found.listener for found in sock_diag.bound_sockets() if found.listener.inode == inode_of(one))

    assert (read.proto, read.address, read.port, read.uid) == (told.proto, told.address, told.port, told.uid)


def test_only_listening_rows_are_read() -> None:
    """Of the states of a TCP table only LISTEN is a listener, with its waiting connections; inode 0 is none."""
    text = HEAD + "".join(
        LINE.format(address="0100007F", port=port, state=state, waiting="00000003", uid=33, inode=inode)
        for port, state, inode in (("1F90", "0A", 17), ("1F91", "01", 18), ("1F92", "06", 0), ("1F93", "0A", 0))
    )

    found = list(proc_net.inet_listeners("tcp", text))

    assert [(one.port, one.inode, one.queue, one.uid) for one in found] == [(8080, 17, 3, 33), (8083, None, 3, 33)]


@given(st.sampled_from(proc_net.TABLES), st.text())
def test_any_text_can_be_read(table: str, text: str) -> None:
    """No text breaks the readers."""
    list(proc_net.inet_listeners(table, text))
    list(proc_net.unix_table(text))


@given(
    st.sampled_from(["00000000", "0100007F", "0" * 32, "000000000000000000000000" + "01000000"]),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.integers(1, 2**32),
)
def test_what_the_kernel_prints_is_read_back(address: str, port: int, uid: int, inode: int) -> None:
    """Every port, user and inode comes back as it was printed."""
    table = "tcp" if len(address) == 8 else "tcp6"
    text = LINE.format(address=address, port=f"{port:04X}", state="0A", waiting="00000000", uid=uid, inode=inode)

    (found,) = proc_net.inet_listeners(table, HEAD + text)

    assert (found.port, found.uid, found.inode) == (port, uid, inode)


def test_the_unix_table_tells_listeners_from_others(tmp_path: Path) -> None:
    """Of two bound sockets the one that listens has the flag; a path with a space is read whole."""
    with closing(socket.socket(socket.AF_UNIX)) as listening, closing(socket.socket(socket.AF_UNIX)) as silent:
        listening.bind(str(tmp_path / "a b.sock"))
        listening.listen()
        silent.bind(str(tmp_path / "silent.sock"))
        table = {one.inode: one for one in proc_net.unix_table(Path("/proc/net/unix").read_text(errors="surrogateescape"))}

        assert (table[inode_of(listening)].name, table[inode_of(listening)].listening) == (str(tmp_path / "a b.sock"), True)
        assert not table[inode_of(silent)].listening


def test_an_unnamed_socket_is_not_in_the_unix_table() -> None:
    """A pair of sockets without a name is passed over."""
    left, right = socket.socketpair()
    with closing(left), closing(right):
        text = Path("/proc/net/unix").read_text(errors="surrogateescape")

        assert os.fstat(left.fileno()).st_ino not in {one.inode for one in proc_net.unix_table(text)}
