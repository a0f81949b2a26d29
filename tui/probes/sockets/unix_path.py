"""A Unix socket's path: what is there, who owns it, what bars the way, and who listens on it.

Law: the file and the socket are two things; a file without a listener is not the same as a listener without a
file. The table is that of this network namespace; a listener in another one does not appear.
"""

import stat
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from tui.model.command_line import quoted
from tui.model.facts import AnyFact, UnixPath
from tui.model.facts.sockets import Barrier
from tui.model.requests import ExamineUnixPath
from tui.model.safe_text import safe_text
from tui.probes.kernel.system_view import SystemView
from tui.probes.kernel.threads import in_thread
from tui.probes.sockets.owners import Owners, owners_under
from tui.probes.sockets.path_permissions import barrier, nearest_directory
from tui.probes.sockets.process import group_name, user_name
from tui.probes.sockets.socket_rows import UnixSocket
from tui.probes.sockets.unix_table import bound_to, look_alikes, read_table

Type = Literal["socket", "file", "directory", "fifo", "device", "missing", "unknown"]

_TYPES: dict[int, Type] = {
    stat.S_IFSOCK: "socket",
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


async def check(request: ExamineUnixPath, system: SystemView) -> AsyncGenerator[AnyFact, None]:
    """Yield one UnixPath for a path, or for an abstract name written with a leading `@`."""
    fact = await in_thread(examine, request.path, system.proc)
    shown = quoted(safe_text(request.path))
    yield replace(fact, command=f"ss -xlp src {shown}" if _is_abstract(request.path) else f"ls -l {shown}; ss -xlp src {shown}")


def examine(path: str, proc: Path) -> UnixPath:
    """What can be seen of `path`. Blocks for as long as its file system does."""
    table = _table(proc)
    if _is_abstract(path):
        own = bound_to(path, None, table or [])
        return _with_sockets(UnixPath(path=safe_text(path), type="socket" if own else "missing"), path, own, table, proc)
    absolute = Path(path).absolute()
    try:
        status = absolute.stat()
    except (FileNotFoundError, NotADirectoryError):
        fact = UnixPath(path=safe_text(path), type="missing", nearest_parent=safe_text(str(nearest_directory(absolute))))
        return _with_sockets(fact, str(absolute), [], table, proc)
    except (OSError, ValueError):  # no way through to it, links in a circle, a name too long, a zero byte
        return UnixPath(path=safe_text(path), type="unknown", barrier=_barrier(absolute))
    fact = UnixPath(
        path=safe_text(path),
        type=_TYPES.get(stat.S_IFMT(status.st_mode), "unknown"),
        owner=user_name(status.st_uid) or str(status.st_uid),
        group=group_name(status.st_gid) or str(status.st_gid),
        mode=stat.filemode(status.st_mode),
        barrier=_barrier(absolute),
    )
    return _with_sockets(fact, str(absolute), bound_to(absolute, status, table or []), table, proc)


def _table(proc: Path) -> list[UnixSocket] | None:
    try:
        return read_table(proc)
    except OSError:
        return None


def _with_sockets(fact: UnixPath, path: str, own: list[UnixSocket], table: list[UnixSocket] | None, proc: Path) -> UnixPath:
    """The fact with what the socket table adds; without a table it is not known whether anybody listens."""
    if table is None:
        return fact
    listening = [candidate for candidate in own if candidate.listening]
    first = next(iter(listening or own), None)
    name, pid = _holder(listening or own, owners_under(proc))
    return replace(
        fact,
        listening=bool(listening),
        socket_kind=first.kind if first else None,
        queue=first.queue if first else None,
        queue_limit=first.queue_limit if first else None,
        holder=name,
        holder_pid=pid,
        look_alikes=tuple(look_alikes(path, table, own)),
    )


def _holder(sockets: list[UnixSocket], owners: Owners) -> tuple[str | None, int | None]:
    inodes = {candidate.inode for candidate in sockets}
    holders = owners.known(inodes) or owners.search(owners.unsearched(inodes))
    holder = next(iter(holders.values()), None)
    return (holder.name, holder.pid) if holder else (None, None)


def _barrier(path: Path) -> Barrier | None:
    try:
        return barrier(path)
    except (OSError, ValueError):
        return None


def _is_abstract(path: str) -> bool:
    return path.startswith(("@", "\0"))
