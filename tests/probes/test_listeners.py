"""The table of listeners with owners: rows first, owners as they are found, and what the look does without its best source."""

import asyncio
import os
import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.probes.machine import NOBODY, bound, facts_behind, inode_of, needs_namespaces, needs_root, network_namespace, port_of
from tests.probes.run_check import facts_of
from tests.probes.test_owners import Tree
from tui.model.facts import Listener, Listeners, NotObserved
from tui.model.requests import ListListeners
from tui.probes.kernel import netlink
from tui.probes.kernel.system_view import SystemView
from tui.probes.sockets import cgroups, listeners, owners, sock_diag, socket_table

REQUEST = ListListeners()
ROW = "   {n}: {address}:{port:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000  {uid}        0 {inode} 1 0 100 0\n"


def write_table(tree: Tree, *rows: tuple[str, int, int, int]) -> None:
    """Give a process tree a TCP table, of rows with hexadecimal address, port, user and inode."""
    folder = tree.root / "net"
    folder.mkdir(exist_ok=True)
    lines = (
        ROW.format(n=n, address=address, port=port, uid=uid, inode=inode) for n, (address, port, uid, inode) in enumerate(rows)
    )
    (folder / "tcp").write_text("  sl  local_address\n" + "".join(lines))


@pytest.fixture(name="tree")
def process_tree(tmp_path: Path) -> Tree:
    """An empty /proc."""
    return Tree(tmp_path)


async def tables_of(tree: Tree) -> list[Listeners]:
    """The facts of a look at a process tree, all of which are tables."""
    facts = [fact async for fact in listeners.check(REQUEST, SystemView(proc=tree.root))]
    tables = [fact for fact in facts if isinstance(fact, Listeners)]
    assert len(tables) == len(facts)
    return tables


def ours(fact: object, one: socket.socket) -> Listener:
    """The row of a socket of ours."""
    assert isinstance(fact, Listeners)
    return next(row for row in fact.listeners if row.inode == inode_of(one))


async def test_rows_come_first_and_then_their_owners() -> None:
    """The first look at a socket gives its row, then its row with owner; the next look gives all at once."""
    with closing(bound("127.0.0.1", backlog=9)) as one:
        first, second = await facts_of(REQUEST)
        (again,) = await facts_of(REQUEST)

        assert isinstance(first, Listeners)
        assert not first.owners_known
        assert (ours(first, one).port, ours(first, one).pid) == (port_of(one), None)
        assert isinstance(second, Listeners)
        assert second.owners_known
        assert (ours(second, one).pid, ours(second, one).queue_limit) == (os.getpid(), 9)
        assert ours(second, one).user
        assert ours(again, one) == ours(second, one)


