"""What listens here, and who holds it: the rows at once, their owners as soon as they are found.

Law: no row waits for its owner, and owners are searched only for new rows. A row whose process may
not be seen still has its user and, from its socket's control group, its unit.
"""

from collections.abc import AsyncGenerator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui.model.facts import AnyFact, Listener, Listeners, NotObserved
from tui.model.requests import ListListeners
from tui.probes.kernel.privilege import unless_root
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.sockets import sock_diag, socket_units
from tui.probes.sockets.cgroups import container_of, remembered_paths, unit_of
from tui.probes.sockets.owners import Owners, owners_under, with_owner
from tui.probes.sockets.process import Process, user_name
from tui.probes.sockets.socket_rows import BoundSocket, in_order
from tui.probes.sockets.socket_table import bound_sockets

MOST_LISTENERS = 2000
"""Rows kept, in the order of their ports; those beyond are counted in `omitted`."""
COMMAND = "ss -Hltnup"


class _Table(Struct, frozen=True):
    """The rows of one reading, and what is needed to name their owners."""

    sockets: tuple[BoundSocket, ...]
    omitted: int
    known: dict[int, Process]
    unsearched: frozenset[int]


async def check(request: ListListeners, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield the table with the owners known at once, then with all that can be found; only once where none is missing."""
    owners = owners_under(system.proc)
    try:
        table, first = await in_thread(_first, system.proc, owners)
        if first.owners_known and socket_units.waiting(first.listeners):
            first = _with_units(first, await socket_units.ask(system.environ))
    except OSError as error:
        reason = f"The socket tables of this machine cannot be read ({error.strerror or error})."
        yield NotObserved(request=request, reason=reason, remedy=unless_root("Run it as root."), command=COMMAND)
        return
    yield first
    if not first.owners_known:
        second = await in_thread(_second, table, system.proc, owners)
        held = socket_units.waiting(second.listeners)
        yield _with_units(second, await socket_units.ask(system.environ)) if held else second


def _first(proc: Path, owners: Owners) -> tuple[_Table, Listeners]:
    """The rows, with the owners that are remembered; complete if no other can be found. Blocks for a moment. Raises OSError."""
    table = _read(proc, owners)
    return table, _fact(table, proc, owners_known=not table.unsearched)


def _second(table: _Table, proc: Path, owners: Owners) -> Listeners:
    """The same rows with all owners that can be found. Blocks for as long as the search takes."""
    owned = owners.search(table.unsearched)
    return _fact(replace(table, known=table.known | owned), proc, owners_known=True)


def _with_units(fact: Listeners, sockets: tuple[socket_units.SocketUnit, ...]) -> Listeners:
    return replace(fact, listeners=tuple(socket_units.with_units(fact.listeners, sockets)))


def _read(proc: Path, owners: Owners) -> _Table:
    sockets = sorted(bound_sockets(proc), key=lambda bound: in_order(bound.listener))
    kept = tuple(sockets[:MOST_LISTENERS])
    inodes = {bound.listener.inode for bound in kept if bound.listener.inode and not bound.listener.pid}
    known = owners.known(inodes)
    return _Table(kept, len(sockets) - len(kept), known, frozenset(owners.unsearched(inodes)))


def _fact(table: _Table, proc: Path, *, owners_known: bool) -> Listeners:
    """The rows with owners, users, and units of sockets whose owner is hidden; before the search, only remembered ones."""
    rows = [with_owner(bound.listener, table.known.get(bound.listener.inode or 0)) for bound in table.sockets]
    ids = {index: sock_diag.cgroup_of(table.sockets[index]) or 0 for index, row in enumerate(rows) if row.pid is None}
    groups = remembered_paths(set(ids.values()), search=owners_known)
    users = {row.uid: user_name(row.uid, search=owners_known) for row in rows if row.uid is not None}
    rows = [
        _with_user(row, None if row.uid is None else users[row.uid], groups.get(ids.get(index, 0)))
        for index, row in enumerate(rows)
    ]
    hidden = sum(row.pid is None for row in rows)
    return Listeners(
        listeners=tuple(rows),
        hidden_owners=hidden,
        hidden_why=_why_hidden(proc) if hidden and owners_known else "",
        owners_known=owners_known,
        omitted=table.omitted,
        command=COMMAND,
    )


def _why_hidden(proc: Path) -> str:
    """Why processes can't be seen, where that is not for want of privilege (proc(5), pid_namespaces(7))."""
    if not (proc / "self").is_symlink():
        return f"{proc} is not mounted here, which shows who holds a socket"
    return unless_root("", "their processes are outside of this PID namespace (a container's), or the kernel holds them itself")


def _with_user(listener: Listener, user: str | None, group: str | None) -> Listener:
    """The row with its user's name, and and, without a process, what its socket's control group shows."""
    if group and listener.pid is None:
        return replace(listener, user=user, unit=unit_of(group), container=container_of(group))
    return replace(listener, user=user)