async def test_the_rows_do_not_wait_for_the_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the search for owners stands still, the rows are there and the event loop runs."""
    held = threading.Event()
    search = owners.Owners.search

    def slow(self: owners.Owners, inodes: set[int]) -> object:
        assert held.wait(30)
        return search(self, inodes)

    monkeypatch.setattr(owners.Owners, "search", slow)
    with closing(bound("127.0.0.1")) as one:
        check = listeners.check(REQUEST, SystemView())
        first = await anext(check)
        waiting = asyncio.ensure_future(anext(check))
        await asyncio.sleep(0)
        assert ours(first, one).pid is None
        assert not waiting.done()

        held.set()
        assert ours(await waiting, one).pid == os.getpid()
        await check.aclose()


async def test_the_list_is_cut_by_port_and_says_so(monkeypatch: pytest.MonkeyPatch, tree: Tree) -> None:
    """Beyond the bound, listeners of higher ports are left out and counted."""
    monkeypatch.setattr(listeners, "MOST_LISTENERS", 2)
    write_table(tree, *(("00000000", port, 0, port) for port in (300, 100, 400, 200)))

    *_, table = await tables_of(tree)

    assert [row.port for row in table.listeners] == [100, 200]
    assert table.omitted == 2


async def test_hidden_owners_are_counted(tree: Tree) -> None:
    """Of two sockets one has no visible process: it is a row with its user, and counted."""
    write_table(tree, ("0100007F", 80, 0, 41), ("00000000", 90, os.getuid(), 42))
    tree.process(7, {3: 41}, comm="nginx")

    *_, table = await tables_of(tree)

    assert [(row.process, row.pid, row.unit) for row in table.listeners] == [("nginx", 7, "nginx.service"), (None, None, None)]
    assert table.listeners[1].user
    assert (table.hidden_owners, table.owners_known) == (1, True)


async def test_without_listeners_the_first_table_is_complete(tree: Tree) -> None:
    """Where there is nothing to search for, one fact says all."""
    write_table(tree)

    (table,) = await tables_of(tree)

    assert (table.listeners, table.owners_known, table.hidden_owners) == ((), True, 0)


async def test_tables_that_cannot_be_read_are_a_fact(tmp_path: Path) -> None:
    """A machine whose tables are not there gives a NotObserved with its reason."""
    (tmp_path / "net").mkdir()

    (fact,) = [fact async for fact in listeners.check(REQUEST, SystemView(proc=tmp_path))]

    assert isinstance(fact, NotObserved)
    assert "No such file" in fact.reason
    assert fact.request == REQUEST


async def test_without_netlink_the_text_tables_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where netlink is not permitted, rows and owners come from /proc, only without the queue's limit."""

    def forbidden(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(netlink, "channel", forbidden)
    with pytest.raises(PermissionError):
        sock_diag.bound_sockets()
    with closing(bound("127.0.0.1")) as one:
        *_, table = await facts_of(REQUEST)
        row = ours(table, one)

        assert (row.port, row.pid, row.queue_limit) == (port_of(one), os.getpid(), None)


def test_psutil_gives_the_same_rows() -> None:
    """On a system without either source psutil's rows, owner included, are those of the kernel."""
    with (
        closing(bound("127.0.0.1")) as tcp,
        closing(bound("::1", socket.SOCK_DGRAM)) as udp,
        socket.create_connection(tcp.getsockname(), timeout=5),
    ):
        own = {
            (one.listener.proto, one.listener.address, one.listener.port)
            for one in socket_table.from_psutil()
            if one.listener.pid == os.getpid()
        }

        assert own == {("tcp", "127.0.0.1", port_of(tcp)), ("udp", "::1", port_of(udp))}


async def test_a_hidden_owners_unit_is_that_of_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the process may not be seen, the control group that the socket was made in still names the unit."""
    monkeypatch.setattr(owners.Owners, "search", lambda *_: {})
    monkeypatch.setattr(owners, "owners_under", owners.Owners)
    monkeypatch.setattr(listeners, "owners_under", owners.Owners)
    with closing(bound("127.0.0.1")) as one:
        entry = next(found for found in sock_diag.bound_sockets() if found.listener.inode == inode_of(one))
        number = sock_diag.cgroup_of(entry)
        if number is None:
            pytest.skip("this kernel does not tell a socket's control group (Linux 5.9)")
        monkeypatch.setattr(cgroups, "_REMEMBERED", {number: "/system.slice/postgresql.service"})
        *_, table = await facts_of(REQUEST)

        assert (ours(table, one).pid, ours(table, one).unit) == (None, "postgresql.service")


@needs_root
def test_another_user_sees_the_rows_and_not_the_owners() -> None:
    """As nobody, a socket of root's is there with its user and without its process, and is counted as hidden."""
    with closing(bound("127.0.0.1")) as one:
        *_, table = facts_behind(NOBODY, REQUEST)
        row = ours(table, one)

        assert (row.port, row.uid, row.pid, row.queue_limit) == (port_of(one), 0, None, 5)
    assert isinstance(table, Listeners)
    assert row.user == "root"
    assert table.hidden_owners >= 1
    assert table.owners_known


@pytest.mark.lab
@needs_namespaces
@pytest.mark.parametrize("user", [(), NOBODY], ids=["root", "nobody"])
def test_an_empty_namespace_has_no_listeners(user: tuple[str, ...]) -> None:
    """In a network namespace of its own the table is empty: only what this namespace has is listed."""
    with closing(bound("127.0.0.1")), network_namespace() as inside:
        (table,) = facts_behind((*inside, *user), REQUEST)

    assert isinstance(table, Listeners)
    assert table.listeners == ()


async def test_a_new_row_takes_nothing_from_the_others(tree: Tree) -> None:
    """While the owner of a new socket is searched for, known rows keep process and user."""
    write_table(tree, ("0100007F", 80, os.getuid(), 41))
    tree.process(7, {3: 41})
    *_, before = await tables_of(tree)
    write_table(tree, ("0100007F", 80, os.getuid(), 41), ("0100007F", 81, 65533, 42))

    first, *_ = await tables_of(tree)

    assert not first.owners_known
    assert first.listeners[0] == before.listeners[0]
    assert first.listeners[0].user
